import type { ExitCode } from './exit-code.ts'

export interface UserErrorOptions {
  /** What to do next, as one imperative sentence. */
  readonly hint?: string
  readonly cause?: unknown
  /** Process exit code when this error ends the command; 255 by default. */
  readonly exitCode?: ExitCode
}

/** Whatever a user can cause. `code` is stable and stands in docs/errors.md; `cli/` prints message, hint and code. */
export class UserError extends Error {
  readonly code: string
  readonly hint: string | undefined
  readonly exitCode: ExitCode | undefined

  constructor(code: string, message: string, options: UserErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'UserError'
    this.code = code
    this.hint = options.hint
    this.exitCode = options.exitCode
  }
}

/** The message of anything thrown, for texts shown to people. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

import { type ExitCode, exitCode } from '../base/exit-code.ts'
import { UserError } from '../base/user-error.ts'

/** What stderr says about anything thrown, ending with a newline. */
export function errorText(thrown: unknown): string {
  if (thrown instanceof UserError) {
    const hint = thrown.hint === undefined ? '' : `  hint: ${thrown.hint.replaceAll('\n', '\n        ')}\n`
    return `error: ${thrown.message}\n${hint}  code: ${thrown.code}\n`
  }
  const stack = thrown instanceof Error ? stackOf(thrown) : String(thrown)
  return `error: this is a bug in brunt, not in your test\n${stack}\n  hint: please report it with the lines above, the command and the script\n  code: BUG\n`
}

/** The exit code that an error ends the program with; 109 for a bug. */
export function exitCodeOfError(thrown: unknown): ExitCode {
  return thrown instanceof UserError ? (thrown.exitCode ?? exitCode.other) : exitCode.crash
}

function stackOf(error: Error): string {
  const own = error.stack ?? `${error.name}: ${error.message}`
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own
}

import { UserError } from '../base/user-error.ts'
import type { FlagSpec, ParsedArguments } from './arguments.ts'

/** What a command may touch of the process it runs in. */
export interface CommandContext {
  readonly args: ParsedArguments
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: TextSink
  readonly stderr: TextSink
}

/** The part of a process stream that commands use. */
export interface TextSink {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** One command: what its help says and what it does. */
export interface Command {
  readonly name: string
  /** Positionals, as help shows them: `<script>… [options]`. */
  readonly usage: string
  /** What it does, in a paragraph or two. */
  readonly about: string
  readonly flags: readonly FlagSpec[]
  readonly examples: readonly { readonly line: string; readonly what: string }[]
  /** Resolves with the exit code; throws UserError. */
  run(context: CommandContext): Promise<number>
}

/** Throws ARGUMENT_UNEXPECTED when there are more than `count` positionals; `hint` says what the command takes. */
export function refuseMoreThan(count: number, { positionals }: ParsedArguments, hint: string): void {
  const extra = positionals[count]
  if (extra !== undefined) throw new UserError('ARGUMENT_UNEXPECTED', `"${extra}" is one argument too many`, { hint })
}

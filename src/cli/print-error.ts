import { type ExitCode, exitCode } from '../base/exit-code.ts'
import { UserError } from '../base/user-error.ts'
import { neutralisedLines } from '../outputs/terminal/text.ts'
import { ScriptError } from '../run/seat.ts'

/** What stderr says about anything thrown, ending with a newline. A script's error shows where in the script it was thrown. */
export function errorText(thrown: unknown): string {
  if (thrown instanceof ScriptError) return userErrorText(thrown, thrown.scriptStack)
  if (thrown instanceof UserError) return userErrorText(thrown, '')
  const stack = thrown instanceof Error ? stackOf(thrown) : String(thrown)
  return `error: this is a bug in brunt, not in your test\n${stack}\n  hint: please report it with the lines above, the command and the script\n  code: INTERNAL\n`
}

/** Message, place, hint and code. `stack` is that of the user's code, or empty. */
export function userErrorText({ message, hint, code }: Pick<UserError, 'message' | 'hint' | 'code'>, stack: string): string {
  const place = stack
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*hint: /.test(line) && !message.includes(line.trim()) && !line.includes(message))
  const hintText = hint === undefined ? '' : `  hint: ${hint.replaceAll('\n', '\n        ')}\n`
  // Messages quote what targets sent and files held.
  return neutralisedLines(`error: ${message}\n${place.map((line) => `${line}\n`).join('')}${hintText}  code: ${code}\n`)
}

/** The exit code that an error ends the program with; 109 for a bug. */
export function exitCodeOfError(thrown: unknown): ExitCode {
  return thrown instanceof UserError ? (thrown.exitCode ?? exitCode.other) : exitCode.crash
}

function stackOf(error: Error): string {
  const own = error.stack ?? `${error.name}: ${error.message}`
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own
}

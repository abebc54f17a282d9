#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { UserError } from '../base/user-error.ts'
import { type FlagSpec, parseArguments } from './arguments.ts'
import { commands } from './commands.ts'
import { commandHelp, overviewHelp } from './help.ts'
import { nearestOf } from './nearest.ts'
import { errorText, exitCodeOfError } from './print-error.ts'

const helpFlag: FlagSpec = { name: 'help', short: 'h', kind: 'switch', help: 'this page' }

async function main(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv
  if (first === undefined || first === '--help' || first === '-h') return print(overviewHelp(commands))
  if (first === '--version' || first === '-V' || first === 'version') return print(`${versionText()}\n`)
  if (first === 'help') return rest[0] === undefined ? print(overviewHelp(commands)) : main([rest[0], '--help'])
  const entry = Object.hasOwn(commands, first) ? commands[first] : undefined
  if (!entry) throw unknownCommand(first)
  const command = await entry.load()
  const args = parseArguments(rest, [...command.flags, helpFlag])
  if (args.isOn('help')) return print(commandHelp(command))
  return command.run({ args, env: process.env, stdout: process.stdout, stderr: process.stderr })
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

function versionText(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return `brunt ${version} (node ${process.version}, ${process.platform} ${process.arch})`
}

function unknownCommand(word: string): UserError {
  if (word.startsWith('-'))
    return new UserError('COMMAND_UNKNOWN', `a command must stand before ${word}`, { hint: 'brunt --help lists the commands' })
  const nearest = nearestOf(word, Object.keys(commands))
  let hint = nearest === undefined ? 'brunt --help lists the commands' : `did you mean  brunt ${nearest}?`
  if (/^https?:\/\//.test(word)) hint = `did you mean  brunt quick ${word}?`
  else if (/\.[cm]?[jt]sx?$/.test(word)) hint = `did you mean  brunt run ${word}?`
  return new UserError('COMMAND_UNKNOWN', `there is no command "${word}"`, { hint })
}

/** A reader that went away (`brunt … | head`) is no error worth a word; the exit code stays that of the command. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

let code: number
try {
  code = await main(process.argv.slice(2))
} catch (thrown) {
  process.stderr.write(errorText(thrown))
  code = exitCodeOfError(thrown)
}
// Streams to pipes may still hold text on some systems: exit only when both are drained.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))))
process.exit(code)

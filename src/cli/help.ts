import type { FlagSpec } from './arguments.ts'
import type { Command } from './command.ts'

const maxExampleWidth = 60

/** The help page of one command. */
export function commandHelp(command: Command): string {
  const groups = new Map<string, FlagSpec[]>()
  for (const flag of command.flags) {
    if (flag.isHidden) continue
    const heading = flag.group ?? 'Options'
    groups.set(heading, [...(groups.get(heading) ?? []), flag])
  }
  const width = Math.max(...command.flags.filter((flag) => !flag.isHidden).map((flag) => spelling(flag).length), 0)
  const sections = [...groups].map(
    ([heading, flags]) => `${heading}:\n${flags.map((flag) => flagLine(flag, width)).join('\n')}\n`,
  )
  return [`Usage: brunt ${command.name} ${command.usage}\n`, `${command.about}\n`, ...sections, exampleText(command)].join('\n')
}

/** The first page: what the commands are. */
export function overviewHelp(commands: Readonly<Record<string, { readonly summary: string; readonly usage: string }>>): string {
  const rows = Object.entries(commands).map(([name, { usage, summary }]) => [`${name} ${usage}`.trim(), summary] as const)
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    'Brunt: load and infrastructure testing that never lies about latency.\n',
    'Usage: brunt <command> [options]\n',
    'Commands:',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    '',
    'Options:',
    '  -h, --help     this page, or the page of a command: brunt run --help',
    '  -V, --version  the version\n',
    'Start here:',
    '  brunt demo                                      see it work, 20 seconds',
    '  brunt quick http://localhost:8080/ -c 50 -d 30s a load without a script',
    '  brunt new test.ts && brunt run test.ts          a script of your own\n',
  ].join('\n')
}

function flagLine(flag: FlagSpec, width: number): string {
  return `  ${spelling(flag).padEnd(width)}  ${flag.help}`
}

function spelling(flag: FlagSpec): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `
  const placeholder =
    flag.kind === 'optional'
      ? `[=${flag.placeholder ?? 'full'}]`
      : flag.kind === 'switch'
        ? ''
        : ` ${flag.placeholder ?? 'VALUE'}`
  return `${short}--${flag.name}${placeholder}`
}

/** Short examples have what they do beside them, long ones below. */
function exampleText(command: Command): string {
  const width = Math.max(...command.examples.map(({ line }) => line.length).filter((length) => length <= maxExampleWidth), 0)
  const lines = command.examples.map(({ line, what }) =>
    line.length > maxExampleWidth ? `  ${line}\n      ${what}` : `  ${line.padEnd(width)}  ${what}`,
  )
  return `Examples:\n${lines.join('\n')}\n`
}

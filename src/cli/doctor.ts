import { type Command, type CommandContext, refuseMoreThan } from './command.ts'
import { type Finding, diagnose } from './diagnosis.ts'
import { readMachine } from './machine.ts'

/** `brunt doctor`: exit code 1 when something would spoil a load test from this machine. */
export const doctorCommand: Command = {
  name: 'doctor',
  usage: '[--json]',
  about:
    'Checks this machine for limits that spoil load tests, and says what to change and how. It changes nothing itself.\nExit code 1 when there is a problem.',
  flags: [{ name: 'json', kind: 'switch', help: 'the findings as JSON' }],
  examples: [{ line: 'brunt doctor', what: 'before the first big test on a machine' }],
  run: (context) => Promise.resolve(doctor(context)),
}

function doctor({ args, env, stdout }: CommandContext): number {
  refuseMoreThan(0, args, 'brunt doctor takes none')
  const findings = diagnose(readMachine(env))
  stdout.write(args.isOn('json') ? `${JSON.stringify(findings, undefined, 2)}\n` : findingsText(findings))
  return findings.some(({ state }) => state === 'problem') ? 1 : 0
}

/** The findings as text, advice under each. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length))
  const signs = { ok: 'ok     ', note: 'note   ', problem: 'PROBLEM' }
  const lines = findings.map(({ what, value, state, advice }) => {
    const line = `  ${signs[state]}  ${what.padEnd(width)}  ${value}`
    return advice === undefined ? line : `${line}\n${' '.repeat(11 + width + 2)}${advice}`
  })
  const problems = findings.filter(({ state }) => state === 'problem').length
  const verdict =
    problems === 0
      ? 'This machine is fit to put load on others.'
      : `${problems} ${problems === 1 ? 'problem' : 'problems'} to solve before you trust numbers from this machine.`
  return `${lines.join('\n')}\n\n${verdict}\n`
}

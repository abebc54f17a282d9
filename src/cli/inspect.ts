import type { Logger } from '../base/logger.ts'
import { describePlan } from '../plan/describe.ts'
import { redactPlan } from '../results/redact-plan.ts'
import { type Command, type CommandContext, refuseMoreThan } from './command.ts'
import { logLine } from './log-line.ts'
import { readRunSettings, requireScripts, runFlags } from './run-settings.ts'

/** `brunt inspect`: what a run would do, without doing it. */
export const inspectCommand: Command = {
  name: 'inspect',
  usage: '<script> [options]',
  about:
    'Prints the plan that a run with the same options would follow, as JSON: every default filled in, variables and flags\nalready applied. The script is loaded; no request is sent. Passwords and keys are left out.',
  flags: [
    { name: 'text', kind: 'switch', help: 'for people instead of programs' },
    ...runFlags.filter(({ group }) => group !== 'Results'),
  ],
  examples: [
    { line: 'brunt inspect test.ts --text', what: 'scenarios, durations and VUs in a few lines' },
    { line: "brunt inspect test.ts | jq '.thresholds'", what: 'for a program' },
  ],
  run: inspect,
}

async function inspect(context: CommandContext): Promise<number> {
  refuseMoreThan(1, context.args, 'brunt inspect takes one script')
  const [entry] = requireScripts(context.args.positionals, 'inspect')
  const { newRunId, openScript } = await import('./open-script.ts')
  const log: Logger = { log: (line) => context.stderr.write(`${logLine(line)}\n`) }
  const settings = readRunSettings(context)
  const open = await openScript({ entry }, { settings, outputs: [], log, runId: newRunId(new Date()), stops: undefined })
  await open.close()
  const plan = redactPlan(open.plan)
  context.stdout.write(
    context.args.isOn('text') ? `${describePlan(plan).join('\n')}\n` : `${JSON.stringify(plan, undefined, 2)}\n`,
  )
  return 0
}

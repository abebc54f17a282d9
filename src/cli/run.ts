import type { Command, CommandContext } from './command.ts'
import { readRunSettings, requireScripts, runFlags } from './run-settings.ts'

/** `brunt run`: one script, or several as a suite. */
export const runCommand: Command = {
  name: 'run',
  usage: '<script>… [options]',
  about:
    'Runs a load test, shows it live, judges it and leaves the result behind. Several scripts run one after another, with one\nverdict. Options of a script are overruled by variables (BRUNT_VUS, or K6_VUS) and those by flags.\n\nCtrl-C lets running iterations end, a second one stops at once; both give the summary.\nExit codes: 0 passed, 99 thresholds failed, 104 wrong options, 105 interrupted, 107 the script threw outside an iteration,\n108 aborted by the script, 110 failed by the script, 120 generator unreliable, 123 a worker was lost.',
  flags: runFlags,
  examples: [
    { line: 'brunt run test.ts', what: 'as the script says' },
    { line: 'brunt run test.ts -u 50 -d 1m', what: '50 users for a minute' },
    { line: 'brunt run test.ts -e BASE_URL=http://localhost:8080', what: 'against another host' },
    { line: 'brunt run a.ts b.ts --summary result.json', what: 'a suite, with its result for a pipeline' },
    { line: 'brunt run test.ts --inspect -i 1', what: 'one iteration under a debugger' },
  ],
  run,
}

async function run(context: CommandContext): Promise<number> {
  const scripts = requireScripts(context.args.positionals, 'run')
  const settings = readRunSettings(context)
  // Loaded late: help and wrong flags need no engine.
  const { runScripts } = await import('./run-scripts.ts')
  return runScripts(
    scripts.map((entry) => ({ entry })),
    settings,
    context,
  )
}

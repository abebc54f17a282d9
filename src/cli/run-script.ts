import type { Logger } from '../base/logger.ts'
import { createOutput } from '../outputs/registry.ts'
import { renderSummary } from '../outputs/terminal/summary.ts'
import { type TerminalOutput, terminalOutput } from '../outputs/terminal/output.ts'
import { describeLoad } from '../plan/describe.ts'
import type { TestPlan } from '../plan/plan.ts'
import { RunFolder, runFolderPath } from '../results/run-folder.ts'
import type { RunOutcome } from '../results/run-outcome.ts'
import type { Summary } from '../results/summary.ts'
import type { BoundOutput } from '../run/session.ts'
import type { CommandContext, TextSink } from './command.ts'
import { logLine } from './log-line.ts'
import { newRunId, openScript, type ScriptSource } from './open-script.ts'
import { errorText, userErrorText } from './print-error.ts'
import { writeResultFiles } from './result-files.ts'
import { defaultStore, type RunSettings } from './run-settings.ts'
import type { StopHow, StopRequests } from './stop-requests.ts'

export interface RunSurroundings extends CommandContext {
  readonly stops: StopRequests
}

/** How one script ended. */
export interface EndedRun {
  readonly exitCode: number
  readonly summary: Summary
}

/** Runs one script from bundling to its printed summary. Throws what kept it from running; a run that began always has a summary. */
export async function runScript(source: ScriptSource, settings: RunSettings, surroundings: RunSurroundings): Promise<EndedRun> {
  const { stderr, stops } = surroundings
  const runId = newRunId(new Date())
  const terminal = terminalFor(settings, stderr)
  const log: Logger = { log: (entry) => terminal.print(logLine(entry)) }
  const outputs = outputsOf(settings, surroundings, terminal)
  const open = await openScript(source, { settings, outputs, log, runId, stops })
  try {
    if (!settings.isQuiet) terminal.print(startText(open.plan))
    const run = open.session.start(open.plan)
    stops.onStop((how) => {
      terminal.print(stopText(how))
      run.control.stop('interrupted', how)
    })
    const outcome = await run.outcome
    await report(outcome, settings, surroundings)
    return { exitCode: outcome.exitCode, summary: outcome.summary }
  } finally {
    await open.close()
  }
}

function terminalFor({ isQuiet, hasColor }: RunSettings, stderr: TextSink): TerminalOutput {
  return terminalOutput({ stream: stderr, isTty: stderr.isTTY === true, columns: () => stderr.columns ?? 80, hasColor, isQuiet })
}

/** Results that stay in the default store. A folder that the user named is the user's: nothing is removed there. */
const keptRunCount = 100

function outputsOf(settings: RunSettings, { env }: CommandContext, terminal: TerminalOutput): BoundOutput[] {
  const root = settings.storeFolder
  const limits = root === defaultStore ? { keepCount: keptRunCount } : {}
  const store = root === undefined ? [] : [{ name: 'store', output: new RunFolder({ root, ...limits }), tap: undefined }]
  const wanted = settings.outputs.map((argument) => createOutput(argument, { stdout: process.stdout, env }))
  return [{ name: 'terminal', output: terminal, tap: undefined }, ...store, ...wanted]
}

function startText(plan: TestPlan): string {
  const [headline = '', ...scenarios] = describeLoad(plan)
  return [`scenarios: ${headline}`, ...scenarios.map((line) => `  ${line}`), ''].join('\n')
}

function stopText(how: StopHow): string {
  return how === 'graceful' ? 'Stopping: running iterations may end (Ctrl-C again stops now).' : 'Stopping now.'
}

/** The end of a run as the user sees it: the script's own summary in place of ours, then what went wrong. */
async function report(outcome: RunOutcome, settings: RunSettings, { stdout, stderr }: CommandContext): Promise<void> {
  const { stdout: ownStdout, stderr: ownStderr, ...ownFiles } = outcome.files
  const textSink = isStdoutTaken(settings) ? stderr : stdout
  if (Object.keys(outcome.files).length === 0 && settings.isSummaryShown) {
    const storedIn = settings.storeFolder === undefined ? undefined : runFolderPath(settings.storeFolder, outcome.summary.run.id)
    textSink.write(
      renderSummary(outcome.summary, {
        hasColor: settings.hasColor && textSink.isTTY === true,
        columns: textSink.columns ?? 100,
        storedIn,
      }),
    )
  }
  if (ownStdout !== undefined) textSink.write(ownStdout)
  if (ownStderr !== undefined) stderr.write(ownStderr)
  try {
    writeResultFiles(Object.entries(ownFiles), stdout)
  } catch (error) {
    stderr.write(errorText(error))
  }
  if (outcome.error) stderr.write(userErrorText(outcome.error, outcome.error.stack))
  // Whoever reads no summary still wants to know why the exit code is not 0.
  else if (!settings.isSummaryShown || Object.keys(outcome.files).length > 0) stderr.write(missedText(outcome.summary))
}

/** Does a result for programs go to standard output? Then texts for people go to stderr. */
export function isStdoutTaken({ summaryFiles, outputs }: RunSettings): boolean {
  return summaryFiles.includes('-') || outputs.some((output) => /^json$|=-$/.test(output))
}

function missedText({ thresholds }: Summary): string {
  const missed = thresholds
    .filter(({ ok }) => !ok)
    .map(({ metric, source, noData }) => `${metric} ${source}${noData ? ' (no data)' : ''}`)
  return missed.length === 0 ? '' : `error: thresholds failed: ${missed.join(', ')}\n`
}

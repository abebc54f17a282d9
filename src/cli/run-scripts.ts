import { exitCode } from '../base/exit-code.ts'
import { messageOf, UserError } from '../base/user-error.ts'
import type { CommandContext } from './command.ts'
import type { ScriptSource } from './open-script.ts'
import { errorText, exitCodeOfError } from './print-error.ts'
import { requireWritable, writeResultFiles } from './result-files.ts'
import { isStdoutTaken, runScript } from './run-script.ts'
import type { RunSettings } from './run-settings.ts'
import { listenForStops, type StopRequests } from './stop-requests.ts'
import { judgeSuite, type SuiteEntry, suiteText } from './suite.ts'

/** Runs one script, or several one after another as a suite; resolves with the exit code. Throws what kept a lone script from running. */
export async function runScripts(
  sources: readonly ScriptSource[],
  settings: RunSettings,
  context: CommandContext,
): Promise<number> {
  requireOutputsApart(sources, settings)
  for (const file of resultFiles(settings)) requireWritable(file)
  const stops = listenForStops()
  try {
    return await (sources.length === 1
      ? runAlone(sources, settings, context, stops)
      : runSuite(sources, settings, context, stops))
  } finally {
    stops.close()
  }
}

async function runAlone(
  sources: readonly ScriptSource[],
  settings: RunSettings,
  context: CommandContext,
  stops: StopRequests,
): Promise<number> {
  const [source] = sources
  if (!source) return exitCode.ok
  const { exitCode: code, summary } = await runScript(source, settings, { ...context, stops })
  return writeSummary(summary, code, settings, context)
}

async function runSuite(
  sources: readonly ScriptSource[],
  settings: RunSettings,
  context: CommandContext,
  stops: StopRequests,
): Promise<number> {
  const entries: SuiteEntry[] = []
  for (const [index, source] of sources.entries()) {
    if (stops.wished !== undefined) {
      entries.push({
        script: source.entry,
        exitCode: exitCode.interrupted,
        status: 'skipped',
        error: 'interrupted',
        summary: undefined,
      })
      continue
    }
    if (!settings.isQuiet) context.stderr.write(`\n[${index + 1}/${sources.length}] ${source.entry}\n`)
    entries.push(await suiteEntry(source, settings, context, stops))
  }
  const verdict = judgeSuite(entries)
  const textSink = isStdoutTaken(settings) ? context.stderr : context.stdout
  if (settings.isSummaryShown) textSink.write(suiteText(verdict))
  return writeSummary(verdict, verdict.suite.exitCode, settings, context)
}

/** A script that cannot run fails the suite, and the next ones still get their turn. */
async function suiteEntry(
  source: ScriptSource,
  settings: RunSettings,
  context: CommandContext,
  stops: StopRequests,
): Promise<SuiteEntry> {
  const script = source.entry
  try {
    const named = { ...settings, outputs: settings.outputs.map((output) => output.replaceAll('{script}', stemOf(script))) }
    const { exitCode: code, summary } = await runScript(source, named, { ...context, stops })
    return { script, exitCode: code, status: summary.run.status, error: undefined, summary }
  } catch (error) {
    context.stderr.write(errorText(error))
    return { script, exitCode: exitCodeOfError(error), status: 'error', error: messageOf(error), summary: undefined }
  }
}

/** A result that could not be written is an error of its own, unless the run failed anyway. */
function writeSummary(summary: unknown, code: number, { summaryFiles }: RunSettings, { stdout, stderr }: CommandContext): number {
  const text = `${JSON.stringify(summary, undefined, 2)}\n`
  try {
    writeResultFiles(
      summaryFiles.map((file) => [file, text] as const),
      stdout,
    )
    return code
  } catch (error) {
    stderr.write(errorText(error))
    return code === exitCode.ok ? exitCodeOfError(error) : code
  }
}

/** Files that the command line names; those of outputs with the script's name in them are seen when they are opened. */
function resultFiles({ summaryFiles, outputs }: RunSettings): string[] {
  const ofOutputs = outputs.flatMap((output) => /^(?:json|csv)=(.+)$/s.exec(output)?.[1] ?? [])
  return [...summaryFiles, ...ofOutputs].filter((file) => !file.includes('{script}'))
}

/** Several scripts would each empty the file of the one before. */
function requireOutputsApart(sources: readonly ScriptSource[], { outputs }: RunSettings): void {
  const shared = sources.length < 2 ? undefined : outputs.find((output) => /=[^-]/.test(output) && !output.includes('{script}'))
  if (shared === undefined) return
  const [kind, file = ''] = shared.split(/=(.*)/s)
  const dot = file.lastIndexOf('.')
  const example = dot > 0 ? `${file.slice(0, dot)}-{script}${file.slice(dot)}` : `${file}-{script}`
  throw new UserError('OUTPUT_SHARED', `each of the ${sources.length} scripts would overwrite "${file}"`, {
    hint: `put the script's name into it:  --out ${kind}=${example}`,
  })
}

function stemOf(script: string): string {
  return (script.split(/[\\/]/).at(-1) ?? script).replace(/\.[^.]*$/, '')
}

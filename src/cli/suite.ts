import { formatDurationMs } from '../base/duration.ts'
import { exitCode } from '../base/exit-code.ts'
import type { RunStatus, Summary } from '../results/summary.ts'

/** How one script of a suite ended. */
export interface SuiteEntry {
  readonly script: string
  readonly exitCode: number
  /** `skipped`: an interrupt came before its turn. */
  readonly status: RunStatus | 'skipped'
  /** Why it did not run, when it did not: the message of the error. */
  readonly error: string | undefined
  /** `undefined` when no run began. */
  readonly summary: Summary | undefined
}

/** The machine-readable result of several scripts, for `--summary`. */
export interface SuiteSummary {
  readonly schemaVersion: 1
  readonly suite: { readonly status: 'passed' | 'failed'; readonly exitCode: number }
  readonly scripts: readonly SuiteEntry[]
}

/** One verdict over all: passed when each script passed; else the exit code that weighs most, the earliest among equals. */
export function judgeSuite(entries: readonly SuiteEntry[]): SuiteSummary {
  let code: number = exitCode.ok
  for (const entry of entries) {
    if (weight(entry.exitCode) > weight(code)) code = entry.exitCode
  }
  return { schemaVersion: 1, suite: { status: code === exitCode.ok ? 'passed' : 'failed', exitCode: code }, scripts: entries }
}

/** The verdict as text, one line a script. */
export function suiteText({ suite, scripts }: SuiteSummary): string {
  const bad = scripts.filter((entry) => entry.exitCode !== exitCode.ok).length
  const headline =
    bad === 0
      ? `Suite passed: ${scripts.length} scripts`
      : `Suite failed: ${bad} of ${scripts.length} scripts (exit code ${suite.exitCode})`
  const width = Math.max(...scripts.map(({ script }) => script.length))
  return `\n${[headline, ...scripts.map((entry) => `  ${entry.status.padEnd(7)}  ${entry.script.padEnd(width)}  ${detail(entry)}`.trimEnd())].join('\n')}\n`
}

function detail({ summary, error, exitCode: code }: SuiteEntry): string {
  if (error !== undefined) return error.split('\n')[0] ?? ''
  if (!summary) return ''
  const failed = summary.thresholds.filter(({ ok }) => !ok).map(({ metric, source }) => `${metric} ${source}`)
  const why = failed.length > 0 ? `, missed ${failed.join(', ')}` : code === exitCode.ok ? '' : `, exit code ${code}`
  return `${formatDurationMs(Math.round(summary.run.durationMs / 100) * 100)}${why}`
}

/** What stopped a run weighs more than what it measured, and a verdict more than a doubt. */
function weight(code: number): number {
  const doubts: readonly number[] = [exitCode.ok, exitCode.generatorUnreliable, exitCode.inconclusive, exitCode.partial]
  const verdicts: readonly number[] = [exitCode.thresholdsFailed, exitCode.markedFailed]
  if (doubts.includes(code)) return doubts.indexOf(code)
  return verdicts.includes(code) ? 10 : 20
}

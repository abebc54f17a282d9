import { messageOf } from '../base/user-error.ts'
import type { Logger } from '../base/logger.ts'
import type { Totals } from '../metrics/totals.ts'
import { exitCodeFor, statusFor } from '../results/exit-code.ts'
import { generatorFactsOf, judgeGenerator } from '../results/generator-verdict.ts'
import { notesFor } from '../results/notes.ts'
import type { RunHeader, RunOutcome } from '../results/run-outcome.ts'
import { summarize } from '../results/summarize.ts'
import type { Summary } from '../results/summary.ts'
import { callLifecycle } from './lifecycle-call.ts'
import type { OutputSet } from './output-set.ts'
import type { RunEnding } from './run-ending.ts'
import type { RunRecord } from './run-record.ts'
import type { Seat } from './seat.ts'

const defaultSummaryTimeoutMs = 120_000

export interface Conclusion {
  readonly header: RunHeader
  /** From zero to the end of the last iteration. */
  readonly durationMs: number
  /** Run time after which nothing more was started. */
  readonly stoppedAtMs: number
  readonly record: RunRecord
  readonly ending: RunEnding
  readonly outputs: OutputSet
  /** A worker that can run the script's handleSummary, if there is one. */
  readonly seat: Seat | undefined
  readonly setupJson: string | undefined
  readonly log: Logger
}

/** Judges a run that is over, tells the outputs and gives the outcome. Never rejects. */
export async function concludeRun(conclusion: Conclusion): Promise<RunOutcome> {
  const { ending, outputs, seat } = conclusion
  const summary = summaryOf(conclusion)
  const files = seat ? await filesOf(seat, summary, conclusion) : {}
  const outcome: RunOutcome = { exitCode: summary.run.exitCode, summary, files, error: ending.error }
  const failuresBefore = outputs.failures.length
  await outputs.stop(outcome)
  const late = outputs.failures.slice(failuresBefore)
  return late.length === 0 ? outcome : { ...outcome, summary: { ...summary, notes: [...summary.notes, ...late] } }
}

function summaryOf({ header, durationMs, stoppedAtMs, record, ending, outputs }: Conclusion): Summary {
  const { totals } = record
  const { plan } = header
  // A run that never started has nothing to judge: its error says all.
  const hasRun = durationMs > 0
  const thresholds = hasRun ? record.judge.finish([], durationMs) : []
  const rates = record.rates.reached(stoppedAtMs)
  const generator = judgeGenerator({
    plan,
    workers: header.workers,
    health: record.health,
    facts: generatorFactsOf(totals),
    rates,
  })
  const code = exitCodeFor({
    stopCode: ending.stopCode,
    isMarkedFailed: ending.isMarkedFailed,
    areThresholdsFailed: thresholds.some((threshold) => !threshold.ok),
    isPartial: ending.isPartial,
    isInconclusive: false,
    isGeneratorUnreliable: generator.verdict === 'unreliable',
    isGeneratorStrict: plan.isGeneratorStrict,
  })
  const notes = notesFor({
    totals,
    thresholds,
    generator,
    rates,
    losses: ending.losses,
    stopped: ending.stoppedSentence,
    outputFailures: outputs.failures,
    overflowedMetrics: overflowedMetrics(totals),
  })
  return summarize({
    header,
    totals,
    durationMs,
    status: statusFor(code),
    partial: ending.isPartial,
    exitCode: code,
    thresholds,
    generator,
    notes: [
      ...(ending.markedFailedBecause === undefined ? [] : [`The script marked the run as failed: ${ending.markedFailedBecause}`]),
      ...notes,
      ...ending.remarks,
      ...record.problems.notes(),
    ],
  })
}

/** What handleSummary wants written; a handleSummary that fails is told and changes nothing. */
async function filesOf(seat: Seat, summary: Summary, { log, header, ending }: Conclusion): Promise<Record<string, string>> {
  try {
    const result = await ending.unlessHurried(
      callLifecycle(seat, {
        name: 'handleSummary',
        input: JSON.stringify(summary),
        timeoutMs: header.plan.handleSummaryTimeoutMs ?? defaultSummaryTimeoutMs,
      }),
    )
    if ('failure' in result) throw new Error(result.failure.message)
    const files: unknown = result.json === undefined ? {} : JSON.parse(result.json)
    if (typeof files !== 'object' || files === null) throw new Error('it must return an object of path to text')
    return Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path, typeof text === 'string' ? text : JSON.stringify(text)]),
    )
  } catch (error) {
    log.log({ level: 'error', message: `handleSummary() failed: ${messageOf(error)}`, source: 'engine' })
    return {}
  }
}

/** Metrics of which a worker had no room for more tag sets. */
function overflowedMetrics(totals: Totals): string[] {
  return [
    ...new Set([...totals.series()].filter((series) => series.tags['overflow'] === 'true').map((series) => series.metric.name)),
  ]
}

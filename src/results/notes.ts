import { builtin } from '../metrics/definition.ts'
import type { Totals } from '../metrics/totals.ts'
import { isUnderPlan } from './generator-verdict.ts'
import type { ReachedRate } from './rate-log.ts'
import { sumOf } from './series.ts'
import type { GeneratorVerdict, ThresholdSummary } from './summary.ts'
import { countOf, listText, percentText } from './words.ts'

export interface NotesInput {
  readonly totals: Totals
  readonly thresholds: readonly ThresholdSummary[]
  readonly generator: GeneratorVerdict
  readonly rates: readonly ReachedRate[]
  /** Why numbers are missing: lost workers, a sentence each. */
  readonly losses: readonly string[]
  /** Why the run ended before its end, in one sentence. */
  readonly stopped: string | undefined
  /** Outputs that were switched off, a sentence each. */
  readonly outputFailures: readonly string[]
  /** Metrics whose tag sets folded for lack of room. */
  readonly overflowedMetrics: readonly string[]
}

/** What the reader must know before trusting the numbers, worst first, each a sentence. */
export function notesFor(input: NotesInput): readonly string[] {
  return [
    ...input.losses.map((loss) => `The run is partial: ${sentence(loss)}`),
    ...(input.stopped === undefined ? [] : [`The run ended early: ${sentence(input.stopped)}`]),
    ...noDataNotes(input.thresholds),
    ...censoredNotes(input.generator),
    ...rateNotes(input.rates),
    ...iterationNotes(input.totals),
    ...input.outputFailures.map(sentence).map(capitalized),
    ...overflowNotes(input.overflowedMetrics),
  ]
}

function noDataNotes(thresholds: readonly ThresholdSummary[]): string[] {
  return thresholds
    .filter((threshold) => threshold.noData)
    .map(({ metric, source, ok }) =>
      ok
        ? `The threshold ${source} of ${metric} had no samples to judge and counts as passed.`
        : `The threshold ${source} of ${metric} had no samples to judge, so it failed: see that the metric and its tags are spelled as the script sends them, or mark it optional.`,
    )
}

function censoredNotes({ censored }: GeneratorVerdict): string[] {
  if (!censored) return []
  return [
    `${countOf(censored.dropped, 'user')} (${percentText(censored.ratio)}) ${censored.dropped === 1 ? 'is' : 'are'} missing from these percentiles: no VU was free when their iterations fell due, so they were dropped. What they would have seen was likely worse; raise maxVUs, or use whenBusy: 'queue' with a longer maxQueue.`,
  ]
}

function rateNotes(rates: readonly ReachedRate[]): string[] {
  return rates
    .filter(({ planned, started }) => isUnderPlan(planned, started))
    .map(
      ({ scenario, planned, started, dropped }) =>
        `Scenario "${scenario}" did not reach its rate: ${started.toLocaleString('en-US')} of ${countOf(planned, 'planned iteration')} started (${percentText(started / planned)})${dropped > 0 ? `, ${dropped.toLocaleString('en-US')} dropped` : ''}.`,
    )
}

function iterationNotes(totals: Totals): string[] {
  const errors = sumOf(totals, builtin.iterationErrors)
  const interrupted = sumOf(totals, builtin.interruptedIterations)
  const iterations = sumOf(totals, builtin.iterations)
  const notes: string[] = []
  if (errors > 0)
    notes.push(
      `${countOf(errors, 'iteration')} of ${iterations.toLocaleString('en-US')} ended with an exception: see the log for each distinct one.`,
    )
  if (interrupted > 0) {
    notes.push(
      `${countOf(interrupted, 'iteration')} ${interrupted === 1 ? 'was' : 'were'} interrupted at the end of the graceful stop; what ${interrupted === 1 ? 'it' : 'they'} measured until then is counted.`,
    )
  }
  return notes
}

function overflowNotes(metrics: readonly string[]): string[] {
  if (metrics.length === 0) return []
  return [
    `There was no room for more tag sets of ${listText(metrics)}: later ones are together under {overflow:true}. Use fewer distinct tag values; give requests a name.`,
  ]
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

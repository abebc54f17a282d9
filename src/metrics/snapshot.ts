import type { MetricDefinition, Tags } from './definition.ts'

/**
 * Changes of one histogram: bucket indexes (ascending; one repeats when its count needs more than 32 bits) with their counts,
 * and exact sum, min and max of the new values. `bucket.ts` says what an index stands for.
 */
export interface HistogramDelta {
  readonly indexes: Uint32Array
  readonly counts: Uint32Array
  readonly sum: number
  readonly min: number
  readonly max: number
}

/**
 * What one series gathered since the last drain. `tags` is a projection: the series holds every sample whose tags
 * include these (a key that the sample lacks counts as the empty string), and `{}` holds them all.
 */
export type SeriesDelta = { readonly metric: MetricDefinition; readonly tags: Tags } & (
  | { readonly type: 'counter'; readonly sum: number }
  | { readonly type: 'gauge'; readonly value: number; readonly min: number; readonly max: number; readonly atMs: number }
  | { readonly type: 'rate'; readonly trueCount: number; readonly count: number }
  | { readonly type: 'trend'; readonly histogram: HistogramDelta }
  | { readonly type: 'ledger'; readonly entries: readonly unknown[] }
)

/** State of one scenario in one worker, absolute numbers since the start of the run. */
export interface ScenarioState {
  readonly scenario: string
  readonly activeVus: number
  /** VUs that the scenario may use now. */
  readonly initializedVus: number
  readonly completed: number
  readonly interrupted: number
  readonly dropped: number
  /** 0 to 1, of the planned duration or iterations. */
  readonly doneRatio: number
}

/** Something worth a line beside the numbers. `tags.level` and `tags.source` on logs; trace id, url, status on exemplars. */
export interface RunEvent {
  readonly type: 'log' | 'exemplar' | 'annotation'
  readonly atMs: number
  readonly text: string
  readonly tags: Tags
}

/** Second `second` of the run as deltas: self-contained (no ids) and mergeable in any order. */
export interface Snapshot {
  readonly version: 1
  readonly source: string
  readonly second: number
  readonly series: readonly SeriesDelta[]
  readonly scenarios: readonly ScenarioState[]
  /** Bounded: at most 20 exemplars a second. */
  readonly events: readonly RunEvent[]
}

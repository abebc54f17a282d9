import type { Snapshot } from '../metrics/snapshot.ts'
import type { MetricDefinition, MetricId, TagSetId, Tags } from '../metrics/definition.ts'
import type { RunHeader, RunOutcome } from '../results/run-outcome.ts'

/** Sends results somewhere. Runs in the coordinator. Calls arrive in order (start, write*, stop) and never overlap; a rejection switches the output off and is reported. */
export interface Output {
  start(run: RunHeader): Promise<void>
  write(snapshot: Snapshot): Promise<void>
  stop(outcome: RunOutcome): Promise<void>
}

/** An output of raw samples: workers encode (`Tap`), the coordinator appends what arrives, in any order between workers. */
export interface SampleOutput extends Output {
  append(bytes: Uint8Array): void
}

/** Raw samples of one flush, columns of equal length. Ids resolve through `metricOf` and `tagsOf`. */
export interface SampleBatch {
  readonly length: number
  readonly metrics: readonly MetricId[]
  readonly values: readonly number[]
  readonly tags: readonly TagSetId[]
  /** Wall clock, ms with fractions. */
  readonly epochMs: readonly number[]
  metricOf(id: MetricId): MetricDefinition
  tagsOf(id: TagSetId): Tags
}

/** Runs in each worker; whole records only, so that batches of several workers can be interleaved. */
export interface Tap {
  encode(batch: SampleBatch): Uint8Array
}

import type { Accumulator } from './accumulator.ts'
import type { MetricId, TagSetId } from './definition.ts'

/** Told of each raw sample. Called at full speed: it must only note. */
export type SampleListener = (metric: MetricId, value: number, tags: TagSetId) => void

/** What the sinks of one registry share. */
export interface SinkState {
  ignoredCount: number
  listener: SampleListener | undefined
}

/** Where the samples of one metric with one tag set go. Stays valid as long as its registry: keep it where samples are many. */
export class Sink {
  readonly #state: SinkState
  readonly #metric: MetricId
  readonly #tags: TagSetId
  readonly #whole: Accumulator
  /** The sub-metrics that these tags belong to. */
  readonly #parts: readonly Accumulator[] | undefined

  constructor(state: SinkState, from: { metric: MetricId; tags: TagSetId; whole: Accumulator; parts: readonly Accumulator[] }) {
    this.#state = state
    this.#metric = from.metric
    this.#tags = from.tags
    this.#whole = from.whole
    this.#parts = from.parts.length === 0 ? undefined : from.parts
  }

  /** Adds one sample. NaN and ±Infinity are ignored and counted. */
  add(value: number): void {
    if (value - value !== 0) {
      this.#state.ignoredCount += 1
      return
    }
    this.#whole.add(value)
    const parts = this.#parts
    if (parts !== undefined) for (let i = 0; i < parts.length; i += 1) (parts[i] as Accumulator).add(value)
    if (this.#state.listener !== undefined) this.#state.listener(this.#metric, value, this.#tags)
  }
}

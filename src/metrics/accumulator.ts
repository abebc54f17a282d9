import type { MetricDefinition, Tags } from './definition.ts'
import { Histogram, type MemoryUse } from './histogram.ts'
import type { SeriesDelta } from './snapshot.ts'

/** What one series gathers between two drains. */
export interface Accumulator {
  add(value: number): void
  /** What gathered since the last drain, and starts over; `undefined` when nothing did. */
  drain(): SeriesDelta | undefined
  /** Gives memory back that is not in use now. */
  release(): void
}

/** Bytes that a series occupies apart from the counters of its histogram: an estimate on the safe side. */
export const seriesBytes = 640

/** Most entries that one ledger keeps between two drains. */
const maxLedgerEntries = 100_000

interface Surroundings {
  readonly nowMs: () => number
  readonly memory: MemoryUse
}

/** The accumulator of a metric's type; a ledger has its own, as it takes entries instead of numbers. */
export function createAccumulator(metric: MetricDefinition, tags: Tags, { nowMs, memory }: Surroundings): Accumulator {
  switch (metric.type) {
    case 'counter':
      return new CounterAccumulator(metric, tags)
    case 'gauge':
      return new GaugeAccumulator(metric, tags, nowMs)
    case 'rate':
      return new RateAccumulator(metric, tags)
    case 'trend':
      return new TrendAccumulator(metric, tags, memory)
    case 'ledger':
      return new LedgerAccumulator(metric, tags)
  }
}

class CounterAccumulator implements Accumulator {
  readonly #metric: MetricDefinition
  readonly #tags: Tags
  #sum = 0
  #isTouched = false

  constructor(metric: MetricDefinition, tags: Tags) {
    this.#metric = metric
    this.#tags = tags
  }

  add(value: number): void {
    this.#sum += value
    this.#isTouched = true
  }

  drain(): SeriesDelta | undefined {
    if (!this.#isTouched) return undefined
    const sum = this.#sum
    this.#sum = 0
    this.#isTouched = false
    return { metric: this.#metric, tags: this.#tags, type: 'counter', sum }
  }

  release(): void {}
}

class GaugeAccumulator implements Accumulator {
  readonly #metric: MetricDefinition
  readonly #tags: Tags
  readonly #nowMs: () => number
  #value = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  #atMs = 0
  #isTouched = false

  constructor(metric: MetricDefinition, tags: Tags, nowMs: () => number) {
    this.#metric = metric
    this.#tags = tags
    this.#nowMs = nowMs
  }

  add(value: number): void {
    this.#value = value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    this.#atMs = this.#nowMs()
    this.#isTouched = true
  }

  drain(): SeriesDelta | undefined {
    if (!this.#isTouched) return undefined
    const [value, min, max, atMs] = [this.#value, this.#min, this.#max, this.#atMs]
    this.#isTouched = false
    this.#min = Number.POSITIVE_INFINITY
    this.#max = Number.NEGATIVE_INFINITY
    return { metric: this.#metric, tags: this.#tags, type: 'gauge', value, min, max, atMs }
  }

  release(): void {}
}

class RateAccumulator implements Accumulator {
  readonly #metric: MetricDefinition
  readonly #tags: Tags
  #trueCount = 0
  #count = 0

  constructor(metric: MetricDefinition, tags: Tags) {
    this.#metric = metric
    this.#tags = tags
  }

  add(value: number): void {
    this.#count += 1
    if (value !== 0) this.#trueCount += 1
  }

  drain(): SeriesDelta | undefined {
    if (this.#count === 0) return undefined
    const [trueCount, count] = [this.#trueCount, this.#count]
    this.#trueCount = 0
    this.#count = 0
    return { metric: this.#metric, tags: this.#tags, type: 'rate', trueCount, count }
  }

  release(): void {}
}

class TrendAccumulator implements Accumulator {
  readonly #metric: MetricDefinition
  readonly #tags: Tags
  readonly #histogram: Histogram

  constructor(metric: MetricDefinition, tags: Tags, memory: MemoryUse) {
    this.#metric = metric
    this.#tags = tags
    this.#histogram = new Histogram(memory)
  }

  add(value: number): void {
    this.#histogram.record(value)
  }

  drain(): SeriesDelta | undefined {
    const histogram = this.#histogram.drain()
    return histogram && { metric: this.#metric, tags: this.#tags, type: 'trend', histogram }
  }

  release(): void {
    this.#histogram.release()
  }
}

/** Opaque accounts: whoever settles them knows their shape. */
export class LedgerAccumulator implements Accumulator {
  readonly #metric: MetricDefinition
  readonly #tags: Tags
  #entries: unknown[] = []

  constructor(metric: MetricDefinition, tags: Tags) {
    this.#metric = metric
    this.#tags = tags
  }

  add(): void {
    throw new Error(`ledger "${this.#metric.name}" takes entries, not numbers`)
  }

  /** False when the ledger is full until the next drain. */
  append(entry: unknown): boolean {
    if (this.#entries.length >= maxLedgerEntries) return false
    this.#entries.push(entry)
    return true
  }

  drain(): SeriesDelta | undefined {
    if (this.#entries.length === 0) return undefined
    const entries = this.#entries
    this.#entries = []
    return { metric: this.#metric, tags: this.#tags, type: 'ledger', entries }
  }

  release(): void {}
}

import { UserError } from '../base/user-error.ts'
import { builtin, type MetricDefinition, type Tags } from './definition.ts'
import { Histogram } from './histogram.ts'
import { seriesKey } from './selector.ts'
import type { SeriesDelta } from './snapshot.ts'
import { isLater, SummedGauge } from './summed-gauge.ts'

export { seriesKey } from './selector.ts'

/** All that is known of one series. Alive: it changes with the next `add`. */
export type Series = { readonly metric: MetricDefinition; readonly tags: Tags } & (
  | { readonly type: 'counter'; readonly sum: number }
  | { readonly type: 'gauge'; readonly value: number; readonly min: number; readonly max: number; readonly atMs: number }
  | { readonly type: 'rate'; readonly trueCount: number; readonly count: number }
  | { readonly type: 'trend'; readonly histogram: Histogram }
  /** `lostCount`: entries over the bound of a million. */
  | { readonly type: 'ledger'; readonly entries: readonly unknown[]; readonly lostCount: number }
)

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type SeriesOf<Type extends Series['type']> = Mutable<Extract<Series, { type: Type }>>
type DeltaOf<Type extends SeriesDelta['type']> = Extract<SeriesDelta, { type: Type }>

interface Metric {
  readonly definition: MetricDefinition
  readonly series: Map<string, Held>
}

type Held =
  | SeriesOf<'counter'>
  | (SeriesOf<'gauge'> & { readonly summed: SummedGauge | undefined })
  | SeriesOf<'rate'>
  | SeriesOf<'trend'>
  | (Omit<SeriesOf<'ledger'>, 'entries'> & { readonly entries: unknown[] })

const maxLedgerEntries = 1_000_000

/**
 * THE merge: of workers, of agents, of seconds. Any order and any grouping of deltas gives the same totals, up to the
 * rounding of float64 sums. Gauges keep the last value by time; `vus` and `vus_max`, of which each source holds a part,
 * are summed over sources.
 */
export class Totals {
  readonly #metrics = new Map<string, Metric>()

  /** `source` tells apart who holds a part of a summed gauge. Throws METRIC_TYPE_CONFLICT when two sources disagree. */
  add(deltas: readonly SeriesDelta[], source = ''): void {
    for (const delta of deltas) {
      const held = this.#held(delta)
      switch (delta.type) {
        case 'counter':
          ;(held as SeriesOf<'counter'>).sum += delta.sum
          break
        case 'gauge':
          addGauge(held as Extract<Held, { type: 'gauge' }>, delta, source)
          break
        case 'rate':
          addRate(held as SeriesOf<'rate'>, delta)
          break
        case 'trend':
          ;(held as SeriesOf<'trend'>).histogram.merge(delta.histogram)
          break
        case 'ledger':
          addEntries(held as Extract<Held, { type: 'ledger' }>, delta)
          break
        default:
          delta satisfies never
      }
    }
  }

  /** The series whose tags are exactly these; `{}`, the default, holds every sample of the metric. */
  get(metric: string, tags: Tags = {}): Series | undefined {
    return this.#metrics.get(metric)?.series.get(seriesKey(metric, tags))
  }

  /** Every series of one metric, or of all. */
  *series(metric?: string): Iterable<Series> {
    const metrics = metric === undefined ? this.#metrics.values() : [this.#metrics.get(metric)]
    for (const each of metrics) if (each) yield* each.series.values()
  }

  /** Metrics with samples, by name. */
  metrics(): MetricDefinition[] {
    return [...this.#metrics.values()].map((metric) => metric.definition).sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** The totals as deltas, to be merged elsewhere. */
  toDeltas(): SeriesDelta[] {
    return [...this.series()].map(toDelta)
  }

  #held(delta: SeriesDelta): Held {
    const { name } = delta.metric
    let metric = this.#metrics.get(name)
    if (!metric) {
      metric = { definition: delta.metric, series: new Map() }
      this.#metrics.set(name, metric)
    }
    if (metric.definition.type !== delta.type) {
      throw new UserError(
        'METRIC_TYPE_CONFLICT',
        `metric "${name}" is a ${metric.definition.type} here and a ${delta.type} elsewhere`,
        {
          hint: 'define it the same way in every scenario and every worker',
        },
      )
    }
    const key = seriesKey(name, delta.tags)
    let held = metric.series.get(key)
    if (!held) {
      held = startHeld(metric.definition, delta)
      metric.series.set(key, held)
    }
    return held
  }
}

function startHeld(metric: MetricDefinition, { type, tags }: SeriesDelta): Held {
  switch (type) {
    case 'counter':
      return { metric, tags, type, sum: 0 }
    case 'gauge': {
      const isSummed = metric.name === builtin.vus.name || metric.name === builtin.vusMax.name
      const summed = isSummed ? new SummedGauge() : undefined
      const never = Number.NEGATIVE_INFINITY
      return { metric, tags, type, value: 0, min: Number.POSITIVE_INFINITY, max: never, atMs: never, summed }
    }
    case 'rate':
      return { metric, tags, type, trueCount: 0, count: 0 }
    case 'trend':
      return { metric, tags, type, histogram: new Histogram() }
    case 'ledger':
      return { metric, tags, type, entries: [], lostCount: 0 }
  }
}

function addGauge(held: Extract<Held, { type: 'gauge' }>, delta: DeltaOf<'gauge'>, source: string): void {
  if (held.summed) {
    held.summed.add(source, delta)
    Object.assign(held, held.summed.read())
    return
  }
  if (isLater(delta, held)) {
    held.value = delta.value
    held.atMs = delta.atMs
  }
  held.min = Math.min(held.min, delta.min)
  held.max = Math.max(held.max, delta.max)
}

function addRate(held: SeriesOf<'rate'>, delta: DeltaOf<'rate'>): void {
  held.trueCount += delta.trueCount
  held.count += delta.count
}

function addEntries(held: Extract<Held, { type: 'ledger' }>, { entries }: DeltaOf<'ledger'>): void {
  const room = maxLedgerEntries - held.entries.length
  for (const entry of entries.slice(0, room)) held.entries.push(entry)
  held.lostCount += Math.max(0, entries.length - room)
}

function toDelta(series: Series): SeriesDelta {
  const { metric, tags } = series
  switch (series.type) {
    case 'counter':
      return { metric, tags, type: 'counter', sum: series.sum }
    case 'gauge':
      return { metric, tags, type: 'gauge', value: series.value, min: series.min, max: series.max, atMs: series.atMs }
    case 'rate':
      return { metric, tags, type: 'rate', trueCount: series.trueCount, count: series.count }
    case 'trend':
      return { metric, tags, type: 'trend', histogram: series.histogram.toDelta() }
    case 'ledger':
      return { metric, tags, type: 'ledger', entries: series.entries }
  }
}

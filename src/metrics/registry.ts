import { UserError } from '../base/user-error.ts'
import { type Accumulator, createAccumulator, LedgerAccumulator, seriesBytes } from './accumulator.ts'
import type { MetricDefinition, MetricId, TagSetId, Tags } from './definition.ts'
import type { MemoryUse } from './histogram.ts'
import type { Registry } from './recorder.ts'
import { matchesTags, type Selector, seriesKey } from './selector.ts'
import { type SampleListener, Sink, type SinkState } from './sink.ts'
import type { SeriesDelta } from './snapshot.ts'
import { groupTags, overflowTags, TagSets } from './tag-sets.ts'

export type { Sink, SampleListener } from './sink.ts'

/** A series for each combination of the values of `keys`; the metric `*` means every metric. */
export interface Grouping {
  readonly metric: string
  readonly keys: readonly string[]
}

export interface RegistryOptions {
  /** Sub-metrics that thresholds and scripts ask for; they always get their series, whatever the limits. */
  readonly selectors: readonly Selector[]
  readonly groupings: readonly Grouping[]
  /** For raw sample outputs: `tagsOf` then returns every tag, not only those that selectors and groupings use. */
  readonly keepAllTags: boolean
  /** 256 MB unless given. Over it new series and tag sets fold; what exists goes on. */
  readonly maxBytes?: number
  /** 100,000 unless given. */
  readonly maxTagSets?: number
  /** Run time in ms, for gauges. */
  readonly nowMs?: () => number
}

/** Folded for lack of room: `count` tag sets of `metric` went into `{overflow:true}`. */
export interface Overflow {
  readonly metric: string
  readonly count: number
}

export interface MetricRegistry extends Registry {
  /** Where samples of this metric with these tags go: keep it instead of calling `record` a thousand times. */
  sink(metric: MetricId, tags: TagSetId): Sink
  /** Adds an entry to a ledger metric. */
  append(metric: MetricId, entry: unknown, tags: TagSetId): void
  /** Hears every sample from now on, after it was counted. Costs one comparison a sample when nobody listens. */
  onSample(listener: SampleListener): void
  metricOf(id: MetricId): MetricDefinition
  /** Every metric defined so far, in the order of their ids. */
  readonly metrics: readonly MetricDefinition[]
  /** Samples that were NaN or infinite, and ledger entries over the bound. */
  readonly ignoredCount: number
  /** Metrics that had to fold series, worst first; empty when everything fitted. */
  readonly overflowed: readonly Overflow[]
  /** How often a new tag set lost tags to the limits: raw sample outputs then lack them. */
  readonly foldedTagSetCount: number
  /** Estimate of the memory in use. */
  readonly bytes: number
}

/** A registry made for what its consumers asked for. `record` is two array look-ups and the additions, without allocation. */
export function createRegistry(options: RegistryOptions): MetricRegistry {
  return new SeriesRegistry(options)
}

interface Slot {
  readonly id: MetricId
  readonly definition: MetricDefinition
  readonly selectors: readonly Tags[]
  readonly groupings: readonly (readonly string[])[]
  readonly whole: Accumulator
  readonly series: Map<string, Accumulator>
  foldedCount: number
}

const sinkBytes = 96

class SeriesRegistry implements MetricRegistry {
  readonly #options: RegistryOptions
  readonly #maxBytes: number
  readonly #nowMs: () => number
  readonly #memory: MemoryUse = { bytes: 0 }
  readonly #state: SinkState = { ignoredCount: 0, listener: undefined }
  readonly #tagSets: TagSets
  readonly #slots: Slot[] = []
  /** By metric, then by tag set. */
  readonly #sinks: (Sink | undefined)[][] = []
  readonly #ids = new Map<string, MetricId>()

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#maxBytes = options.maxBytes ?? 256 * 1024 * 1024
    this.#nowMs = options.nowMs ?? (() => performance.now())
    this.#tagSets = new TagSets({
      usedKeys: options.keepAllTags ? undefined : usedKeys(options),
      selectedValues: selectedValues(options.selectors),
      maxCount: options.maxTagSets ?? 100_000,
      maxBytes: this.#maxBytes,
      memory: this.#memory,
    })
  }

  get root(): TagSetId {
    return this.#tagSets.root
  }
  get ignoredCount(): number {
    return this.#state.ignoredCount
  }
  get bytes(): number {
    return this.#memory.bytes
  }
  get foldedTagSetCount(): number {
    return this.#tagSets.foldedCount
  }
  get metrics(): readonly MetricDefinition[] {
    return this.#slots.map((slot) => slot.definition)
  }
  get overflowed(): readonly Overflow[] {
    const folded = this.#slots.filter((slot) => slot.foldedCount > 0)
    return folded.map((slot) => ({ metric: slot.definition.name, count: slot.foldedCount })).sort((a, b) => b.count - a.count)
  }

  define(definition: MetricDefinition): MetricId {
    const known = this.#ids.get(definition.name)
    if (known === undefined) return this.#addMetric(definition)
    rejectConflict(this.metricOf(known), definition)
    return known
  }

  tagSet(base: TagSetId, extra: Tags): TagSetId {
    return this.#tagSets.extend(base, extra)
  }

  tagsOf(id: TagSetId): Tags {
    return this.#tagSets.tagsOf(id)
  }

  metricOf(id: MetricId): MetricDefinition {
    return this.#slotOf(id).definition
  }

  record(metric: MetricId, value: number, tags: TagSetId): void {
    const sink = this.#sinks[metric]?.[tags]
    if (sink !== undefined) sink.add(value)
    else this.#makeSink(metric, tags).add(value)
  }

  sink(metric: MetricId, tags: TagSetId): Sink {
    return this.#sinks[metric]?.[tags] ?? this.#makeSink(metric, tags)
  }

  append(metric: MetricId, entry: unknown, tags: TagSetId): void {
    const slot = this.#slotOf(metric)
    for (const accumulator of [slot.whole, ...this.#partsOf(slot, tags)]) {
      if (!(accumulator instanceof LedgerAccumulator)) throw new Error(`"${slot.definition.name}" is no ledger`)
      if (!accumulator.append(entry)) this.#state.ignoredCount += 1
    }
  }

  onSample(listener: SampleListener): void {
    const earlier = this.#state.listener
    this.#state.listener = !earlier
      ? listener
      : (metric, value, tags) => {
          earlier(metric, value, tags)
          listener(metric, value, tags)
        }
  }

  drain(): SeriesDelta[] {
    const deltas: SeriesDelta[] = []
    const mustSave = this.#memory.bytes >= this.#maxBytes
    for (const slot of this.#slots) {
      for (const accumulator of slot.series.values()) {
        const delta = accumulator.drain()
        if (delta) deltas.push(delta)
        else if (mustSave) accumulator.release()
      }
    }
    return deltas
  }

  #slotOf(id: MetricId): Slot {
    const slot = this.#slots[id]
    if (!slot) throw new Error(`metric ${id} is not of this registry`)
    return slot
  }

  #addMetric(definition: MetricDefinition): MetricId {
    rejectBadName(definition.name)
    const id = this.#slots.length as MetricId
    const isOurs = (asked: { metric: string }): boolean => asked.metric === definition.name || asked.metric === '*'
    const whole = createAccumulator(definition, Object.freeze({}), { nowMs: this.#nowMs, memory: this.#memory })
    this.#slots.push({
      id,
      definition: Object.freeze({ ...definition }),
      selectors: this.#options.selectors.filter(isOurs).map((selector) => Object.freeze({ ...selector.tags })),
      groupings: this.#options.groupings.filter(isOurs).map((grouping) => grouping.keys),
      whole,
      series: new Map([[seriesKey(definition.name, {}), whole]]),
      foldedCount: 0,
    })
    this.#memory.bytes += seriesBytes
    this.#sinks.push([])
    this.#ids.set(definition.name, id)
    return id
  }

  #makeSink(metric: MetricId, tags: TagSetId): Sink {
    const slot = this.#slotOf(metric)
    const sink = new Sink(this.#state, { metric, tags, whole: slot.whole, parts: this.#partsOf(slot, tags) })
    const sinks = this.#sinks[metric] as (Sink | undefined)[]
    // Filled up in order: a hole would turn the array into a hash table.
    while (sinks.length < tags) sinks.push(undefined)
    sinks[tags] = sink
    this.#memory.bytes += sinkBytes
    return sink
  }

  /** Every series but the whole one that samples with these tags belong to. */
  #partsOf(slot: Slot, id: TagSetId): Accumulator[] {
    const tags = this.#tagSets.tagsOf(id)
    const isFolded = this.#tagSets.isFolded(id)
    const parts = new Set<Accumulator>()
    for (const selector of slot.selectors) if (matchesTags(selector, tags)) parts.add(this.#series(slot, selector, 'always'))
    let hasFolded = false
    for (const keys of slot.groupings) {
      const wanted = isFolded ? overflowTags : groupTags(keys, tags)
      const part = this.#series(slot, wanted, isFolded ? 'always' : 'within limits')
      hasFolded ||= isFolded || part === slot.series.get(seriesKey(slot.definition.name, overflowTags))
      parts.add(part)
    }
    if (hasFolded) slot.foldedCount += 1
    parts.delete(slot.whole)
    return [...parts]
  }

  #series(slot: Slot, tags: Tags, admission: 'always' | 'within limits'): Accumulator {
    const key = seriesKey(slot.definition.name, tags)
    const known = slot.series.get(key)
    if (known) return known
    if (admission === 'within limits' && this.#memory.bytes + seriesBytes > this.#maxBytes)
      return this.#series(slot, overflowTags, 'always')
    const made = createAccumulator(slot.definition, tags, { nowMs: this.#nowMs, memory: this.#memory })
    this.#memory.bytes += seriesBytes
    slot.series.set(key, made)
    return made
  }
}

function usedKeys({ selectors, groupings }: RegistryOptions): ReadonlySet<string> {
  return new Set([
    ...selectors.flatMap((selector) => Object.keys(selector.tags)),
    ...groupings.flatMap((grouping) => grouping.keys),
  ])
}

function selectedValues(selectors: readonly Selector[]): ReadonlyMap<string, ReadonlySet<string>> {
  const values = new Map<string, Set<string>>()
  for (const [key, value] of selectors.flatMap((selector) => Object.entries(selector.tags))) {
    values.set(key, (values.get(key) ?? new Set()).add(value))
  }
  return values
}

function rejectBadName(name: string): void {
  if (/^[a-zA-Z_][a-zA-Z0-9_]{1,128}$/.test(name)) return
  throw new UserError('METRIC_NAME_INVALID', `invalid metric name: "${name}"`, {
    hint: 'use 2 to 129 ASCII letters, digits and underscores, no digit first',
  })
}

function rejectConflict(known: MetricDefinition, wanted: MetricDefinition): void {
  if (known.type === wanted.type && known.contains === wanted.contains) return
  const difference =
    known.type === wanted.type ? `contains ${known.contains}, not ${wanted.contains}` : `is a ${known.type}, not a ${wanted.type}`
  throw new UserError('METRIC_TYPE_CONFLICT', `metric "${known.name}" already exists and ${difference}`, {
    hint: 'give the second metric another name',
  })
}

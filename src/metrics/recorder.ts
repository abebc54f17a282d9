import type { MetricDefinition, MetricId, TagSetId, Tags } from './definition.ts'
import type { SeriesDelta } from './snapshot.ts'

/** What code that measures sees of a registry. */
export interface Recorder {
  /** The id of a metric, defined on first sight; same name with another type is `METRIC_TYPE_CONFLICT`. */
  define(definition: MetricDefinition): MetricId
  /** `base` plus `extra` (an empty value removes the key), interned. Keys that no consumer asked for are left out. */
  tagSet(base: TagSetId, extra: Tags): TagSetId
  /** Adds one sample: counter += value, gauge = value, rate counts value !== 0, trend records. NaN is ignored and counted. */
  record(metric: MetricId, value: number, tags: TagSetId): void
}

/** One per worker, and one in the coordinator for monitors. */
export interface Registry extends Recorder {
  /** The tag set without tags. */
  readonly root: TagSetId
  /** What gathered since the last drain; series without samples are left out. */
  drain(): SeriesDelta[]
  /** The tags behind an id, for raw sample outputs. */
  tagsOf(id: TagSetId): Tags
}

import type { MetricDefinition, MetricId, TagSetId, Tags } from '../metrics/definition.ts'
import type { SampleBatch } from './output.ts'

export interface ExampleSample {
  readonly metric: MetricDefinition
  readonly value: number
  readonly tags: Tags
  readonly epochMs: number
}

/** Batches as a worker's registry makes them: the same metric or tags have the same id in every batch. */
export class SampleBatches {
  readonly #metrics: MetricDefinition[] = []
  readonly #tagSets: Tags[] = []
  readonly #tagIds = new Map<string, number>()

  of(samples: readonly ExampleSample[]): SampleBatch {
    return {
      length: samples.length,
      metrics: samples.map((sample) => this.#metricId(sample.metric)),
      values: samples.map((sample) => sample.value),
      tags: samples.map((sample) => this.#tagSetId(sample.tags)),
      epochMs: samples.map((sample) => sample.epochMs),
      metricOf: (id) => this.#metrics[id] as MetricDefinition,
      tagsOf: (id) => this.#tagSets[id] as Tags,
    }
  }

  #metricId(metric: MetricDefinition): MetricId {
    const known = this.#metrics.findIndex((other) => other.name === metric.name)
    return (known === -1 ? this.#metrics.push(metric) - 1 : known) as MetricId
  }

  #tagSetId(tags: Tags): TagSetId {
    const key = JSON.stringify(tags)
    const known = this.#tagIds.get(key)
    if (known !== undefined) return known as TagSetId
    const id = this.#tagSets.push(tags) - 1
    this.#tagIds.set(key, id)
    return id as TagSetId
  }
}

import type { MetricDefinition, MetricId, TagSetId } from '../metrics/definition.ts'
import type { MetricRegistry } from '../metrics/registry.ts'
import type { Tap } from '../outputs/output.ts'
import type { RunClock } from './run-clock.ts'

/** Flush when so many samples wait, so that memory stays bounded. */
const flushCount = 5000

/** Encoded samples that may wait for a slow coordinator. More would fill this worker's memory: samples are left out and counted. */
const maxQueuedBytes = 64 * 1024 * 1024

/** Where encoded samples go. */
export interface TapPort {
  /** Bytes on their way that nobody has taken yet. */
  readonly queuedBytes: number
  send(output: string, bytes: Uint8Array): void
}

/** Collects raw samples for the outputs that want them, encodes them here and sends bytes. Costs nothing without taps. */
export class SampleTaps {
  readonly #taps: readonly { readonly output: string; readonly tap: Tap }[]
  readonly #registry: MetricRegistry
  readonly #clock: RunClock
  readonly #port: TapPort
  /** Samples that were left out. */
  droppedCount = 0
  #metrics: MetricId[] = []
  #values: number[] = []
  #tags: TagSetId[] = []
  #epochMs: number[] = []

  constructor(
    taps: readonly { output: string; tap: Tap }[],
    world: { registry: MetricRegistry; clock: RunClock },
    port: TapPort,
  ) {
    this.#taps = taps
    this.#registry = world.registry
    this.#clock = world.clock
    this.#port = port
    if (taps.length > 0) world.registry.onSample((metric, value, tags) => this.#add(metric, value, tags))
  }

  #add(metric: MetricId, value: number, tags: TagSetId): void {
    this.#metrics.push(metric)
    this.#values.push(value)
    this.#tags.push(tags)
    this.#epochMs.push(this.#clock.epochMsOf(this.#clock.nowMs()))
    if (this.#values.length >= flushCount) this.flush()
  }

  flush(): void {
    if (this.#values.length === 0) return
    const batch = {
      length: this.#values.length,
      metrics: this.#metrics,
      values: this.#values,
      tags: this.#tags,
      epochMs: this.#epochMs,
      metricOf: (id: MetricId): MetricDefinition => this.#registry.metricOf(id),
      tagsOf: (id: TagSetId) => this.#registry.tagsOf(id),
    }
    if (this.#port.queuedBytes > maxQueuedBytes) this.droppedCount += batch.length
    else for (const { output, tap } of this.#taps) this.#port.send(output, tap.encode(batch))
    this.#metrics = []
    this.#values = []
    this.#tags = []
    this.#epochMs = []
  }
}

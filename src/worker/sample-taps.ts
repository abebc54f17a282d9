import type { MetricDefinition, MetricId, TagSetId } from '../metrics/definition.ts'
import type { MetricRegistry } from '../metrics/registry.ts'
import type { Tap } from '../outputs/output.ts'
import type { RunClock } from './run-clock.ts'

/** Flush when so many samples wait, so that memory stays bounded. */
const flushCount = 5000

/** Collects raw samples for the outputs that want them, encodes them here and sends bytes. Costs nothing without taps. */
export class SampleTaps {
  readonly #taps: readonly { readonly output: string; readonly tap: Tap }[]
  readonly #registry: MetricRegistry
  readonly #clock: RunClock
  readonly #send: (output: string, bytes: Uint8Array) => void
  #metrics: MetricId[] = []
  #values: number[] = []
  #tags: TagSetId[] = []
  #epochMs: number[] = []

  constructor(
    taps: readonly { output: string; tap: Tap }[],
    world: { registry: MetricRegistry; clock: RunClock },
    send: (output: string, bytes: Uint8Array) => void,
  ) {
    this.#taps = taps
    this.#registry = world.registry
    this.#clock = world.clock
    this.#send = send
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
    for (const { output, tap } of this.#taps) this.#send(output, tap.encode(batch))
    this.#metrics = []
    this.#values = []
    this.#tags = []
    this.#epochMs = []
  }
}

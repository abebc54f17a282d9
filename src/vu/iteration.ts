import { builtin } from '../metrics/definition.ts'
import type { MetricId, TagSetId } from '../metrics/definition.ts'
import type { MetricRegistry } from '../metrics/registry.ts'
import { RunAborted } from './interruption.ts'
import type { Vu } from './vu.ts'

export type IterationOutcome = 'completed' | 'threw' | 'interrupted'

/** How long an interrupted iteration may still run its own clean-up before it is given up. */
const clingMs = 500

export interface IterationMetrics {
  readonly iterations: MetricId
  readonly duration: MetricId
  readonly responseTime: MetricId
  readonly errors: MetricId
  readonly interrupted: MetricId
}

export function iterationMetrics(registry: MetricRegistry): IterationMetrics {
  return {
    iterations: registry.define(builtin.iterations),
    duration: registry.define(builtin.iterationDuration),
    responseTime: registry.define(builtin.iterationResponseTime),
    errors: registry.define(builtin.iterationErrors),
    interrupted: registry.define(builtin.interruptedIterations),
  }
}

/**
 * Runs the exported function of a VU's scenario, again and again, one iteration at a time, and accounts for each.
 * Times: the iteration's own from its start, the response time from its due time.
 */
export class IterationRunner {
  readonly #vu: Vu
  readonly #exec: (data: unknown) => unknown
  readonly #metrics: IterationMetrics
  readonly #tags: TagSetId
  #resolve: ((outcome: IterationOutcome) => void) | undefined
  /** Tells the ends of different iterations apart: one that was given up may still end later. */
  #round = 0

  constructor(vu: Vu, exec: (data: unknown) => unknown, metrics: IterationMetrics) {
    this.#vu = vu
    this.#exec = exec
    this.#metrics = metrics
    this.#tags = vu.tags
  }

  /** True while an iteration that was given up still holds the script instance: the VU must not be used. */
  get isLost(): boolean {
    return this.#vu.interruption !== undefined
  }

  run(start: { index: number; dueAtMs: number | undefined }): Promise<IterationOutcome> {
    const vu = this.#vu
    vu.beginIteration(start.index, start.dueAtMs)
    const round = ++this.#round
    // Called without a receiver: the script must not find the engine in `this`.
    const exec = this.#exec
    vu.startedAtMs = vu.world.clock.nowMs()
    return new Promise((resolve) => {
      this.#resolve = resolve
      let returned: unknown
      try {
        returned = exec(vu.setupData)
      } catch (error) {
        return this.#settle(round, error, true)
      }
      if (!isThenable(returned)) return this.#settle(round, undefined, false)
      returned.then(
        () => this.#settle(round, undefined, false),
        (error: unknown) => this.#settle(round, error, true),
      )
    })
  }

  interrupt(why: string): void {
    if (!this.#resolve || this.#vu.interruption) return
    const round = this.#round
    this.#vu.interrupt(why)
    setTimeout(() => {
      if (round === this.#round && this.#resolve) this.#end('interrupted')
    }, clingMs).unref()
  }

  #settle(round: number, error: unknown, hasThrown: boolean): void {
    const vu = this.#vu
    const wasInterrupted = vu.interruption !== undefined
    if (round !== this.#round) return
    // Given up before: the script instance is free again only now.
    if (!this.#resolve) return vu.recover()
    if (hasThrown && !wasInterrupted && !(error instanceof RunAborted)) vu.world.problems.add(error)
    if (wasInterrupted || error instanceof RunAborted) {
      this.#end('interrupted')
      return vu.recover()
    }
    this.#end(hasThrown ? 'threw' : 'completed')
  }

  #end(outcome: IterationOutcome): void {
    const vu = this.#vu
    const { registry, clock } = vu.world
    const endedAtMs = clock.nowMs()
    const resolve = this.#resolve
    this.#resolve = undefined
    vu.endIteration()
    if (outcome === 'interrupted') {
      registry.record(this.#metrics.interrupted, 1, this.#tags)
    } else {
      registry.record(this.#metrics.duration, endedAtMs - vu.startedAtMs, this.#tags)
      registry.record(this.#metrics.iterations, 1, this.#tags)
      if (vu.dueAtMs !== undefined) registry.record(this.#metrics.responseTime, endedAtMs - vu.dueAtMs, this.#tags)
      if (outcome === 'threw') registry.record(this.#metrics.errors, 1, this.#tags)
    }
    resolve?.(outcome)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

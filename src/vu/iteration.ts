import { builtin } from '../metrics/definition.ts'
import type { TagSetId } from '../metrics/definition.ts'
import type { MetricRegistry } from '../metrics/registry.ts'
import type { Sink } from '../metrics/sink.ts'
import { RunAborted } from './interruption.ts'
import type { Vu } from './vu.ts'

export type IterationOutcome = 'completed' | 'threw' | 'interrupted'

/** How long an interrupted iteration may still run its own clean-up before it is given up. */
const clingMs = 500

/** Where the iterations of one scenario are counted; one for all its VUs. */
export interface IterationAccount {
  readonly iterations: Sink
  readonly duration: Sink
  readonly responseTime: Sink
  readonly errors: Sink
  readonly interrupted: Sink
  /** Called once for each iteration, before its promise resolves. */
  ended(outcome: IterationOutcome): void
}

export function iterationSinks(registry: MetricRegistry, tags: TagSetId): Omit<IterationAccount, 'ended'> {
  const sinkOf = (metric: (typeof builtin)[keyof typeof builtin]): Sink => registry.sink(registry.define(metric), tags)
  return {
    iterations: sinkOf(builtin.iterations),
    duration: sinkOf(builtin.iterationDuration),
    responseTime: sinkOf(builtin.iterationResponseTime),
    errors: sinkOf(builtin.iterationErrors),
    interrupted: sinkOf(builtin.interruptedIterations),
  }
}

/**
 * Runs the exported function of a VU's scenario, again and again, one iteration at a time, and accounts for each.
 * Times: the iteration's own from its start, the response time from its due time. Callbacks are made once, not per iteration.
 */
export class IterationRunner {
  readonly #vu: Vu
  readonly #exec: (data: unknown) => unknown
  readonly #account: IterationAccount
  readonly #fulfilled: () => void
  readonly #rejected: (error: unknown) => void
  readonly #started: (resolve: (outcome: IterationOutcome) => void) => void
  /** Of the running iteration; `undefined` when none runs or the one that does was given up. */
  #resolve: ((outcome: IterationOutcome) => void) | undefined

  constructor(vu: Vu, exec: (data: unknown) => unknown, account: IterationAccount) {
    this.#vu = vu
    this.#exec = exec
    this.#account = account
    this.#fulfilled = () => this.#settle(undefined, false)
    this.#rejected = (error) => this.#settle(error, true)
    this.#started = (resolve) => this.#start(resolve)
  }

  /** True while an iteration that was given up still holds the script instance: the VU must not be used. */
  get isLost(): boolean {
    return this.#vu.interruption !== undefined
  }

  run(start: { index: number; dueAtMs: number | undefined }): Promise<IterationOutcome> {
    this.#vu.beginIteration(start.index, start.dueAtMs)
    return new Promise(this.#started)
  }

  #start(resolve: (outcome: IterationOutcome) => void): void {
    this.#resolve = resolve
    const vu = this.#vu
    // Called without a receiver: the script must not find the engine in `this`.
    const exec = this.#exec
    vu.startedAtMs = vu.world.clock.nowMs()
    let returned: unknown
    try {
      returned = exec(vu.setupData)
    } catch (error) {
      return this.#settle(error, true)
    }
    if (isThenable(returned)) returned.then(this.#fulfilled, this.#rejected)
    else this.#settle(undefined, false)
  }

  interrupt(why: string): void {
    const resolve = this.#resolve
    if (!resolve || this.#vu.interruption) return
    this.#vu.interrupt(why)
    setTimeout(() => {
      if (this.#resolve === resolve) this.#end('interrupted')
    }, clingMs).unref()
  }

  #settle(error: unknown, hasThrown: boolean): void {
    const vu = this.#vu
    // Given up before: the script instance is free again only now.
    if (!this.#resolve) return vu.recover()
    if (vu.interruption !== undefined || error instanceof RunAborted) {
      this.#end('interrupted')
      return vu.recover()
    }
    if (hasThrown) vu.world.problems.add(error)
    this.#end(hasThrown ? 'threw' : 'completed')
  }

  #end(outcome: IterationOutcome): void {
    const vu = this.#vu
    const account = this.#account
    const endedAtMs = vu.world.clock.nowMs()
    const resolve = this.#resolve
    this.#resolve = undefined
    vu.endIteration()
    if (outcome === 'interrupted') {
      account.interrupted.add(1)
    } else {
      account.duration.add(endedAtMs - vu.startedAtMs)
      account.iterations.add(1)
      if (vu.dueAtMs !== undefined) account.responseTime.add(endedAtMs - vu.dueAtMs)
      if (outcome === 'threw') account.errors.add(1)
    }
    account.ended(outcome)
    resolve?.(outcome)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

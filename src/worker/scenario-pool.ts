import { setTimeout as pause } from 'node:timers/promises'
import type { TagSetId } from '../metrics/definition.ts'
import type { MetricRegistry } from '../metrics/registry.ts'
import type { Sink } from '../metrics/sink.ts'
import type { VuHold, VuPool } from '../executors/executor.ts'
import type { Scenario } from '../plan/plan.ts'
import { IterationRunner, iterationSinks } from '../vu/iteration.ts'
import type { IterationAccount, IterationOutcome } from '../vu/iteration.ts'
import type { Vu } from '../vu/vu.ts'
import type { VuStore } from './vu-store.ts'

export interface ScenarioPoolOptions {
  readonly scenario: Scenario
  readonly store: VuStore
  readonly registry: MetricRegistry
  readonly tags: TagSetId
  readonly minIterationDurationMs: number
  /** Most VUs that this scenario may hold in this worker. */
  readonly maxVus: number
  /** VUs that were planned for it. */
  readonly plannedVus: number
  /** Says that growing failed: the script's init threw. */
  growFailed(error: unknown): void
}

/** A scenario that ends gives its VUs back when their interrupted iterations have cleaned up, at most so much later, in ms. */
const handOverMs = 700
const lookEveryMs = 2

/** One scenario's VUs in this worker: takes them from the store, counts what they do. */
export class ScenarioPool implements VuPool, IterationAccount {
  readonly options: ScenarioPoolOptions
  readonly #holds = new Map<Vu, Hold>()
  #grownCount = 0
  #heldCount = 0
  /** VUs in the middle of an iteration. */
  runningCount = 0
  completedCount = 0
  interruptedCount = 0

  readonly iterations: Sink
  readonly duration: Sink
  readonly responseTime: Sink
  readonly errors: Sink
  readonly interrupted: Sink

  constructor(options: ScenarioPoolOptions) {
    this.options = options
    const sinks = iterationSinks(options.registry, options.tags)
    this.iterations = sinks.iterations
    this.duration = sinks.duration
    this.responseTime = sinks.responseTime
    this.errors = sinks.errors
    this.interrupted = sinks.interrupted
  }

  /** VUs that this scenario may use now: the planned ones and those it grew. */
  get vuCount(): number {
    return this.options.plannedVus + this.#grownCount
  }

  /** Counts the iterations that still run as interrupted: nobody waits for them any more. */
  giveUp(): void {
    this.interrupted.add(this.runningCount)
    this.interruptedCount += this.runningCount
    this.runningCount = 0
  }

  ended(outcome: IterationOutcome): void {
    this.runningCount -= 1
    if (outcome === 'interrupted') this.interruptedCount += 1
    else this.completedCount += 1
  }

  acquire(): VuHold | undefined {
    const { store, scenario, tags } = this.options
    const lost: Vu[] = []
    let vu = store.take()
    // A VU whose script clings to an interrupted iteration cannot run another one.
    while (vu?.interruption) {
      lost.push(vu)
      vu = store.take()
    }
    for (const each of lost) store.give(each)
    if (!vu) return undefined
    if (vu.scenario !== scenario) vu.enter(scenario, tags)
    let hold = this.#holds.get(vu)
    if (!hold) {
      hold = new Hold(this, vu)
      this.#holds.set(vu, hold)
    }
    this.#heldCount += 1
    return hold
  }

  /** Takes back what a hold held. */
  released(vu: Vu): void {
    this.#heldCount -= 1
    this.options.store.give(vu)
  }

  async grow(): Promise<boolean> {
    const { store, scenario, maxVus } = this.options
    if (this.vuCount >= maxVus) return false
    // The VUs of a closed model are all planned: those that another scenario still has are on their way.
    if (!('maxVus' in scenario) && (await this.#handedOver())) return true
    try {
      await store.add()
      this.#grownCount += 1
      return true
    } catch (error) {
      this.options.growFailed(error)
      return false
    }
  }

  /** Whether a VU came while other scenarios had some that they may give back. */
  async #handedOver(): Promise<boolean> {
    const { store } = this.options
    const deadlineMs = performance.now() + handOverMs
    while (store.takenCount > this.#heldCount && performance.now() < deadlineMs) {
      if (store.hasUsable) return true
      await pause(lookEveryMs)
    }
    return store.hasUsable
  }
}

class Hold implements VuHold {
  readonly #pool: ScenarioPool
  readonly #vu: Vu
  readonly #runner: IterationRunner
  #wait: { timer: NodeJS.Timeout; end: () => void } | undefined

  constructor(pool: ScenarioPool, vu: Vu) {
    this.#pool = pool
    this.#vu = vu
    this.#runner = new IterationRunner(vu, execOf(vu, pool.options.scenario.exec), pool)
  }

  run(start: { index: number; dueAtMs: number | undefined }): Promise<IterationOutcome> {
    this.#pool.runningCount += 1
    const running = this.#runner.run(start)
    return this.#pool.options.minIterationDurationMs > 0 ? this.#padded(running) : running
  }

  async #padded(running: Promise<IterationOutcome>): Promise<IterationOutcome> {
    const vu = this.#vu
    const outcome = await running
    const leftMs = vu.startedAtMs + this.#pool.options.minIterationDurationMs - vu.clock.nowMs()
    if (outcome === 'interrupted' || leftMs <= 0) return outcome
    await new Promise<void>((resolve) => {
      this.#wait = { timer: setTimeout(resolve, Math.ceil(leftMs)), end: resolve }
    })
    this.#wait = undefined
    return outcome
  }

  interrupt(): void {
    if (this.#wait) {
      clearTimeout(this.#wait.timer)
      this.#wait.end()
    }
    this.#runner.interrupt('the graceful stop is over')
  }

  release(): void {
    this.#pool.released(this.#vu)
  }
}

function execOf(vu: Vu, name: string): (data: unknown) => unknown {
  const exec = vu.exports[name]
  if (typeof exec !== 'function') throw new Error(`the script instance of VU ${vu.id} exports no function "${name}"`)
  return exec as (data: unknown) => unknown
}

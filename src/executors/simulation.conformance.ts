import type { Clock } from '../base/clock.ts'
import type { Range } from '../base/range.ts'
import type { ScenarioCommand } from '../plan/command.ts'
import type { Scenario } from '../plan/plan.ts'
import { executionSteps } from '../plan/requirements.ts'
import { stripeOf, type Stripe } from '../plan/segment.ts'
import type { Executor, ExecutorContext, VuHold, VuPool } from './executor.ts'
import { createExecutor } from './registry.ts'

type Outcome = Awaited<ReturnType<VuHold['run']>>

/** A clock that stands still until it is told to go on. */
export class SimulatedClock implements Clock {
  #nowMs = -20
  #quietTurns = 0
  readonly #timers = new Set<{ dueMs: number; fire: () => void }>()

  nowMs(): number {
    return this.#nowMs
  }

  until(dueMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error)
      if (dueMs <= this.#nowMs) return resolve()
      const onAbort = (): void => {
        this.#timers.delete(timer)
        reject(signal.reason as Error)
      }
      const timer = {
        dueMs,
        fire: () => {
          signal.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      this.#timers.add(timer)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Time of the next timer. */
  get nextMs(): number {
    return Math.min(...Array.from(this.#timers, ({ dueMs }) => dueMs))
  }

  /** Steps from timer to timer, each time until everything that it set off has come to rest. */
  async advanceTo(ms: number): Promise<void> {
    await this.#settle()
    while (this.nextMs <= ms) {
      this.#nowMs = Math.max(this.#nowMs, this.nextMs)
      for (const timer of [...this.#timers].filter(({ dueMs }) => dueMs <= this.#nowMs)) {
        this.#timers.delete(timer)
        timer.fire()
      }
      await this.#settle()
    }
    if (Number.isFinite(ms)) this.#nowMs = Math.max(this.#nowMs, ms)
  }

  /** Says that something happened: wait for what follows. */
  stir(): void {
    this.#quietTurns = 0
  }

  async #settle(): Promise<void> {
    for (this.#quietTurns = 0; this.#quietTurns < 4; this.#quietTurns++) await new Promise((resolve) => setImmediate(resolve))
  }

  /** Jumps over timers, as when the event loop was blocked; then fires all that are overdue. */
  async stallUntil(ms: number): Promise<void> {
    this.#nowMs = ms
    await this.advanceTo(ms)
  }
}

export interface Start {
  readonly vu: number
  readonly index: number
  readonly atMs: number
  readonly dueAtMs: number | undefined
}

export interface SimulationOptions {
  readonly stripe?: Stripe
  readonly startMs?: number
  /** Length of an iteration in ms; 0 resolves at once, Infinity never does unless interrupted. */
  readonly iterationMs?: number | ((start: Start) => number)
  readonly outcome?: Outcome
  /** VUs there from the start; what the plan requires by default. */
  readonly vus?: number
  readonly growMs?: number
  /** Answers to requests for shared iterations, in turn; all at once by default. */
  readonly grants?: readonly (readonly Range[])[]
  /** The coordinator never answers requests for shared iterations. */
  readonly isMute?: boolean
}

/** One scenario in one worker, with VUs that only pretend. */
export class Simulation {
  readonly clock = new SimulatedClock()
  readonly executor: Executor
  readonly starts: Start[] = []
  readonly ends: { vu: number; index: number; atMs: number; outcome: Outcome }[] = []
  readonly warnings: string[] = []
  readonly lateStarts: number[] = []
  droppedCount = 0
  heldCount = 0
  endedAtMs: number | undefined
  failure: unknown
  readonly stopping = new AbortController()
  readonly signal = new AbortController()
  readonly #options: SimulationOptions
  readonly #idle: number[]
  #vus: number
  readonly #maxVus: number
  readonly #grants: (readonly Range[])[]

  constructor(scenario: Scenario, options: SimulationOptions = {}) {
    const stripe = options.stripe ?? stripeOf(undefined, { index: 0, count: 1 })
    const planned = Math.max(...Array.from(executionSteps(scenario, stripe), ({ plannedVus }) => plannedVus))
    this.#options = options
    this.#vus = options.vus ?? planned
    this.#maxVus = 'maxVus' in scenario ? stripe.localCount(scenario.maxVus) : 1000
    this.#idle = Array.from({ length: this.#vus }, (_, index) => index + 1)
    this.#grants = [
      ...(options.grants ?? [[[0, scenario.executor === 'shared-iterations' ? scenario.iterations : 0]]]),
    ] as (readonly Range[])[]
    this.executor = createExecutor(scenario)
    this.#run(stripe)
  }

  get startTimesMs(): number[] {
    return this.starts.map(({ atMs }) => atMs)
  }

  get interruptedCount(): number {
    return this.ends.filter(({ outcome }) => outcome === 'interrupted').length
  }

  command(command: ScenarioCommand): void {
    this.executor.command(command)
  }

  /** Runs until the executor has ended. Throws when it has not at `limitMs`. */
  async finish(limitMs = 10_000_000): Promise<this> {
    await this.clock.advanceTo(this.clock.nowMs())
    while (this.endedAtMs === undefined && this.clock.nextMs <= limitMs) await this.clock.advanceTo(this.clock.nextMs)
    if (this.failure !== undefined) throw this.failure
    if (this.endedAtMs === undefined) throw new Error(`the executor still runs at ${this.clock.nowMs()} ms`)
    return this
  }

  #run(stripe: Stripe): void {
    const context: ExecutorContext = {
      pool: this.#pool(),
      clock: this.clock,
      startMs: this.#options.startMs ?? 0,
      stripe,
      stopping: this.stopping.signal,
      signal: this.signal.signal,
      dropped: (count) => void (this.droppedCount += count),
      lateStart: (byMs) => void this.lateStarts.push(byMs),
      warn: (text) => void this.warnings.push(text),
      wantIterations: () => (this.#options.isMute ? new Promise(() => undefined) : Promise.resolve(this.#grants.shift() ?? [])),
    }
    this.executor.run(context).then(
      () => void (this.endedAtMs = this.clock.nowMs()),
      (error: unknown) => {
        this.failure = error
      },
    )
  }

  #pool(): VuPool {
    return {
      acquire: () => {
        const vu = this.#idle.shift()
        if (vu === undefined) return undefined
        this.heldCount++
        return this.#hold(vu)
      },
      grow: async () => {
        if (this.#vus >= this.#maxVus) return false
        if (this.#options.growMs !== undefined)
          await this.clock.until(this.clock.nowMs() + this.#options.growMs, new AbortController().signal)
        this.#idle.push(++this.#vus)
        return true
      },
    }
  }

  #hold(vu: number): VuHold {
    let running: AbortController | undefined
    let isReleased = false
    return {
      run: async ({ index, dueAtMs }) => {
        if (running || isReleased) throw new Error(`VU ${vu} was asked to run while it ran or after its release`)
        const start = { vu, index, dueAtMs, atMs: this.clock.nowMs() }
        this.starts.push(start)
        this.clock.stir()
        running = new AbortController()
        const outcome = await this.#iterate(start, running.signal)
        running = undefined
        this.ends.push({ vu, index, atMs: this.clock.nowMs(), outcome })
        return outcome
      },
      interrupt: () => running?.abort(new Error('interrupted')),
      release: () => {
        if (running || isReleased) throw new Error(`VU ${vu} was released while it ran or twice`)
        isReleased = true
        this.heldCount--
        this.#idle.push(vu)
        this.#idle.sort((left, right) => left - right)
      },
    }
  }

  async #iterate(start: Start, signal: AbortSignal): Promise<Outcome> {
    const { iterationMs = 10, outcome = 'completed' } = this.#options
    const lengthMs = typeof iterationMs === 'function' ? iterationMs(start) : iterationMs
    if (lengthMs === 0) return outcome
    try {
      await this.clock.until(start.atMs + lengthMs, signal)
      return outcome
    } catch {
      return 'interrupted'
    }
  }
}

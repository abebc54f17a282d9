import type { ConstantArrivalRate, RampingArrivalRate } from '../plan/plan.ts'
import type { Stripe } from '../plan/segment.ts'
import { Breather } from './breather.ts'
import { DueQueue } from './due-queue.ts'
import type { ExecutorContext, VuHold } from './executor.ts'
import { RunningCount } from './running-count.ts'
import type { ScenarioWindow } from './scenario-window.ts'

export interface DeskOptions {
  readonly scenario: ConstantArrivalRate | RampingArrivalRate
  readonly context: ExecutorContext
  readonly window: ScenarioWindow
  /** Which ticks, iteration numbers and places in the queue are ours. */
  readonly ticks: Stripe
}

/** Gives due iterations to idle VUs; without one they wait (`queue`) or are dropped, and one more VU is asked for. */
export class ArrivalDesk {
  readonly #options: DeskOptions
  readonly #breather = new Breather()
  readonly #queue = new DueQueue()
  readonly #maxQueue: number
  readonly #iterating = new Set<VuHold>()
  readonly #underWay = new RunningCount()
  /** VUs of ours, and how many of them are at work. */
  #vus: number
  #maxVus: number
  #busyCount = 0
  #startedCount = 0
  #growing: Promise<void> | undefined
  #isServing = true
  /** Since when at least one VU has been idle without a break. */
  #idleFromMs = Number.NEGATIVE_INFINITY
  #hasTurned = false
  #hasWarned = false
  readonly #failures: unknown[] = []

  constructor(options: DeskOptions) {
    const { scenario, context, ticks } = options
    this.#options = options
    this.#vus = context.stripe.localCount(scenario.preAllocatedVus)
    this.#maxVus = context.stripe.localCount(scenario.maxVus)
    context.stopping.addEventListener('abort', () => this.#dropWaiting(), { once: true })
    this.#maxQueue = scenario.whenBusy === 'queue' ? ticks.localCount(scenario.maxQueue) : 0
  }

  /** Starts the iteration that was due, or lets it wait; `false` when there is neither a VU nor a place. */
  start(dueAtMs: number): boolean {
    const hold = this.#idleVu()
    if (hold === undefined) {
      if (this.#queue.length >= this.#maxQueue) return false
      this.#queue.push(dueAtMs)
      this.#grow()
      return true
    }
    if (dueAtMs >= this.#idleFromMs) this.#options.context.lateStart(Math.max(0, this.#options.context.clock.nowMs() - dueAtMs))
    this.#hasTurned = false
    void this.#serve(hold, dueAtMs)
    return true
  }

  /** The iteration will never run: no VU was idle when it was due. */
  refuse(): void {
    this.#options.context.dropped(1)
    this.#grow()
    if (this.#vus < this.#maxVus || this.#hasWarned) return
    this.#hasWarned = true
    this.#options.context.warn(`Insufficient VUs, reached ${this.#vus} active VUs and cannot initialize more`)
  }

  /**
   * Whether the event loop has turned since ticks were last due or a VU was last found. We wake about once a millisecond with
   * all ticks since; a VU that was quicker than that must be heard before its tick is refused.
   */
  get hasTurned(): boolean {
    return this.#hasTurned
  }

  beginTurn(): void {
    this.#hasTurned = false
  }

  async turn(): Promise<void> {
    await this.#breather.breathe()
    this.#hasTurned = true
  }

  /** Gives waiting iterations to idle VUs. */
  serveWaiting(): void {
    while (this.#queue.length > 0) {
      const hold = this.#idleVu()
      if (hold === undefined) return
      void this.#serve(hold, this.#queue.shift() ?? 0)
    }
  }

  /** At most so many VUs from now on; who is beyond ends after the running iteration. */
  limitVus(maxVus: number): void {
    this.#maxVus = maxVus
    this.#vus = Math.min(this.#vus, maxVus)
  }

  /** Lets running and waiting iterations end within the graceful stop. Rejects when the pool failed. */
  async windDown(): Promise<void> {
    await Promise.race([this.#drained(), this.#options.window.over])
    this.#dropWaiting()
    for (const hold of this.#iterating) hold.interrupt()
    await this.#underWay.whenZero()
    if (this.#failures.length > 0) throw new Error('the VU pool failed', { cause: this.#failures[0] })
  }

  /** A bug in the pool, never the script's fault: ends the scenario instead of leaving it hanging. */
  fail(error: unknown): void {
    this.#failures.push(error)
    this.#dropWaiting()
    this.#options.window.close()
  }

  async #drained(): Promise<void> {
    await this.#underWay.whenZero()
    while (this.#queue.length > 0 && this.#growing !== undefined) {
      await this.#growing
      await this.#underWay.whenZero()
    }
  }

  #dropWaiting(): void {
    this.#isServing = false
    const count = this.#queue.clear()
    if (count > 0) this.#options.context.dropped(count)
  }

  #idleVu(): VuHold | undefined {
    const isOpen = this.#isServing && !this.#options.window.isPaused
    return isOpen && this.#busyCount < this.#vus ? this.#options.context.pool.acquire() : undefined
  }

  async #serve(hold: VuHold, firstDueAtMs: number): Promise<void> {
    const { window, ticks } = this.#options
    this.#busyCount++
    this.#underWay.enter()
    try {
      let dueAtMs: number | undefined = firstDueAtMs
      while (dueAtMs !== undefined) {
        this.#iterating.add(hold)
        const outcome = await hold.run({ index: ticks.globalIndex(this.#startedCount++), dueAtMs })
        this.#iterating.delete(hold)
        // The script may still cling to an interrupted iteration: that VU takes no other.
        if (outcome === 'interrupted' || this.#queue.length === 0) break
        if (this.#breather.isDue()) await this.#breather.breathe()
        const mayServe = this.#isServing && !window.isPaused && this.#busyCount <= this.#vus
        dueAtMs = mayServe ? this.#queue.shift() : undefined
      }
      this.#giveBack(hold)
    } catch (error) {
      this.fail(error)
    }
    this.#underWay.leave()
  }

  #giveBack(hold: VuHold): void {
    hold.release()
    if (this.#busyCount >= this.#vus) this.#idleFromMs = this.#options.context.clock.nowMs()
    this.#busyCount--
    if (this.#queue.length > 0) this.serveWaiting()
  }

  /** Asks for one VU more; one at a time, since initialising costs CPU that running iterations need. */
  #grow(): void {
    const { context, window } = this.#options
    if (this.#growing !== undefined || this.#vus >= this.#maxVus || window.isClosed) return
    this.#growing = context.pool.grow().then(
      (hasGrown) => this.#grown(hasGrown),
      (error: unknown) => this.fail(error),
    )
  }

  #grown(hasGrown: boolean): void {
    this.#growing = undefined
    if (!hasGrown) {
      this.#maxVus = this.#vus
      return
    }
    if (this.#busyCount >= this.#vus) this.#idleFromMs = this.#options.context.clock.nowMs()
    this.#vus++
    this.serveWaiting()
    if (this.#queue.length > 0) this.#grow()
  }
}

import { Breather } from './breather.ts'
import type { ExecutorContext, VuHold } from './executor.ts'
import { RunningCount } from './running-count.ts'
import type { ScenarioWindow } from './scenario-window.ts'

/** Where loops get their iterations from. */
export interface IterationSource {
  /** Number in the test of the next iteration of loop `ordinal`; `undefined` when there is none now. */
  take(ordinal: number): number | undefined
  /** Called after `take` had none: whether there is something to take again. */
  refill(): Promise<boolean>
}

export interface RosterOptions {
  readonly context: Pick<ExecutorContext, 'pool' | 'warn'>
  readonly window: ScenarioWindow
  readonly source: IterationSource
}

/** One looping VU's place. The VU itself is taken from the pool when the loop starts and given back when it ends. */
interface Seat {
  readonly ordinal: number
  isWanted: boolean
  isLooping: boolean
  isIterating: boolean
  hold: VuHold | undefined
}

/** The looping VUs of a closed-model scenario: how many should loop, and how many at most may still finish an iteration. */
export class VuRoster {
  readonly #options: RosterOptions
  readonly #breather = new Breather()
  readonly #looping = new RunningCount()
  readonly #seats: Seat[] = []
  #target = 0
  #allowed = 0
  #growing: Promise<boolean> | undefined
  #hasWarned = false
  readonly #failures: unknown[] = []
  readonly #left = (): void => this.#looping.leave()
  readonly #failed = (error: unknown): void => {
    this.#fail(error)
    this.#looping.leave()
  }

  constructor(options: RosterOptions) {
    this.#options = options
  }

  /** Starts loops, or lets those that joined last end after their iteration. One that comes back before it ended goes on. */
  setTarget(count: number): void {
    while (this.#target < count) this.#start(this.#seatAt(this.#target++))
    while (this.#target > count) this.#seatAt(--this.#target).isWanted = false
  }

  /** Interrupts the iterations of those beyond `count` that joined last. */
  setAllowed(count: number): void {
    while (this.#allowed > count) this.#interrupt(this.#seatAt(--this.#allowed))
    this.#allowed = count
  }

  /** Starts again the wanted loops that ended because their source had run dry. */
  wake(): void {
    for (const seat of this.#seats) if (seat.isWanted) this.#start(seat)
  }

  /** Resolves when nobody loops. */
  settled(): Promise<void> {
    return this.#looping.whenZero()
  }

  /** Waits for running iterations until the graceful stop is over, then interrupts them. Rejects when the pool failed. */
  async windDown(): Promise<void> {
    await Promise.race([this.settled(), this.#options.window.over])
    for (const seat of this.#seats) this.#interrupt(seat)
    await this.settled()
    if (this.#failures.length > 0) throw new Error('the VU pool failed', { cause: this.#failures[0] })
  }

  #seatAt(ordinal: number): Seat {
    this.#seats[ordinal] ??= { ordinal, isWanted: false, isLooping: false, isIterating: false, hold: undefined }
    return this.#seats[ordinal]
  }

  #start(seat: Seat): void {
    seat.isWanted = true
    if (seat.isLooping) return
    seat.isLooping = true
    this.#looping.enter()
    this.#loop(seat).then(this.#left, this.#failed)
  }

  /** A bug in the pool, never the script's fault: ends the scenario instead of leaving it hanging. */
  #fail(error: unknown): void {
    this.#failures.push(error)
    this.#options.window.close()
  }

  #interrupt(seat: Seat): void {
    seat.isWanted = false
    if (seat.isIterating) seat.hold?.interrupt()
  }

  async #loop(seat: Seat): Promise<void> {
    const { window, source } = this.#options
    while (seat.isWanted && !window.isClosed) {
      if (!window.isOpen()) {
        if (!window.isPaused) break
        await window.whenResumed()
        continue
      }
      seat.hold ??= this.#options.context.pool.acquire()
      if (seat.hold === undefined) {
        if (await this.#grow()) continue
        break
      }
      const index = source.take(seat.ordinal)
      if (index === undefined) {
        if (await source.refill()) continue
        break
      }
      seat.isIterating = true
      const outcome = await seat.hold.run({ index, dueAtMs: undefined })
      seat.isIterating = false
      // The script may still cling to an interrupted iteration: go on with another VU.
      if (outcome === 'interrupted') this.#release(seat)
      if (this.#breather.isDue()) await this.#breather.breathe()
    }
    this.#release(seat)
    seat.isLooping = false
  }

  #release(seat: Seat): void {
    seat.hold?.release()
    seat.hold = undefined
  }

  /** Planned VUs are there from the start; one more is needed only in the place of one whose script clings on. */
  async #grow(): Promise<boolean> {
    const { window } = this.#options
    const { pool, warn } = this.#options.context
    this.#growing ??= pool.grow().finally(() => {
      this.#growing = undefined
    })
    const hasGrown = await Promise.race([this.#growing, window.over.then(() => false)])
    if (!hasGrown && !this.#hasWarned && !window.isClosed) warn('Insufficient VUs: a loop ends because there is no VU for it')
    this.#hasWarned ||= !hasGrown
    return hasGrown
  }
}

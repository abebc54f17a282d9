import type { Logger } from '../base/logger.ts'
import type { Seat } from './seat.ts'

/** Silence of a worker that means its event loop is blocked, in ms. */
const silentMs = 5000
/** Between ending the loop from outside and killing the process, in ms. */
const killAfterMs = 4000

/**
 * Watches the workers of a running run: names the function that blocks a silent one, and after the deadline ends the
 * loop, then the process. What a worker had reported is kept either way.
 */
export class StuckWatch {
  readonly #seats: readonly Seat[]
  readonly #log: Logger
  readonly #warned = new Set<Seat>()
  readonly #terminated = new Map<Seat, number>()
  readonly #timer: NodeJS.Timeout
  /** `performance.now()` by which every worker must have finished. */
  deadlineMs: number

  constructor(seats: readonly Seat[], log: Logger, deadlineMs: number) {
    this.#seats = seats
    this.#log = log
    this.deadlineMs = deadlineMs
    this.#timer = setInterval(() => this.#look(), 500)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const nowMs = performance.now()
    for (const seat of this.#seats) {
      if (!seat.isLive || seat.isFinished) continue
      const isSilent = nowMs - seat.heardAtMs > silentMs
      if (isSilent && !this.#warned.has(seat)) {
        this.#warned.add(seat)
        void this.#name(seat)
      }
      if (!isSilent) this.#warned.delete(seat)
      const terminatedAtMs = this.#terminated.get(seat)
      if (nowMs > this.deadlineMs && terminatedAtMs === undefined) {
        this.#terminated.set(seat, nowMs)
        void this.#terminate(seat)
      } else if (terminatedAtMs !== undefined && nowMs > terminatedAtMs + killAfterMs) {
        seat.link.kill()
      }
    }
  }

  async #name(seat: Seat): Promise<void> {
    const where = await seat.link.interrupt()
    this.#warn(
      `worker ${seat.index + 1} has not answered for ${silentMs / 1000} s: its event loop is blocked${where === undefined ? '' : ` in ${where}`}; all its VUs stand still until that ends`,
    )
  }

  async #terminate(seat: Seat): Promise<void> {
    const where = await seat.link.interrupt({ terminate: true })
    this.#warn(`worker ${seat.index + 1} did not end in time${where === undefined ? '' : `: it was stopped in ${where}`}`)
  }

  #warn(message: string): void {
    this.#log.log({ level: 'warn', message, source: 'engine' })
  }
}

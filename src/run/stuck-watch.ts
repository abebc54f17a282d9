import type { Logger } from '../base/logger.ts'
import type { Seat } from './seat.ts'

/** Silence of a worker that means its event loop is blocked, in ms. */
const silentMs = 5000
/** Between ending the loop from outside and killing the process, in ms. */
const killAfterMs = 4000
/** One termination ends one loop, that of one VU; the next VU may loop as well. A worker that lives says something each second. */
const lookEveryMs = 1200
/** VUs of one worker whose loops are ended one by one before the process is. */
const maxTerminations = 20

/**
 * Watches the workers of a running run: names the function that blocks a silent one, and after the deadline ends the
 * loop, then the process. What a worker had reported is kept either way.
 */
export class StuckWatch {
  readonly #seats: readonly Seat[]
  readonly #log: Logger
  readonly #warned = new Set<Seat>()
  readonly #overdue = new Map<Seat, { sinceMs: number; lookedAtMs: number; count: number }>()
  readonly #endedLoops = new Map<string, number>()
  readonly #timer: NodeJS.Timeout
  /** `performance.now()` by which every worker must have finished. */
  deadlineMs: number

  constructor(seats: readonly Seat[], log: Logger, deadlineMs: number) {
    this.#seats = seats
    this.#log = log
    this.deadlineMs = deadlineMs
    this.#timer = setInterval(() => this.#look(), 250)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** What was done to loops that did not end, a sentence for each worker. */
  remarks(): string[] {
    return [...this.#endedLoops].map(
      ([name, count]) =>
        `In ${name} ${count === 1 ? 'an endless loop was' : `${count} endless loops were`} ended from outside: the VU was written off and its iteration counts as interrupted; while the loop ran no other VU of that worker did anything.`,
    )
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
      if (nowMs > this.deadlineMs) this.#end(seat, nowMs)
    }
  }

  /**
   * Past the deadline: a worker that hears us is told to end now, one that loops has its loops ended, one that stays
   * silent in spite of that, or does not finish, is killed.
   */
  #end(seat: Seat, nowMs: number): void {
    const overdue = this.#overdue.get(seat) ?? { sinceMs: nowMs, lookedAtMs: nowMs - lookEveryMs, count: 0 }
    this.#overdue.set(seat, overdue)
    if (nowMs > overdue.sinceMs + killAfterMs || overdue.count > maxTerminations) return seat.link.kill()
    if (nowMs < overdue.lookedAtMs + lookEveryMs) return
    const hasAnswered = seat.heardAtMs > overdue.lookedAtMs
    overdue.lookedAtMs = nowMs
    // After a loop was ended the worker's own timers may be damaged: it is told, again and again, rather than trusted.
    seat.send({ type: 'stop', reason: 'finished', now: true })
    if (hasAnswered) return
    overdue.count += 1
    overdue.sinceMs = nowMs
    void this.#terminate(seat, overdue.count)
  }

  async #name(seat: Seat): Promise<void> {
    const where = await seat.link.interrupt()
    this.#warn(
      `${seat.name} has not answered for ${silentMs / 1000} s: its event loop is blocked${where === undefined ? '' : ` in ${where}`}; all its VUs stand still until that ends`,
    )
  }

  async #terminate(seat: Seat, count: number): Promise<void> {
    const where = await seat.link.interrupt({ terminate: true })
    if (where === undefined) return
    this.#endedLoops.set(seat.name, (this.#endedLoops.get(seat.name) ?? 0) + 1)
    if (count > 3) return
    this.#warn(`${seat.name} did not end in time: the loop in ${where} was ended, its VU is written off`)
  }

  #warn(message: string): void {
    this.#log.log({ level: 'warn', message, source: 'engine' })
  }
}

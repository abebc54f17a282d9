import type { Exchange } from './exchange.ts'
import { LazyResponse } from './response.ts'

/**
 * Most responses resolved in one turn of the event loop. Each makes its VU run and send again, about 20 us: timers of
 * everybody wait for the whole turn, so thousands at once would delay them by tenths of a second.
 */
const maxPerTurn = 512

/**
 * Collects what one poll batch received and resolves it together in the check phase. Resolving at once would let each VU
 * send its next request while the loop is still polling; with enough busy sockets polling then never ends and timers
 * starve (event-loop delay p99 of 900 ms at 5,000 connections).
 */
export class ResolutionQueue {
  #waiting: (Exchange | undefined)[] = []
  /** Index of the first that still waits. */
  #first = 0
  #isScheduled = false
  readonly #drain = (): void => {
    const waiting = this.#waiting
    const end = Math.min(waiting.length, this.#first + maxPerTurn)
    for (let index = this.#first; index < end; index++) {
      const exchange = waiting[index] as Exchange
      waiting[index] = undefined
      exchange.resolve(new LazyResponse(exchange))
    }
    if (end === waiting.length) {
      waiting.length = 0
      this.#first = 0
      this.#isScheduled = false
      return
    }
    this.#first = end
    if (end >= waiting.length / 2) {
      waiting.splice(0, end)
      this.#first = 0
    }
    setImmediate(this.#drain)
  }

  push(exchange: Exchange): void {
    this.#waiting.push(exchange)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(this.#drain)
  }
}

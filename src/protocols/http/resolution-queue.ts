import type { Exchange } from './exchange.ts'
import { LazyResponse } from './response.ts'

/**
 * Collects what one poll batch received and resolves it together in the check phase. Resolving at once would let each VU
 * send its next request while the loop is still polling; with enough busy sockets polling then never ends and timers
 * starve (event-loop delay p99 of 900 ms at 5,000 connections).
 */
export class ResolutionQueue {
  #waiting: Exchange[] = []
  #draining: Exchange[] = []
  #isScheduled = false
  readonly #drain = (): void => {
    this.#isScheduled = false
    const batch = this.#waiting
    this.#waiting = this.#draining
    this.#draining = batch
    for (let index = 0; index < batch.length; index++) {
      const exchange = batch[index] as Exchange
      exchange.resolve(new LazyResponse(exchange))
    }
    batch.length = 0
  }

  push(exchange: Exchange): void {
    this.#waiting.push(exchange)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(this.#drain)
  }
}

import type { Exchange } from './exchange.ts'

/** The exchanges of one VU that wait for an end, linked through themselves: joining and leaving allocates nothing. */
export class PendingList {
  #first: Exchange | undefined

  add(exchange: Exchange): void {
    const first = this.#first
    exchange.next = first
    if (first !== undefined) first.previous = exchange
    this.#first = exchange
  }

  remove(exchange: Exchange): void {
    const { next, previous } = exchange
    if (previous !== undefined) previous.next = next
    else if (this.#first === exchange) this.#first = next
    if (next !== undefined) next.previous = previous
    exchange.next = undefined
    exchange.previous = undefined
  }

  /** A copy, so that the list may change under the reader. */
  all(): Exchange[] {
    const found: Exchange[] = []
    for (let each = this.#first; each !== undefined; each = each.next) found.push(each)
    return found
  }
}

/** Due times of iterations that wait for a VU, first in first out. Constant time, memory that follows the longest queue. */
export class DueQueue {
  #times: number[] = []
  #head = 0

  get length(): number {
    return this.#times.length - this.#head
  }

  push(dueAtMs: number): void {
    this.#times.push(dueAtMs)
  }

  /** The oldest due time; `undefined` when none waits. */
  shift(): number | undefined {
    const dueAtMs = this.#times[this.#head]
    if (dueAtMs === undefined) return undefined
    this.#head++
    if (this.#head === this.#times.length || this.#head > 4096) {
      this.#times = this.#times.slice(this.#head)
      this.#head = 0
    }
    return dueAtMs
  }

  /** Empties the queue; returns how many waited. */
  clear(): number {
    const { length } = this
    this.#times = []
    this.#head = 0
    return length
  }
}

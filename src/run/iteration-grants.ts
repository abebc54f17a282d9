import type { Range } from '../base/range.ts'

/**
 * Hands out the numbers of one scenario's shared iterations in shrinking ranges (left / 2n each), so that fast workers
 * get more and the last ones end together: a few dozen messages for a thousand iterations.
 */
export class IterationGrants {
  readonly #total: number
  readonly #workerCount: number
  #next = 0

  constructor(total: number, workerCount: number) {
    this.#total = total
    this.#workerCount = workerCount
  }

  get leftCount(): number {
    return this.#total - this.#next
  }

  /** The next range, or none when all are given. */
  take(): Range[] {
    if (this.leftCount === 0) return []
    const size = this.#workerCount === 1 ? this.leftCount : Math.max(1, Math.floor(this.leftCount / (2 * this.#workerCount)))
    const from = this.#next
    this.#next += size
    return [[from, this.#next]]
  }
}

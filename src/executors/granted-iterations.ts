import type { Range } from '../base/range.ts'

/** Numbers of shared iterations that this worker was granted, taken in the order of the grants. */
export class GrantedIterations {
  #ranges: Range[] = []
  /** Next number of the first range. */
  #next = 0
  #leftCount = 0
  #takenCount = 0

  get leftCount(): number {
    return this.#leftCount
  }

  get takenCount(): number {
    return this.#takenCount
  }

  add(ranges: readonly Range[]): void {
    for (const range of ranges) {
      if (range[1] <= range[0]) continue
      if (this.#ranges.length === 0) this.#next = range[0]
      this.#ranges.push(range)
      this.#leftCount += range[1] - range[0]
    }
  }

  take(): number | undefined {
    const first = this.#ranges[0]
    if (first === undefined) return undefined
    const number = this.#next++
    this.#leftCount--
    this.#takenCount++
    if (this.#next < first[1]) return number
    this.#ranges.shift()
    this.#next = this.#ranges[0]?.[0] ?? 0
    return number
  }

  /** Gives up what is left; returns how many. */
  clear(): number {
    const count = this.#leftCount
    this.#ranges = []
    this.#leftCount = 0
    return count
  }
}

/** How many latencies are kept; later ones are only counted. */
export const latencyLimitCount = 2_000_000

/** Service times of answered requests in the order in which they ended, with the index of their route. */
export class LatencyLog {
  readonly #limit: number
  #ms = new Float64Array(4096)
  #routes = new Uint16Array(4096)
  #count = 0
  #dropped = 0

  constructor(limit: number = latencyLimitCount) {
    this.#limit = limit
  }

  /** How many were left out because the log was full. */
  get droppedCount(): number {
    return this.#dropped
  }

  record(ms: number, routeIndex: number): void {
    if (this.#count === this.#limit) {
      this.#dropped++
      return
    }
    if (this.#count === this.#ms.length) this.#grow()
    this.#ms[this.#count] = ms
    this.#routes[this.#count++] = routeIndex
  }

  /** A copy of the milliseconds, of one route when its index is given. */
  read(routeIndex?: number): Float64Array {
    const all = this.#ms.subarray(0, this.#count)
    return routeIndex === undefined ? all.slice() : all.filter((_, index) => this.#routes[index] === routeIndex)
  }

  clear(): void {
    this.#count = 0
    this.#dropped = 0
  }

  #grow(): void {
    const length = Math.min(this.#ms.length * 2, this.#limit)
    const [ms, routes] = [new Float64Array(length), new Uint16Array(length)]
    ms.set(this.#ms)
    routes.set(this.#routes)
    this.#ms = ms
    this.#routes = routes
  }
}

/** Lets requests through one by one at a steady rate, over all VUs of a worker. Those that wait keep their order. */
export class RateLimiter {
  readonly #intervalMs: number
  readonly #waiting: (() => void)[] = []
  #nextMs = 0
  #isScheduled = false

  constructor(perSecond: number) {
    this.#intervalMs = 1000 / perSecond
  }

  /** Calls `go` when its turn has come, perhaps at once. */
  enter(go: () => void): void {
    const nowMs = performance.now()
    if (this.#waiting.length === 0 && nowMs >= this.#nextMs) {
      // A late timer may catch up, an idle time may not be saved up for a burst.
      this.#nextMs = Math.max(this.#nextMs + this.#intervalMs, nowMs)
      return go()
    }
    this.#waiting.push(go)
    this.#schedule(nowMs)
  }

  #schedule(nowMs: number): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setTimeout(() => this.#release(), Math.max(1, Math.ceil(this.#nextMs - nowMs)))
  }

  #release(): void {
    this.#isScheduled = false
    const nowMs = performance.now()
    let dueCount = 0
    while (dueCount < this.#waiting.length && this.#nextMs <= nowMs) {
      this.#nextMs += this.#intervalMs
      dueCount++
    }
    for (const go of this.#waiting.splice(0, dueCount)) go()
    if (this.#waiting.length > 0) this.#schedule(performance.now())
  }
}

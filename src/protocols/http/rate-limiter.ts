interface RateLimiterOptions {
  readonly nowMs?: () => number
  readonly later?: (callback: () => void, delayMs: number) => void
}

/** Lets requests through one by one at a steady rate, over all VUs of a worker. Those that wait keep their order. */
export class RateLimiter {
  readonly #intervalMs: number
  readonly #waiting: (() => void)[] = []
  #nextMs = 0
  #isScheduled = false

  readonly #nowMs: () => number
  readonly #later: (callback: () => void, delayMs: number) => void

  constructor(perSecond: number, { nowMs = () => performance.now(), later = setLater }: RateLimiterOptions = {}) {
    this.#intervalMs = 1000 / perSecond
    this.#nowMs = nowMs
    this.#later = later
    this.#nextMs = nowMs()
  }

  /** Calls `go` when its turn has come, perhaps at once. */
  enter(go: () => void): void {
    const nowMs = this.#nowMs()
    if (this.#waiting.length === 0 && nowMs >= this.#nextMs) {
      // Idle time is not saved up for a burst.
      this.#nextMs = nowMs + this.#intervalMs
      return go()
    }
    this.#waiting.push(go)
    this.#schedule(nowMs)
  }

  #schedule(nowMs: number): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#later(() => this.#release(), Math.max(1, Math.ceil(this.#nextMs - nowMs)))
  }

  #release(): void {
    this.#isScheduled = false
    const nowMs = this.#nowMs()
    let dueCount = 0
    while (dueCount < this.#waiting.length && this.#nextMs <= nowMs) {
      // A timer that was late catches up: the rate holds over time.
      this.#nextMs += this.#intervalMs
      dueCount++
    }
    for (const go of this.#waiting.splice(0, dueCount)) go()
    if (this.#waiting.length > 0) this.#schedule(this.#nowMs())
  }
}

function setLater(callback: () => void, delayMs: number): void {
  setTimeout(callback, delayMs)
}

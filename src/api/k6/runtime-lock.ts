/** One job of a VU at a time, first come first served. A job keeps the lock during its blocking calls. */
export class VuLock {
  #isHeld = false
  #onIdle: (() => void) | undefined
  readonly #waiting: (() => void)[] = []

  get isBusy(): boolean {
    return this.#isHeld
  }

  /** `undefined` when the lock was free and is now the caller's; else resolves when it is. */
  acquire(): Promise<void> | undefined {
    if (!this.#isHeld) {
      this.#isHeld = true
      return undefined
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  release(): void {
    const next = this.#waiting.shift()
    if (next) return next()
    this.#isHeld = false
    this.#onIdle?.()
  }

  /** After a failed run: nobody holds it, nobody waits for it. */
  reset(): void {
    this.#isHeld = false
    this.#waiting.length = 0
  }

  /** Calls back whenever the lock is given back and nobody waits for it. */
  whenIdle(callback: () => void): void {
    this.#onIdle = callback
  }
}

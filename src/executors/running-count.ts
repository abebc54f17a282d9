import { type Deferred, deferred } from '../base/deferred.ts'

/** Counts what is under way, and tells when nothing is. */
export class RunningCount {
  #count = 0
  #zero: Deferred | undefined

  enter(): void {
    this.#count++
  }

  leave(): void {
    this.#count--
    if (this.#count > 0) return
    this.#zero?.resolve()
    this.#zero = undefined
  }

  /** Resolves at once when nothing is under way. */
  whenZero(): Promise<void> {
    if (this.#count === 0) return Promise.resolve()
    this.#zero ??= deferred()
    return this.#zero.promise
  }
}

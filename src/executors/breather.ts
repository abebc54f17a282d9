import { setImmediate as nodeSetImmediate } from 'node:timers'

/** Loops may hold the event loop for so long before they let timers and sockets have a turn. */
const heldMs = 1

/**
 * Keeps loops whose iterations resolve without input or output from starving the rest of the process. One for all loops of an
 * executor, so the price is one immediate per millisecond, whatever their number.
 */
export class Breather {
  #lastMs = performance.now()
  #pending: Promise<void> | undefined

  /** Whether it is time to `await breathe()`. Costs one clock reading. */
  isDue(): boolean {
    return performance.now() - this.#lastMs >= heldMs
  }

  /** Says that the event loop has just turned anyway. */
  hasTurned(): void {
    this.#lastMs = performance.now()
  }

  /** Resolves after the event loop has turned. */
  breathe(): Promise<void> {
    this.#pending ??= new Promise((resolve) => {
      nodeSetImmediate(() => {
        this.#pending = undefined
        this.#lastMs = performance.now()
        resolve()
      })
    })
    return this.#pending
  }
}

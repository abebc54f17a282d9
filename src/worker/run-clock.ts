import { hostClock, hostNowMs } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'

/** The run's clock in a worker. Until the coordinator sets zero, zero is the instant the worker loaded. */
export class RunClock implements Clock {
  #inner = hostClock(hostNowMs())
  #epochAtZeroMs = Date.now()

  setZero(zeroHostMs: number, zeroEpochMs: number): void {
    this.#inner = hostClock(zeroHostMs)
    this.#epochAtZeroMs = zeroEpochMs
  }

  nowMs(): number {
    return this.#inner.nowMs()
  }

  until(dueMs: number, signal: AbortSignal): Promise<void> {
    return this.#inner.until(dueMs, signal)
  }

  /** Wall clock of a run time. */
  epochMsOf(runMs: number): number {
    return this.#epochAtZeroMs + runMs
  }
}

import { setTimeout as nodeSetTimeout } from 'node:timers'

/** Time as the engine sees it: milliseconds (fractions included) since the run's zero. Negative before zero. */
export interface Clock {
  nowMs(): number
  /** Resolves at or just after `dueMs`, at once when that is past; rejects with `signal.reason` when aborted first. */
  until(dueMs: number, signal: AbortSignal): Promise<void>
}

/** `performance.now()` and `process.hrtime` read the same CLOCK_MONOTONIC and differ by a constant per process. */
const hrtimeMinusPerformanceMs = Number(process.hrtime.bigint()) / 1e6 - performance.now()

/** This host's monotonic clock in ms: the same reading in every process of one host. */
export function hostNowMs(): number {
  return performance.now() + hrtimeMinusPerformanceMs
}

/** A clock whose zero is the instant at which `hostNowMs()` reads `zeroHostMs`. */
export function hostClock(zeroHostMs: number): Clock {
  const offsetMs = hrtimeMinusPerformanceMs - zeroHostMs
  return {
    nowMs: () => performance.now() + offsetMs,
    until(dueMs, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error)
        const leftMs = dueMs - (performance.now() + offsetMs)
        if (leftMs <= 0) return resolve()
        const onAbort = (): void => {
          clearTimeout(timer)
          reject(signal.reason as Error)
        }
        const timer = nodeSetTimeout(() => {
          signal.removeEventListener('abort', onAbort)
          resolve()
        }, timerDelayMs(leftMs))
        signal.addEventListener('abort', onAbort, { once: true })
      })
    },
  }
}

/** Node rounds timer delays down to whole milliseconds and may fire early by a fraction: round up, so `until` never returns early. */
function timerDelayMs(leftMs: number): number {
  return Math.min(2_147_483_647, Math.ceil(leftMs))
}

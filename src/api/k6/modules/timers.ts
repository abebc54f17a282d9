import type { K6Module } from '../host.ts'
import { timersOf } from '../runtime-timers.ts'

/** The module `k6/timers`: the very functions that are global. */
export const timersModule: K6Module = (vu, host) => {
  const members = timersOf(vu, host)
  return { ...members, default: members }
}

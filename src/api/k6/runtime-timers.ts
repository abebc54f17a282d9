import type { Vu } from '../../vu/vu.ts'
import type { K6Host } from './host.ts'

interface Timers {
  setTimeout(callback: (...args: unknown[]) => unknown, delayMs?: number, ...args: unknown[]): number
  clearTimeout(id?: number): void
  setInterval(callback: (...args: unknown[]) => unknown, delayMs?: number, ...args: unknown[]): number
  clearInterval(id?: number): void
}

interface Running {
  timer: NodeJS.Timeout
  readonly release: () => void
}

const timersKey = Symbol('timers')

/** The timers of a VU, made on first use: the globals and the module `k6/timers` share their numbers. */
export function timersOf(vu: Vu, host: K6Host): Timers {
  const known = vu.world.shared(timersKey, () => new WeakMap<Vu, Timers>())
  const timers = known.get(vu) ?? makeTimers(vu, host)
  known.set(vu, timers)
  return timers
}

/** Timers of one VU: callbacks are jobs under its lock, and the iteration does not end before the last one. */
function makeTimers(vu: Vu, host: K6Host): Timers {
  const running = new Map<number, Running>()
  let lastId = 0
  const clear = (id?: number): void => {
    const found = id === undefined ? undefined : running.get(id)
    if (id === undefined || !found) return
    running.delete(id)
    clearTimeout(found.timer)
    vu.removePending(pendingOf(id))
    found.release()
  }
  const pendings = new Map<number, { interrupt: () => void }>()
  const pendingOf = (id: number): { interrupt: () => void } => {
    const known = pendings.get(id) ?? { interrupt: () => clear(id) }
    pendings.set(id, known)
    return known
  }
  const start = (callback: () => unknown, delayMs: number, isRepeated: boolean): number => {
    const id = ++lastId
    const fire = (): void => {
      void host
        .job('a timer', () => (running.has(id) ? callback() : undefined))
        .then(() => {
          const found = running.get(id)
          if (!found) return
          if (isRepeated) found.timer = setTimeout(fire, delayMs)
          else clear(id)
        })
    }
    running.set(id, { timer: setTimeout(fire, delayMs), release: host.hold() })
    vu.addPending(pendingOf(id))
    return id
  }
  const starter =
    (name: string, isRepeated: boolean): Timers['setTimeout'] =>
    (callback, delayMs, ...args) => {
      if (typeof callback !== 'function') throw new TypeError(`${name}'s callback isn't a callable function`)
      const ms = Number(delayMs)
      return start(() => callback(...args), ms > 0 ? Math.min(ms, 2_147_483_647) : 0, isRepeated)
    }
  const clearAndForget = (id?: number): void => {
    clear(id)
    if (id !== undefined) pendings.delete(id)
  }
  return {
    setTimeout: starter('setTimeout', false),
    clearTimeout: clearAndForget,
    setInterval: starter('setInterval', true),
    clearInterval: clearAndForget,
  }
}

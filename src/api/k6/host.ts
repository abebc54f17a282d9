import type { Vu } from '../../vu/vu.ts'

/**
 * How a module of the dialect talks to the rewritten script of one VU. Three kinds of results:
 *
 *     plain value      the call did not wait                                    return value
 *     token            a native promise made by us: the script waits for it     return host.block('http.get', promise)
 *     user promise     a promise that the script itself sees and awaits         return host.promise(promise)
 *
 * A native promise (`constructor === Promise`) that reaches the script is always a token: a module never returns one that
 * the script should see as a promise, and never makes an `async` function that returns a user promise (it would be flattened).
 */
export interface K6Host {
  /**
   * Marks the work of a blocking function (`sleep`, `http.get`): returns the token that the script waits for. At most one
   * may be in flight per VU; a second one throws K6_OVERLAP, because an await was missed.
   */
  block<T>(what: string, work: Promise<T>): Promise<T>
  /** A promise for the script's eyes, an instance of its own `Promise`; the iteration does not end before it has settled. */
  promise<T>(work: PromiseLike<T>): Promise<T>
  /** Is it a token? Then await it and give the outcome to `unbox`. */
  isToken(value: unknown): value is Promise<unknown>
  /** What a token resolved to: a user promise travels in a box, so that it stays a promise. */
  unbox(value: unknown): unknown
  /**
   * Every entry of a module that does not block calls this first (check, group end, metric, console): throws K6_OVERLAP
   * while a blocking call is in flight, and the interruption of an interrupted iteration.
   */
  enter(what: string): void
  /**
   * Drives a function that calls callbacks of the script: `yield` a callback's result, get its value back. Runs
   * synchronously, and returns a plain value, until a callback yields a token; then it returns a token.
   *
   *     return host.drive(function* () { for (const name in set) add(name, yield set[name](value)) }())
   */
  drive<T>(body: Generator<unknown, T, unknown>): T | Promise<T>
  /**
   * Runs a callback as an event-loop job: after the running job and those queued before, its blocking calls included, under
   * the VU's lock. Resolves when it is done. What it throws is reported as an exception of the iteration.
   */
  job(what: string, callback: () => unknown): Promise<void>
  /** Gives the VU's lock free while `work` runs, for a blocking function whose callbacks are jobs (`ws.connect`). */
  yieldLock<T>(work: () => Promise<T>): Promise<T>
  /** The iteration does not end before the returned function was called: open sockets, running timers. */
  hold(): () => void
  /** The script's `Promise` (a class per VU), for `instanceof`. */
  readonly Promise: PromiseConstructor
}

/**
 * A module of the dialect for one VU: its named exports, and `default` where it has one (most have: `default` is the object
 * of all members). Called once per VU and module, during init.
 */
export type K6Module = (vu: Vu, host: K6Host) => Record<string, unknown>

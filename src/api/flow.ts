import { UserError } from '../base/user-error.ts'
import { builtin } from '../metrics/definition.ts'
import type { Pending, Vu } from '../vu/vu.ts'

/** Waits. Rejects only when the iteration is interrupted. `seconds` may have fractions; 0, negative and NaN return at once. */
export type Sleep = (seconds: number) => Promise<void>

/** Runs `body` under a group name: its samples carry `group`, its time goes to `group_duration`. Groups nest. Returns what `body` returns. */
export interface Group {
  <T>(name: string, body: () => Promise<T>): Promise<T>
  <T>(name: string, body: () => T): T
}

/** Ends the running iteration as failed; the run goes on. */
export type Fail = (message?: string) => never

/** `sleep` of one VU. @internal */
export function bindSleep(vu: Vu): Sleep {
  return (seconds) => {
    if (vu.interruption) return Promise.reject(vu.interruption)
    const ms = Math.ceil(seconds * 1000)
    if (!(ms > 0)) return Promise.resolve()
    return new Promise((resolve, reject) => new Sleeper(vu, ms, resolve, reject))
  }
}

/** One sleep that is under way. A class, not closures: thousands of VUs sleep at once. */
class Sleeper implements Pending {
  readonly #vu: Vu
  readonly #resolve: () => void
  readonly #reject: (reason: Error) => void
  readonly #timer: NodeJS.Timeout

  constructor(vu: Vu, ms: number, resolve: () => void, reject: (reason: Error) => void) {
    this.#vu = vu
    this.#resolve = resolve
    this.#reject = reject
    this.#timer = setTimeout(wake, Math.min(ms, 2_147_483_647), this)
    vu.addPending(this)
  }

  wake(): void {
    this.#vu.removePending(this)
    this.#resolve()
  }

  interrupt(reason: Error): void {
    clearTimeout(this.#timer)
    this.#reject(reason)
  }
}

function wake(sleeper: Sleeper): void {
  sleeper.wake()
}

/** `group` of one VU. @internal */
export function bindGroup(vu: Vu): Group {
  const metric = vu.define(builtin.groupDuration)
  const group = <T>(name: string, body: () => T | Promise<T>): T | Promise<T> => {
    vu.throwIfInterrupted()
    if (name.includes('::'))
      throw new UserError('GROUP_NAME_INVALID', `the group name "${name}" contains "::"`, {
        hint: 'groups nest by calling group() inside group()',
      })
    if (typeof body !== 'function')
      throw new UserError('GROUP_BODY_MISSING', `group "${name}" was given no function`, {
        hint: `write  await group('${name}', async () => { … })`,
      })
    const outer = { path: vu.groupPath, tags: vu.tags }
    const startedAtMs = vu.clock.nowMs()
    vu.enterGroup(`${outer.path}::${name}`)
    const inner = vu.tags
    const leave = (): void => {
      vu.record(metric, vu.clock.nowMs() - startedAtMs, inner)
      vu.groupPath = outer.path
      vu.tags = outer.tags
    }
    let returned: T | Promise<T>
    try {
      returned = body()
    } catch (error) {
      leave()
      throw error
    }
    if (!(returned instanceof Promise)) {
      leave()
      return returned
    }
    return returned.finally(leave)
  }
  return group
}

/** `fail`. @internal */
export function bindFail(): Fail {
  return (message) => {
    throw new Error(message === undefined || message === '' ? 'fail() was called' : message)
  }
}

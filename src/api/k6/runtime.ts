import { UserError } from '../../base/user-error.ts'
import type { Vu } from '../../vu/vu.ts'
import type { K6Host } from './host.ts'
import { makeGlobals } from './runtime-globals.ts'
import { checkedIterable, waitingIterable, yieldingIterable } from './runtime-iteration.ts'
import { VuLock } from './runtime-lock.ts'
import { Box, follow, isToken, makeUserPromise, unbox } from './runtime-promise.ts'
import { arrayFrom, callMethod, drive } from './runtime-steps.ts'

/** What the rewriting found out about a script, said once per VU before its code runs. */
export interface ScriptNature {
  /** Callbacks may run outside of calls: promises, timers. */
  readonly isMixing: boolean
  /** Where `open` starts from. */
  readonly folder: string
}

type UserAwait = ((value: unknown) => Promise<unknown>) & { end(): void }

/** The run-time of one VU: what the rewritten code calls (`$rt`), and what the modules see as their host. */
export class VuRuntime implements K6Host {
  readonly #vu: Vu
  readonly #lock = new VuLock()
  #promiseClass: PromiseConstructor | undefined
  #globals: object | undefined
  #nature: ScriptNature = { isMixing: false, folder: '' }
  /** What the one blocking call in flight is. */
  #inFlight: string | undefined
  #flight: Promise<unknown> | undefined
  #missed: UserError | undefined
  #failRun: ((error: unknown) => void) | undefined
  #holdCount = 0
  #onChange: (() => void) | undefined
  #jobError: { readonly error: unknown } | undefined
  /** Bound once, so that a blocking call makes no closures. */
  readonly #landed = <T>(value: T): T => {
    this.#inFlight = undefined
    this.#flight = undefined
    return value
  }
  readonly #crashed = (error: unknown): never => {
    this.#inFlight = undefined
    this.#flight = undefined
    throw error
  }

  constructor(vu: Vu) {
    this.#vu = vu
    this.#lock.whenIdle(() => this.#onChange?.())
  }

  start(nature: ScriptNature): this {
    this.#nature = nature
    return this
  }

  get vu(): Vu {
    return this.#vu
  }
  get folder(): string {
    return this.#nature.folder
  }

  // What the code of the script has in scope.
  readonly $k = isToken
  readonly $u = unbox
  readonly $P = Promise
  readonly $r = (value: unknown): unknown => (this.#promiseClass && value instanceof this.#promiseClass ? new Box(value) : value)
  get $g(): object {
    this.#globals ??= makeGlobals(this)
    return this.#globals
  }

  /** The object that stands for the global one, for the use of a name that may not exist. */
  global(name: string): object {
    if (!(name in this.$g)) throw new ReferenceError(`${name} is not defined`)
    return this.$g
  }

  method(name: string, receiver: unknown, ...args: unknown[]): unknown {
    return callMethod(name, receiver, args)
  }
  optionalMethod(name: string, receiver: unknown, ...args: unknown[]): unknown {
    return receiver === undefined || receiver === null ? undefined : callMethod(name, receiver, args)
  }
  arrayFrom(source: unknown, callback: unknown, thisArg?: unknown): unknown {
    return arrayFrom(source, callback, thisArg)
  }

  /** The result of a call at a place that cannot wait. Throws K6_CANNOT_WAIT when it would have to. */
  sync(value: unknown, place: string): unknown {
    if (!isToken(value)) return value
    value.catch(() => undefined)
    throw cannotWait(place)
  }

  /** For `for await`: an iterator whose `next` may wait. */
  iterate(source: Iterable<unknown>): AsyncIterable<unknown> {
    return waitingIterable(source)
  }

  /** For spread: an iterator whose `next` must not wait. */
  iterateNow(source: Iterable<unknown>, place: string): Iterable<unknown> {
    return checkedIterable(source, (result) => this.sync(result, place))
  }

  /** For the script's own `for await`: other jobs run while it waits. */
  iterateAsync(source: AsyncIterable<unknown> | Iterable<unknown>, userAwait: UserAwait): AsyncIterable<unknown> {
    return yieldingIterable(source, userAwait)
  }

  /** `new Promise(executor)` with an executor that may wait. */
  newPromise(executor: (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => unknown): unknown {
    const settle: { resolve?: (value: unknown) => void; reject?: (reason: unknown) => void } = {}
    const promise = new this.Promise((resolve, reject) => Object.assign(settle, { resolve, reject }))
    const reject = (reason: unknown): void => settle.reject?.(reason)
    let returned: unknown
    try {
      returned = executor((value) => settle.resolve?.(value), reject)
    } catch (error) {
      reject(error)
      return promise
    }
    if (!isToken(returned)) return promise
    return returned.then(
      () => new Box(promise),
      (error: unknown) => {
        reject(error)
        return new Box(promise)
      },
    )
  }

  /**
   * A call of the script's own `async` function. It belongs to its caller, who waits for its blocking calls, until its
   * first `await`; from there on it is a job of its own.
   */
  uasync(body: (userAwait: UserAwait) => Promise<unknown>): unknown {
    let isDetached = false
    let hasEnded = false
    let onDetached: (() => void) | undefined
    const detach = (): void => {
      isDetached = true
      onDetached?.()
    }
    const pause = async (value: unknown): Promise<unknown> => {
      if (isDetached) this.#lock.release()
      else detach()
      try {
        return unbox(await (value instanceof this.Promise ? follow(value) : value))
      } finally {
        await this.#lock.acquire()
      }
    }
    const end = (): void => {
      hasEnded = true
    }
    const running = body(Object.assign(pause, { end }))
    const wasDetached = (): void => {
      if (isDetached) this.#lock.release()
      else onDetached?.()
    }
    const promise = new this.Promise((resolve, reject) => {
      running.then(
        (value) => {
          wasDetached()
          resolve(unbox(value))
        },
        (error: unknown) => {
          wasDetached()
          reject(error)
        },
      )
    })
    if (isDetached || hasEnded) return promise
    return new Promise((resolve) => {
      onDetached = () => {
        onDetached = undefined
        resolve(new Box(promise))
      }
    })
  }

  // What modules see.
  get Promise(): PromiseConstructor {
    this.#promiseClass ??= makeUserPromise(this.#lock)
    return this.#promiseClass
  }

  block<T>(what: string, work: Promise<T>): Promise<T> {
    if (this.#inFlight !== undefined && !this.#vu.interruption) {
      work.catch(() => undefined)
      this.#miss(what, this.#inFlight)
      // Nobody may be listening: the run as a whole fails, and this promise never settles.
      return new Promise<never>(() => undefined)
    }
    this.enter(what)
    this.#inFlight = what
    const token = work.then(this.#landed, this.#crashed)
    this.#flight = token
    return token
  }

  promise<T>(work: PromiseLike<T>): Promise<T> {
    const release = this.hold()
    return new this.Promise<T>((resolve, reject) => {
      work.then(
        (value) => {
          resolve(value)
          release()
        },
        (error: unknown) => {
          reject(error)
          release()
        },
      )
    })
  }

  isToken(value: unknown): value is Promise<unknown> {
    return isToken(value)
  }

  unbox(value: unknown): unknown {
    return unbox(value)
  }

  enter(what: string): void {
    this.#vu.throwIfInterrupted()
    if (this.#inFlight === undefined) return
    throw this.#miss(what, this.#inFlight)
  }

  /** Fails the whole run: an error thrown into a library's callback may be lost. */
  #miss(what: string, inFlight: string): UserError {
    this.#missed ??= overlap(what, inFlight)
    this.#failRun?.(this.#missed)
    return this.#missed
  }

  drive<T>(body: Generator<unknown, T, unknown>): T | Promise<T> {
    return drive(body)
  }

  async job(what: string, callback: () => unknown): Promise<void> {
    await this.#lock.acquire()
    try {
      this.enter(what)
      const returned = callback()
      if (isToken(returned)) await returned
    } catch (error) {
      this.#jobError ??= { error }
    } finally {
      this.#lock.release()
    }
  }

  async yieldLock<T>(work: () => Promise<T>): Promise<T> {
    const isHeld = this.#lock.isBusy
    if (isHeld) this.#lock.release()
    try {
      return await work()
    } finally {
      if (isHeld) await this.#lock.acquire()
    }
  }

  hold(): () => void {
    let isHeld = true
    this.#holdCount += 1
    return () => {
      if (!isHeld) return
      isHeld = false
      this.#holdCount -= 1
      this.#onChange?.()
    }
  }

  /** Runs an exported function as the main job of an iteration, and the event loop until it is empty. */
  run(body: (...args: unknown[]) => unknown, args: readonly unknown[]): unknown {
    this.#missed = undefined
    this.#jobError = undefined
    let outcome: unknown
    try {
      outcome = this.#nature.isMixing || this.#holdCount > 0 ? this.#runLoop(body, args) : this.#runPlain(body, args)
    } catch (error) {
      return this.#fail(error)
    }
    if (!(outcome instanceof Promise)) return outcome
    if (this.#missed) return this.#fail(this.#missed)
    const running: Promise<unknown> = outcome
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        void (async () => await this.#fail(error))().catch(reject)
      }
      this.#failRun = fail
      running.then((value) => {
        this.#failRun = undefined
        resolve(value)
      }, fail)
    })
  }

  /** Throws the error, or once the blocking call in flight has ended: the next iteration must not meet it. */
  #fail(error: unknown): Promise<never> {
    this.#failRun = undefined
    if (!this.#flight) {
      this.#lock.reset()
      throw error
    }
    const thrown = (): never => {
      this.#lock.reset()
      throw error
    }
    return this.#flight.then(thrown, thrown)
  }

  #runPlain(body: (...args: unknown[]) => unknown, args: readonly unknown[]): unknown {
    const returned = body(...args)
    return isToken(returned) ? returned.then((value) => this.#ended(value)) : this.#ended(returned)
  }

  #ended(value: unknown): unknown {
    this.#failIfMissed()
    if (this.#holdCount > 0) return this.#drained().then(() => this.#outcome(value))
    return this.#outcome(value)
  }

  async #runLoop(body: (...args: unknown[]) => unknown, args: readonly unknown[]): Promise<unknown> {
    await this.#lock.acquire()
    let returned: unknown
    try {
      returned = body(...args)
      if (isToken(returned)) returned = unbox(await returned)
      this.#failIfMissed()
    } finally {
      this.#lock.release()
    }
    if (!(returned instanceof this.Promise)) {
      await this.#drained()
      return this.#outcome(returned)
    }
    // A promise that nothing is left to settle does not keep the iteration.
    const settled = follow(returned)
    settled.catch(() => undefined)
    await this.#drained()
    return this.#outcome(await Promise.race([settled, turn()]))
  }

  /** At the end of the exported function no blocking call may be in flight. */
  #failIfMissed(): void {
    if (this.#vu.interruption) return
    if (this.#missed) throw this.#missed
    if (this.#inFlight !== undefined) throw overlap('the end of the iteration', this.#inFlight)
  }

  #outcome(value: unknown): unknown {
    const failed = this.#jobError
    this.#jobError = undefined
    if (failed) throw failed.error
    return value
  }

  /** Resolves when no job runs or waits and nothing holds the iteration. */
  async #drained(): Promise<void> {
    for (;;) {
      await turn()
      if (this.#vu.interruption) throw this.#vu.interruption
      if (this.#holdCount === 0 && !this.#lock.isBusy) return
      await new Promise<void>((resolve) => {
        const pending = { interrupt: () => resolve() }
        this.#vu.addPending(pending)
        this.#onChange = () => {
          this.#onChange = undefined
          this.#vu.removePending(pending)
          resolve()
        }
      })
    }
  }
}

/** Lets all that is settled run its course. */
function turn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(resolve, undefined))
}

function cannotWait(place: string): UserError {
  return new UserError('K6_CANNOT_WAIT', `a blocking call cannot be made here: ${place}`, {
    hint: 'make it in an ordinary function or method, and hand its result to the constructor, getter or iterator',
  })
}

function overlap(what: string, inFlight: string): UserError {
  return new UserError('K6_OVERLAP', `${what} came while ${inFlight} had not ended`, {
    hint: 'a library called back without waiting: call it with values, or loop in the script itself',
  })
}

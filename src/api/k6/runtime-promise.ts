import type { VuLock } from './runtime-lock.ts'

/** Carries a user promise through an `async` function, which would otherwise wait for it. */
export class Box {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

export function unbox(value: unknown): unknown {
  return value instanceof Box ? value.value : value
}

/** A native promise, which only we and the rewritten script's own `async` functions make. */
export function isToken(value: unknown): value is Promise<unknown> {
  return value instanceof Promise && value.constructor === Promise
}

/** Follows a promise without its own `then`, which would make a job of it. */
export function follow<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    void Promise.prototype.then.call(promise, resolve as (value: unknown) => void, reject)
  })
}

type Callback = (value: unknown) => unknown

/** The `Promise` of one script instance: callbacks given to it are jobs under the VU's lock. */
export function makeUserPromise(lock: VuLock): PromiseConstructor {
  const asJob = (callback: unknown): Callback | undefined => {
    if (typeof callback !== 'function') return undefined
    const body = callback as Callback
    if (isResolver(body)) return body
    return (value) => {
      const turn = lock.acquire()
      return turn ? turn.then(() => runAndRelease(lock, body, value)) : runAndRelease(lock, body, value)
    }
  }
  class UserPromise<T> extends Promise<T> {
    // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
    override then<A = T, B = never>(
      onValue?: ((value: T) => A | PromiseLike<A>) | null,
      onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
    ): Promise<A | B> {
      return super.then(asJob(onValue) as typeof onValue, asJob(onError) as typeof onError)
    }

    /** The built-in one looks at what `callback` returns without waiting for tokens. */
    override finally(callback?: (() => void) | null): Promise<T> {
      if (typeof callback !== 'function') return this.then()
      const settle = (after: () => unknown): unknown => {
        const returned: unknown = callback()
        return returned instanceof Promise ? returned.then(after) : after()
      }
      return this.then<T, T>(
        (value) => settle(() => value) as T,
        (reason: unknown) =>
          settle(() => {
            throw reason
          }) as T,
      )
    }
  }
  void Object.defineProperty(UserPromise, 'name', { value: 'Promise' })
  return UserPromise
}

function runAndRelease(lock: VuLock, body: Callback, value: unknown): unknown {
  let returned: unknown
  try {
    returned = body(value)
  } catch (error) {
    lock.release()
    throw error
  }
  if (!isToken(returned)) {
    lock.release()
    return returned
  }
  return returned.then(
    (outcome) => {
      lock.release()
      return unbox(outcome)
    },
    (error: unknown) => {
      lock.release()
      throw error
    },
  )
}

/** The language's own resolving functions settle a promise and run no code of the script. */
function isResolver(callback: Callback): boolean {
  return callback.name === '' && Function.prototype.toString.call(callback).endsWith('{ [native code] }')
}

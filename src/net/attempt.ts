import type { Socket } from 'node:net'
import { NetworkError } from './dialer.ts'
import { networkErrorCode, networkErrorOf, type NetworkPhase } from './network-error.ts'
import type { Expirable, TimerWheel, WheelEntry } from './timer-wheel.ts'

/**
 * One try to get a connection: the phase it is in, the socket under way, and the two things that end it early (the
 * deadline and the caller's signal). Ending it destroys the socket and rejects whatever `until` waits for.
 */
export class Attempt implements Expirable {
  phase: 'lookup' | 'dial' | 'proxy' | 'tls' = 'lookup'
  socket: Socket | undefined
  readonly #wheel: TimerWheel
  readonly #signal: AbortSignal | undefined
  readonly #onAbort: (() => void) | undefined
  readonly #entry: WheelEntry
  #reject: ((error: NetworkError) => void) | undefined
  #ended: NetworkError | undefined

  constructor(wheel: TimerWheel, limits: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined }) {
    this.#wheel = wheel
    this.#signal = limits.signal
    this.#entry = wheel.add(limits.timeoutMs, this)
    if (limits.signal === undefined) return
    this.#onAbort = () => this.#end(abortedBy(limits.signal as AbortSignal))
    if (limits.signal.aborted) this.#onAbort()
    else limits.signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Runs one step; `start` gets the levers. Rejects with a `NetworkError`, and at once when the attempt ends first. */
  until<T>(start: (resolve: (value: T) => void, reject: (error: NetworkError) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended)
      this.#reject = reject
      start(resolve, reject)
    })
  }

  /** Like `until`, for a step that is a promise already. */
  of<T>(step: Promise<T>, phase: NetworkPhase): Promise<T> {
    return this.until((resolve, reject) => {
      step.then(resolve, (error: unknown) => reject(networkErrorOf(error, phase)))
    })
  }

  expired(): void {
    this.#end(timeoutIn(this.phase))
  }

  /** The connection is made, or given up: nothing ends it from here on. */
  close(): void {
    this.#wheel.cancel(this.#entry)
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#reject = undefined
  }

  #end(error: NetworkError): void {
    if (this.#ended !== undefined) return
    this.#ended = error
    this.socket?.destroy()
    this.#reject?.(error)
  }
}

function abortedBy(signal: AbortSignal): NetworkError {
  return new NetworkError(networkErrorCode.generic, 'dial: aborted', { cause: signal.reason })
}

function timeoutIn(phase: Attempt['phase']): NetworkError {
  switch (phase) {
    case 'lookup':
      return new NetworkError(networkErrorCode.dns, 'lookup: i/o timeout')
    case 'dial':
      return new NetworkError(networkErrorCode.dialTimeout, 'dial: i/o timeout')
    case 'proxy':
      return new NetworkError(networkErrorCode.dialTimeout, 'proxy: i/o timeout')
    case 'tls':
      return new NetworkError(networkErrorCode.tls, 'tls: handshake timeout')
  }
}

import { exitCode } from '../base/exit-code.ts'
import { UserError } from '../base/user-error.ts'
import type { WorkerLink } from '../wire/link.ts'
import type { FromWorker, ToWorker } from '../wire/messages.ts'

type MessageOf<T extends FromWorker['type']> = FromWorker & { readonly type: T }

interface Waiter {
  readonly type: FromWorker['type']
  resolve(message: FromWorker): void
  reject(error: Error): void
}

/** One worker's place at the coordinator's table: what it said last, what we wait for, whether it is still there. */
export class Seat {
  readonly link: WorkerLink
  /** Why it is gone, in words; `undefined` while it is there. */
  lostReason: string | undefined
  isFinished = false
  /** What went wrong within it, said before it was killed for it. */
  failure: string | undefined
  /** Lifecycle calls that it has not answered. */
  openCallCount = 0
  /** `performance.now()` of its last message. */
  heardAtMs = performance.now()
  /** Receives every message that nothing waits for. */
  onMessage: ((message: FromWorker) => void) | undefined
  onLost: ((reason: string) => void) | undefined
  #waiters: Waiter[] = []
  #lastCallId = 0

  constructor(link: WorkerLink) {
    this.link = link
    link.listen({ message: (message) => this.#receive(message), lost: (reason) => this.#lose(reason) })
  }

  get isLive(): boolean {
    return this.lostReason === undefined
  }

  /** As messages call it. */
  get name(): string {
    return `worker ${this.link.workerId}`
  }

  nextCallId(): number {
    this.#lastCallId += 1
    return this.#lastCallId
  }

  send(message: ToWorker): void {
    if (this.isLive) this.link.send(message)
  }

  /** The next message of this type. Rejects when the worker says `failed` or is lost first. */
  expect<T extends FromWorker['type']>(type: T): Promise<MessageOf<T>> {
    if (this.lostReason !== undefined) return Promise.reject(lostError(this.lostReason))
    return new Promise((resolve, reject) =>
      this.#waiters.push({ type, resolve: resolve as (message: FromWorker) => void, reject }),
    )
  }

  #receive(message: FromWorker): void {
    this.heardAtMs = performance.now()
    if (message.type === 'failed' && this.#waiters.length > 0) {
      const waiters = this.#waiters
      this.#waiters = []
      for (const waiter of waiters) waiter.reject(failureOf(message))
      return
    }
    const index = this.#waiters.findIndex((waiter) => waiter.type === message.type)
    const [waiter] = index === -1 ? [] : this.#waiters.splice(index, 1)
    if (waiter) waiter.resolve(message)
    else this.onMessage?.(message)
  }

  #lose(reason: string): void {
    if (this.lostReason !== undefined) return
    this.lostReason = reason
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter.reject(lostError(reason))
    this.onLost?.(reason)
  }
}

/** A script that cannot be loaded or whose init throws: the user's to mend. */
export class ScriptError extends UserError {
  readonly scriptStack: string

  constructor(code: string, message: string, options: { hint: string | undefined; stack: string }) {
    super(code, message, { ...(options.hint === undefined ? {} : { hint: options.hint }), exitCode: exitCode.scriptException })
    this.scriptStack = options.stack
  }
}

export function failureOf(message: FromWorker & { type: 'failed' }): ScriptError {
  return new ScriptError(message.code, message.message, { hint: message.hint, stack: message.stack })
}

function lostError(reason: string): UserError {
  return new UserError('WORKER_LOST', `a worker process ended before its time: ${reason}`, {
    hint: 'look at the lines above; if it ran out of memory, use fewer VUs or more workers (--workers)',
    exitCode: exitCode.partial,
  })
}

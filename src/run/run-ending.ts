import { deferred } from '../base/deferred.ts'
import { exitCode } from '../base/exit-code.ts'
import type { ExitCode } from '../base/exit-code.ts'
import { messageOf, UserError } from '../base/user-error.ts'
import type { RunOutcome } from '../results/run-outcome.ts'
import type { ScriptFailure, StopReason } from '../wire/messages.ts'
import { ScriptError } from './seat.ts'

const stopCodes: Readonly<Record<StopReason, ExitCode | undefined>> = {
  finished: undefined,
  interrupted: exitCode.interrupted,
  threshold: exitCode.thresholdsFailed,
  'script-abort': exitCode.scriptAborted,
  remote: exitCode.stoppedRemotely,
  'lost-worker': exitCode.partial,
  emergency: exitCode.interrupted,
}

const stopSentences: Readonly<Record<StopReason, string | undefined>> = {
  finished: undefined,
  interrupted: 'it was interrupted (Ctrl-C or a signal)',
  threshold: 'a threshold with abortOnFail failed',
  'script-abort': 'the script called execution.abort()',
  remote: 'it was stopped remotely',
  'lost-worker': 'a worker was lost and onWorkerLoss is "stop"',
  emergency: 'the emergency stop was pulled',
}

/** Thrown through the phases of a run that is stopped before its load started, or hurried after its end. */
class StoppedEarly extends Error {
  constructor() {
    super('it was interrupted')
  }
}

/** Why and how a run ended: the first cause decides the exit code. */
export class RunEnding {
  /** What is missing from the numbers, a sentence each. */
  readonly losses: string[] = []
  /** What else the reader should know, a sentence each. */
  readonly remarks: string[] = []
  #why: string | undefined
  stopReason: StopReason | undefined
  markedFailedBecause: string | undefined
  isPartial = false
  error: RunOutcome['error']
  #errorCode: ExitCode | undefined
  #isSetupDone = true
  readonly #stopped = deferred<never>()
  readonly #hurried = deferred<never>()

  constructor() {
    // Nobody may be waiting when it is stopped.
    this.#stopped.promise.catch(() => undefined)
    this.#hurried.promise.catch(() => undefined)
  }

  get isStopped(): boolean {
    return this.stopReason !== undefined || this.error !== undefined
  }

  /** Teardown follows whatever setup completed, also after an abort; not a setup that failed. */
  get isTeardownDue(): boolean {
    return this.#isSetupDone
  }

  get stopCode(): ExitCode | undefined {
    return this.#errorCode ?? (this.stopReason === undefined ? undefined : stopCodes[this.stopReason])
  }

  stop(reason: StopReason): void {
    this.stopReason ??= reason
    this.#stopped.reject(new StoppedEarly())
  }

  /** `work`, or a rejection as soon as the run is stopped. */
  unlessStopped<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#stopped.promise])
  }

  /** Whoever waits for teardown or handleSummary waits no longer. */
  hurry(): void {
    this.#hurried.reject(new StoppedEarly())
  }

  /** `work`, or a rejection as soon as the run is hurried. */
  unlessHurried<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#hurried.promise])
  }

  /** Why the run ended before its end, for the summary; `undefined` when it ran to its end. */
  get stoppedSentence(): string | undefined {
    if (this.error) return this.error.message
    return this.#why ?? (this.stopReason === undefined ? undefined : stopSentences[this.stopReason])
  }

  /** The first reason that is told stays. */
  explain(why: string): void {
    this.#why ??= why
  }

  markFailed(message: string): void {
    this.markedFailedBecause ??= message
  }

  get isMarkedFailed(): boolean {
    return this.markedFailedBecause !== undefined
  }

  losePart(text: string): void {
    this.isPartial = true
    this.losses.push(text)
  }

  /** An error that ended the run. Being stopped early is none. */
  fail(error: unknown): void {
    if (error instanceof StoppedEarly) {
      this.#isSetupDone = false
      return
    }
    if (this.error) return
    const isUser = error instanceof UserError
    if (isUser && error.code === 'WORKER_LOST') this.isPartial = true
    this.#errorCode = isUser ? (error.exitCode ?? exitCode.other) : exitCode.crash
    this.error = {
      code: isUser ? error.code : 'INTERNAL',
      message: messageOf(error),
      hint: isUser ? error.hint : 'this is a bug in brunt: please report it with the stack',
      stack: error instanceof ScriptError ? error.scriptStack : error instanceof Error && !isUser ? (error.stack ?? '') : '',
    }
  }

  failLifecycle(name: 'setup' | 'teardown', failure: ScriptFailure): void {
    if (name === 'setup') this.#isSetupDone = false
    if (failure.kind === 'aborted') return this.stop('script-abort')
    const timeout = name === 'setup' ? exitCode.setupTimeout : exitCode.teardownTimeout
    this.#errorCode ??= failure.kind === 'timeout' ? timeout : exitCode.scriptException
    this.error ??= {
      code: failure.kind === 'timeout' ? `${name.toUpperCase()}_TIMEOUT` : `${name.toUpperCase()}_FAILED`,
      message: failure.kind === 'timeout' ? failure.message : `${name}() threw: ${failure.message}`,
      hint: failure.kind === 'timeout' ? `raise  ${name}Timeout  in the options, or do less in ${name}()` : undefined,
      stack: failure.stack,
    }
  }
}

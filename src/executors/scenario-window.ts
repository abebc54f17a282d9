import { type Deferred, deferred } from '../base/deferred.ts'
import type { ExecutorContext } from './executor.ts'

export interface WindowLengths {
  /** Planned length, from the scenario's start. */
  readonly regularMs: number
  /** How long iterations that run at the end may go on. */
  readonly gracefulStopMs: number
}

/**
 * When a scenario may start iterations and when what still runs is interrupted:
 *
 *     startMs ── open ──► endMs ── graceful stop ──► over
 *                  └ stopping ── graceful stop ──► over     signal: over at once
 *
 * A pause shifts the end by its own length. `dispose()` frees timers and listeners.
 */
export class ScenarioWindow {
  readonly #context: Pick<ExecutorContext, 'clock' | 'startMs' | 'stopping' | 'signal'>
  readonly #lengths: WindowLengths
  readonly #closed = deferred()
  readonly #over = deferred()
  readonly #closing = new AbortController()
  readonly #disposing = new AbortController()
  #pausedAtMs: number | undefined
  #pausedMs = 0
  #resumed: Deferred | undefined

  constructor(context: Pick<ExecutorContext, 'clock' | 'startMs' | 'stopping' | 'signal'>, lengths: WindowLengths) {
    this.#context = context
    this.#lengths = lengths
    const until = { once: true, signal: this.#disposing.signal }
    context.stopping.addEventListener('abort', () => this.close(), until)
    context.signal.addEventListener('abort', () => this.#end(), until)
    if (context.stopping.aborted) this.close()
    if (context.signal.aborted) this.#end()
  }

  /** Resolves when nothing may start any more: the regular end, a stop, or `close()`. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  /** Resolves when the graceful stop is over too: interrupt what runs. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  /** Aborted when nothing may start any more: for waits that end there. */
  get closingSignal(): AbortSignal {
    return this.#closing.signal
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  get isPaused(): boolean {
    return this.#pausedAtMs !== undefined
  }

  /** Whether an iteration may start now. Reads the clock, so the end holds even while timers are late. */
  isOpen(): boolean {
    return !this.isClosed && this.#pausedAtMs === undefined && this.#context.clock.nowMs() < this.#endMs
  }

  /** Milliseconds of the scenario's own time: since its start, pauses left out. */
  elapsedMs(nowMs: number): number {
    return Math.max(0, (this.#pausedAtMs ?? nowMs) - this.#context.startMs - this.#pausedMs)
  }

  /** Run time at which the scenario's own time reads `elapsedMs`, if there is no further pause. */
  runTimeOf(elapsedMs: number): number {
    return this.#context.startMs + this.#pausedMs + elapsedMs
  }

  get #endMs(): number {
    return this.runTimeOf(this.#lengths.regularMs)
  }

  /** Waits for the scenario's start, then watches over its end. */
  async opened(): Promise<void> {
    await this.waitUntil(this.#context.startMs)
    void this.#watchEnd()
  }

  /** Resolves at `dueMs` of run time, or sooner when the window closes. */
  async waitUntil(dueMs: number): Promise<void> {
    // A timer of more than 24 days fires before its time.
    while (!this.isClosed && this.#context.clock.nowMs() < dueMs) {
      await this.#context.clock.until(dueMs, this.#closing.signal).catch(() => undefined)
    }
  }

  /** Resolves when the pause, if there is one, ends or the window closes. */
  whenResumed(): Promise<void> {
    return this.#resumed?.promise ?? Promise.resolve()
  }

  pause(): void {
    if (this.isClosed || this.#pausedAtMs !== undefined) return
    this.#pausedAtMs = Math.max(this.#context.clock.nowMs(), this.#context.startMs)
    this.#resumed = deferred()
  }

  resume(): void {
    if (this.#pausedAtMs === undefined) return
    this.#pausedMs += Math.max(0, this.#context.clock.nowMs() - this.#pausedAtMs)
    this.#pausedAtMs = undefined
    this.#resumed?.resolve()
    this.#resumed = undefined
  }

  /** Lets nothing more start; what runs has the graceful stop. */
  close(): void {
    if (this.isClosed) return
    const nowMs = this.#context.clock.nowMs()
    this.resume()
    this.#closing.abort(new Error('the scenario is over'))
    this.#closed.resolve()
    void this.#watchGrace(Math.min(nowMs, this.#endMs) + this.#lengths.gracefulStopMs)
  }

  dispose(): void {
    this.close()
    this.#disposing.abort(new Error('the scenario is over'))
  }

  async #watchEnd(): Promise<void> {
    while (!this.isClosed) {
      const endMs = this.#endMs
      await this.whenResumed()
      await this.waitUntil(endMs)
      if (!this.isPaused && this.#context.clock.nowMs() >= this.#endMs) this.close()
    }
  }

  async #watchGrace(deadlineMs: number): Promise<void> {
    try {
      while (this.#context.clock.nowMs() < deadlineMs) await this.#context.clock.until(deadlineMs, this.#disposing.signal)
      this.#over.resolve()
    } catch {
      // Disposed: nothing waits any more.
    }
  }

  #end(): void {
    this.close()
    this.#over.resolve()
  }
}

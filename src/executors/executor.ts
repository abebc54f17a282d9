import type { Clock } from '../base/clock.ts'
import type { Range } from '../base/range.ts'
import type { ScenarioCommand } from '../plan/command.ts'
import type { Stripe } from '../plan/segment.ts'

/** Decides when iterations of an open-model scenario are due. Pure: it reads no clock. */
export interface Pacer {
  /** Milliseconds after scenario start at which the global iteration `index` (from 0) is due; `undefined` once over. */
  dueAtMs(index: number): number | undefined
}

/** One scenario's VUs in this worker. */
export interface VuPool {
  /** An idle VU, lowest id first, or `undefined`. Holding it reserves it until `release()`. */
  acquire(): VuHold | undefined
  /** Initialises one VU more for this scenario; `false` when `maxVus` of this worker's share is reached. One at a time. */
  grow(): Promise<boolean>
}

export interface VuHold {
  /**
   * Runs one iteration; never rejects. `index` is the iteration's number in the test. A second call before the first
   * resolved is a bug. After `interrupt()` the running iteration resolves `interrupted`, soon, even if the script clings on.
   */
  run(start: { index: number; dueAtMs: number | undefined }): Promise<'completed' | 'threw' | 'interrupted'>
  interrupt(): void
  /** Gives the VU back to the pool. */
  release(): void
}

/** What one scenario in one worker is given. Times are run time in ms; everything but `startMs` is this worker's share. */
export interface ExecutorContext {
  readonly pool: VuPool
  readonly clock: Clock
  /** When the scenario starts (its startTime already added). The executor waits for it. */
  readonly startMs: number
  /** This worker's share of the run: maps local numbers to global ones. */
  readonly stripe: Stripe
  /** Graceful stop (Ctrl-C, abort): start nothing more, let running iterations end within the graceful stop. */
  readonly stopping: AbortSignal
  /** Stop now: interrupt what runs and return. */
  readonly signal: AbortSignal
  /** Counts iterations that were due or planned and will never run. */
  dropped(count: number): void
  /** An iteration started `byMs` after its due time although a VU was idle then. */
  lateStart(byMs: number): void
  /** Says something to the user, once per distinct text. */
  warn(text: string): void
  /** Shared iterations: asks for more numbers; `[]` when there are none left. */
  wantIterations(): Promise<readonly Range[]>
}

/** Starts the iterations of one scenario in one worker. */
export interface Executor {
  /** Resolves when the scenario is over: nothing runs and nothing will start. Never rejects because of a script. */
  run(context: ExecutorContext): Promise<void>
  /** Unsupported commands are ignored. */
  command(command: ScenarioCommand): void
  /** 0 to 1, of the planned time or iterations. */
  doneRatio(nowMs: number): number
}

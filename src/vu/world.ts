import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Tags } from '../metrics/definition.ts'
import type { MetricRegistry } from '../metrics/registry.ts'
import type { TestPlan } from '../plan/plan.ts'
import type { ClientContext } from '../protocols/context.ts'
import type { ProblemLog } from './problem-log.ts'

/** What all VUs of one worker share. */
export interface VuWorld {
  /** `undefined` while a script is only inspected. */
  readonly plan: TestPlan | undefined
  readonly registry: MetricRegistry
  readonly clock: Clock
  readonly dialer: ClientContext['dialer']
  readonly log: Logger
  readonly env: Tags
  readonly view: WorkerView
  readonly problems: ProblemLog
  /** The VU whose script instance is being made: metric objects constructed now belong to it. VUs are made one at a time. */
  initializing: ClientContext | undefined
  /** One object per worker and key, made on first use: caches and pools of protocols. */
  shared<T>(key: symbol, make: () => T): T
}

/** What scripts may know of the run around them, and ask of it. */
export interface WorkerView {
  /** Over all workers, as of the last second. */
  readonly completedCount: number
  readonly interruptedCount: number
  readonly activeVuCount: number
  readonly initializedVuCount: number
  /** 0 to 1. */
  progressOf(scenario: string): number
  /** Epoch ms of the scenario's start. */
  startedAtEpochMs(scenario: string): number
  /** Ends the whole run (exit code 108). */
  abort(message: string): void
  /** Lets the run go on, and fail (exit code 110). */
  fail(message: string): void
}

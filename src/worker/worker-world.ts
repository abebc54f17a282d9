import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Tags } from '../metrics/definition.ts'
import type { MetricRegistry } from '../metrics/registry.ts'
import type { Dialer } from '../net/dialer.ts'
import type { TestPlan } from '../plan/plan.ts'
import { ProblemLog } from '../vu/problem-log.ts'
import type { VuWorld, WorkerView } from '../vu/world.ts'

export interface WorldParts {
  readonly plan: TestPlan | undefined
  readonly registry: MetricRegistry
  readonly clock: Clock
  readonly dialer: Dialer
  readonly log: Logger
  readonly env: Tags
  readonly view: WorkerView
  describe(error: unknown): string
}

/** What all VUs of this worker share. */
export class WorkerWorld implements VuWorld {
  readonly plan: TestPlan | undefined
  readonly registry: MetricRegistry
  readonly clock: Clock
  readonly dialer: Dialer
  readonly log: Logger
  readonly env: Tags
  readonly view: WorkerView
  readonly problems: ProblemLog
  initializing: VuWorld['initializing']
  readonly #shared = new Map<symbol, unknown>()

  constructor(parts: WorldParts) {
    this.plan = parts.plan
    this.registry = parts.registry
    this.clock = parts.clock
    this.dialer = parts.dialer
    this.log = parts.log
    this.env = parts.env
    this.view = parts.view
    this.problems = new ProblemLog((error) => parts.describe(error))
  }

  shared<T>(key: symbol, make: () => T): T {
    const known = this.#shared.get(key)
    if (known !== undefined) return known as T
    const made = make()
    this.#shared.set(key, made)
    return made
  }
}

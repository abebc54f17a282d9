import type { Range } from '../base/range.ts'
import type { TestPlan } from '../plan/plan.ts'
import { grantedIterations } from '../plan/requirements.ts'
import { stripeOf } from '../plan/segment.ts'

/**
 * Hands out the numbers of one scenario's shared iterations in shrinking ranges (left / 2n each), so that fast workers
 * get more and the last ones end together: a few dozen messages for a thousand iterations.
 */
export class IterationGrants {
  readonly #total: number
  readonly #workerCount: number
  #next = 0

  constructor(total: number, workerCount: number) {
    this.#total = total
    this.#workerCount = workerCount
  }

  get leftCount(): number {
    return this.#total - this.#next
  }

  /** The next range, or none when all are given. */
  take(): Range[] {
    if (this.leftCount === 0) return []
    const size = this.#workerCount === 1 ? this.leftCount : Math.max(1, Math.floor(this.leftCount / (2 * this.#workerCount)))
    const from = this.#next
    this.#next += size
    return [[from, this.#next]]
  }
}

/** Grants of one scenario to those workers that have VUs of it; the others would only drop them. */
export class SharedGrants<Worker> {
  readonly #grants: IterationGrants
  readonly #takers: ReadonlySet<Worker>

  constructor(iterationCount: number, takers: readonly Worker[]) {
    this.#grants = new IterationGrants(iterationCount, Math.max(1, takers.length))
    this.#takers = new Set(takers)
  }

  get leftCount(): number {
    return this.#grants.leftCount
  }

  takeFor(worker: Worker): readonly Range[] {
    return this.#takers.has(worker) ? this.#grants.take() : []
  }
}

/** The grants of a plan's shared iterations by scenario, for these workers in the order of their segments. */
export function openGrants<Worker>(plan: TestPlan, workers: readonly Worker[]): ReadonlyMap<string, SharedGrants<Worker>> {
  const shared = plan.scenarios.filter((scenario) => scenario.executor === 'shared-iterations')
  return new Map(
    shared.map((scenario) => {
      const takers = workers.filter(
        (_worker, index) => stripeOf(plan.segment, { index, count: workers.length }).localCount(scenario.vus) > 0,
      )
      return [scenario.name, new SharedGrants(grantedIterations(scenario, plan.segment), takers)]
    }),
  )
}

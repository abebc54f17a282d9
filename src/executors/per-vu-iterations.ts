import type { PerVuIterations } from '../plan/plan.ts'
import type { Executor, ExecutorContext } from './executor.ts'
import { endlessSource } from './iteration-source.ts'
import { ScenarioWindow } from './scenario-window.ts'
import { VuRoster } from './vu-roster.ts'

/** Each VU runs so many iterations; what has not started when the time is up counts as dropped. */
export class PerVuIterationsExecutor implements Executor {
  readonly #scenario: PerVuIterations
  #startedCount = 0
  #plannedCount = 0
  #isOver = false

  constructor(scenario: PerVuIterations) {
    this.#scenario = scenario
  }

  async run(context: ExecutorContext): Promise<void> {
    const { vus, iterations, maxDurationMs, gracefulStopMs } = this.#scenario
    const localVus = context.stripe.localCount(vus)
    this.#plannedCount = localVus * iterations
    const window = new ScenarioWindow(context, { regularMs: maxDurationMs, gracefulStopMs })
    const started = new Float64Array(localVus)
    const numbers = endlessSource(context.stripe)
    const take = (ordinal: number): number | undefined => {
      if ((started[ordinal] ?? 0) >= iterations) return undefined
      started[ordinal] = (started[ordinal] ?? 0) + 1
      this.#startedCount++
      return numbers.take(ordinal)
    }
    const roster = new VuRoster({ context, window, source: { take, refill: () => Promise.resolve(false) } })
    await window.opened()
    roster.setTarget(localVus)
    await Promise.race([roster.settled(), window.closed])
    window.close()
    await roster.windDown()
    window.dispose()
    this.#isOver = true
    if (this.#startedCount < this.#plannedCount) context.dropped(this.#plannedCount - this.#startedCount)
  }

  command(): void {
    // The numbers are fixed.
  }

  doneRatio(): number {
    if (this.#plannedCount === 0) return this.#isOver ? 1 : 0
    return this.#startedCount / this.#plannedCount
  }
}

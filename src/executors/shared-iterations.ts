import { once } from 'node:events'
import type { Range } from '../base/range.ts'
import type { ScenarioCommand } from '../plan/command.ts'
import type { SharedIterations } from '../plan/plan.ts'
import type { Executor, ExecutorContext } from './executor.ts'
import { GrantedIterations } from './granted-iterations.ts'
import { ScenarioWindow } from './scenario-window.ts'
import { VuRoster } from './vu-roster.ts'

/**
 * All VUs of all workers share a number of iterations: whoever is free takes the next. The coordinator grants numbers in
 * ranges; those granted but not started when the time is up count as dropped here, ungranted ones at the coordinator.
 */
export class SharedIterationsExecutor implements Executor {
  readonly #scenario: SharedIterations
  readonly #granted = new GrantedIterations()
  #roster: VuRoster | undefined
  #context: ExecutorContext | undefined
  #asking: Promise<void> | undefined
  #isExhausted = false
  #shareCount = 0
  #isOver = false
  #isComplete = false

  constructor(scenario: SharedIterations) {
    this.#scenario = scenario
  }

  async run(context: ExecutorContext): Promise<void> {
    const { vus, iterations, maxDurationMs, gracefulStopMs } = this.#scenario
    const localVus = context.stripe.localCount(vus)
    const numbers = context.stripe.instance.restripe(vus)
    this.#context = context
    this.#shareCount = context.stripe.restripe(vus)?.localCount(iterations) ?? 0
    const window = new ScenarioWindow(context, { regularMs: maxDurationMs, gracefulStopMs })
    const refill = async (): Promise<boolean> => {
      if (this.#granted.leftCount === 0) await Promise.race([this.#ask(context), window.closed])
      return this.#granted.leftCount > 0
    }
    const take = (): number | undefined => {
      const number = this.#granted.take()
      // Asks before the last ones are taken, so that VUs do not idle for a round trip.
      if (number !== undefined && this.#granted.leftCount < localVus) void this.#ask(context)
      return number === undefined ? undefined : numbers?.globalIndex(number)
    }
    const roster = new VuRoster({ context, window, source: { take, refill } })
    this.#roster = roster
    await window.opened()
    roster.setTarget(localVus)
    await Promise.race([roster.settled(), window.closed])
    window.close()
    await roster.windDown()
    if (this.#asking && !context.signal.aborted) await Promise.race([this.#asking, once(context.signal, 'abort')])
    window.dispose()
    this.#isOver = true
    this.#isComplete = this.#isExhausted && this.#granted.leftCount === 0 && !context.stopping.aborted && !context.signal.aborted
    this.#dropLeft(context)
  }

  command(command: ScenarioCommand): void {
    if (command.type === 'grant') this.#add(command.iterations)
  }

  doneRatio(): number {
    // Whoever is quick takes more than its share, so a share says only roughly how far we are.
    if (this.#isComplete) return 1
    return this.#shareCount === 0 ? 0 : Math.min(1, this.#granted.takenCount / this.#shareCount)
  }

  /** Asks for more numbers, one request at a time, until there are none. An answer that comes too late counts as dropped. */
  #ask(context: ExecutorContext): Promise<void> {
    if (this.#isExhausted) return Promise.resolve()
    this.#asking ??= context.wantIterations().then((ranges) => {
      this.#asking = undefined
      this.#isExhausted = ranges.length === 0
      this.#add(ranges)
    })
    return this.#asking
  }

  #add(ranges: readonly Range[]): void {
    this.#granted.add(ranges)
    if (this.#isOver && this.#context) this.#dropLeft(this.#context)
    else this.#roster?.wake()
  }

  #dropLeft(context: ExecutorContext): void {
    const count = this.#granted.clear()
    if (count > 0) context.dropped(count)
  }
}

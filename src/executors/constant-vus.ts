import type { ScenarioCommand } from '../plan/command.ts'
import type { ConstantVus } from '../plan/plan.ts'
import type { Executor, ExecutorContext } from './executor.ts'
import { endlessSource } from './iteration-source.ts'
import { ScenarioWindow } from './scenario-window.ts'
import { VuRoster } from './vu-roster.ts'

/** A fixed number of VUs loops back to back for a time. `scale` changes the number, a pause shifts the end. */
export class ConstantVusExecutor implements Executor {
  readonly #scenario: ConstantVus
  #run: { window: ScenarioWindow; roster: VuRoster; context: ExecutorContext } | undefined
  #vus: number

  constructor(scenario: ConstantVus) {
    this.#scenario = scenario
    this.#vus = scenario.vus
  }

  async run(context: ExecutorContext): Promise<void> {
    const { durationMs, gracefulStopMs } = this.#scenario
    const window = new ScenarioWindow(context, { regularMs: durationMs, gracefulStopMs })
    const roster = new VuRoster({ context, window, source: endlessSource(context.stripe) })
    await window.opened()
    this.#run = { window, roster, context }
    roster.setTarget(context.stripe.localCount(this.#vus))
    await window.closed
    await roster.windDown()
    window.dispose()
  }

  command(command: ScenarioCommand): void {
    if (command.type === 'pause') this.#run?.window.pause()
    if (command.type === 'resume') this.#run?.window.resume()
    if (command.type !== 'scale') return
    this.#vus = command.vus
    if (this.#run && !this.#run.window.isClosed) this.#run.roster.setTarget(this.#run.context.stripe.localCount(command.vus))
  }

  doneRatio(nowMs: number): number {
    return this.#run ? Math.min(1, this.#run.window.elapsedMs(nowMs) / this.#scenario.durationMs) : 0
  }
}

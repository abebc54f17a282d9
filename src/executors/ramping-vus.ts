import type { RampingVus } from '../plan/plan.ts'
import { gracefulSteps, rampSteps, stagesDurationMs, type VuStep } from '../plan/ramp-schedule.ts'
import type { Executor, ExecutorContext } from './executor.ts'
import { endlessSource } from './iteration-source.ts'
import { ScenarioWindow } from './scenario-window.ts'
import { VuRoster } from './vu-roster.ts'

/** The number of looping VUs follows stages. Who joined last leaves first, and has `gracefulRampDown` to finish an iteration. */
export class RampingVusExecutor implements Executor {
  readonly #scenario: RampingVus
  readonly #regularMs: number
  #window: ScenarioWindow | undefined

  constructor(scenario: RampingVus) {
    this.#scenario = scenario
    this.#regularMs = stagesDurationMs(scenario.stages)
  }

  async run(context: ExecutorContext): Promise<void> {
    const window = new ScenarioWindow(context, { regularMs: this.#regularMs, gracefulStopMs: this.#scenario.gracefulStopMs })
    const roster = new VuRoster({ context, window, source: endlessSource(context.stripe) })
    this.#window = window
    await window.opened()
    const ended = new AbortController()
    const following = this.#follow(context, roster, ended.signal)
    await window.closed
    await roster.windDown()
    ended.abort()
    await following
    window.dispose()
  }

  command(): void {
    // A ramp knows no pause and no other number of VUs than its own.
  }

  doneRatio(nowMs: number): number {
    if (this.#window === undefined || nowMs < this.#window.runTimeOf(0)) return 0
    return this.#regularMs === 0 ? 1 : Math.min(1, this.#window.elapsedMs(nowMs) / this.#regularMs)
  }

  /** Applies both staircases as their time comes, also after the regular end, until `ended`. */
  async #follow({ clock, startMs, stripe }: ExecutorContext, roster: VuRoster, ended: AbortSignal): Promise<void> {
    const { gracefulRampDownMs, gracefulStopMs } = this.#scenario
    const wanted = rampSteps(this.#scenario, stripe)
    const allowed = gracefulSteps(rampSteps(this.#scenario, stripe), {
      gracefulRampDownMs,
      endMs: this.#regularMs + gracefulStopMs,
    })
    for (const { step, isAllowance } of merged(wanted, allowed)) {
      try {
        while (clock.nowMs() < startMs + step.atMs) await clock.until(startMs + step.atMs, ended)
      } catch {
        return
      }
      if (ended.aborted) return
      if (isAllowance) roster.setAllowed(step.vus)
      else roster.setTarget(step.vus)
    }
  }
}

/** Both in order of time; what is wanted comes before what is allowed. */
function* merged(wanted: Iterator<VuStep>, allowed: Iterator<VuStep>): Generator<{ step: VuStep; isAllowance: boolean }> {
  let [nextWanted, nextAllowed] = [wanted.next(), allowed.next()]
  while (!nextWanted.done || !nextAllowed.done) {
    if (!nextWanted.done && (nextAllowed.done || nextWanted.value.atMs <= nextAllowed.value.atMs)) {
      yield { step: nextWanted.value, isAllowance: false }
      nextWanted = wanted.next()
    } else if (!nextAllowed.done) {
      yield { step: nextAllowed.value, isAllowance: true }
      nextAllowed = allowed.next()
    }
  }
}

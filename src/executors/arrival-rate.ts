import { type ArrivalSchedule, arrivalSchedule } from '../plan/arrival-schedule.ts'
import type { ScenarioCommand } from '../plan/command.ts'
import type { ConstantArrivalRate, RampingArrivalRate } from '../plan/plan.ts'
import type { Stripe } from '../plan/segment.ts'
import { ArrivalDesk } from './arrival-desk.ts'
import { Breather } from './breather.ts'
import type { Executor, ExecutorContext, Pacer } from './executor.ts'
import { ScenarioWindow } from './scenario-window.ts'

/**
 * The core of both open models: walks the schedule in absolute time, so lateness never adds up and no tick is skipped, and
 * hands each tick that is due to the desk. A pause shifts the rest of the schedule.
 */
export class ArrivalRateExecutor implements Executor {
  readonly #scenario: ConstantArrivalRate | RampingArrivalRate
  readonly #schedule: ArrivalSchedule
  #startMs = Number.POSITIVE_INFINITY
  #run: { window: ScenarioWindow; desk: ArrivalDesk; context: ExecutorContext } | undefined

  constructor(scenario: ConstantArrivalRate | RampingArrivalRate) {
    this.#scenario = scenario
    this.#schedule = arrivalSchedule(scenario)
  }

  async run(context: ExecutorContext): Promise<void> {
    this.#startMs = context.startMs
    // A worker without VUs of this scenario gets no ticks either.
    const ticks = context.stripe.restripe(this.#scenario.maxVus)
    if (ticks === undefined) return
    const window = new ScenarioWindow(context, {
      regularMs: this.#schedule.durationMs,
      gracefulStopMs: this.#scenario.gracefulStopMs,
    })
    const desk = new ArrivalDesk({ scenario: this.#scenario, context, window, ticks })
    await window.opened()
    this.#run = { window, desk, context }
    await this.#pace(this.#schedule, { context, window, desk, ticks }).catch((error: unknown) => desk.fail(error))
    await window.closed
    await desk.windDown()
    window.dispose()
  }

  command(command: ScenarioCommand): void {
    if (this.#run === undefined) return
    const { window, desk, context } = this.#run
    if (command.type === 'pause') window.pause()
    if (command.type === 'scale') desk.limitVus(context.stripe.localCount(command.maxVus))
    if (command.type !== 'resume') return
    window.resume()
    desk.serveWaiting()
  }

  doneRatio(nowMs: number): number {
    const elapsedMs = this.#run?.window.elapsedMs(nowMs) ?? nowMs - this.#startMs
    return elapsedMs < 0 ? 0 : Math.min(1, elapsedMs / Math.max(1, this.#schedule.durationMs))
  }

  /** Ends after the last tick. Ticks that fell due before the regular end are handed over even when we come late. */
  async #pace(
    pacer: Pacer,
    { context, window, desk, ticks }: { context: ExecutorContext; window: ScenarioWindow; desk: ArrivalDesk; ticks: Stripe },
  ): Promise<void> {
    const { clock, stopping, signal } = context
    const breather = new Breather()
    let tick = 0
    while (!stopping.aborted && !signal.aborted) {
      const dueMs = pacer.dueAtMs(ticks.globalIndex(tick))
      if (dueMs === undefined) return
      if (window.isPaused) {
        await window.whenResumed()
        continue
      }
      const dueAtMs = window.runTimeOf(dueMs)
      if (clock.nowMs() < dueAtMs) {
        if (window.isClosed) return
        desk.beginTurn()
        await window.waitUntil(dueAtMs)
        breather.hasTurned()
        continue
      }
      if (breather.isDue()) await breather.breathe()
      if (desk.start(dueAtMs)) {
        tick++
      } else if (desk.hasTurned) {
        desk.refuse()
        tick++
      } else {
        await desk.turn()
      }
    }
  }
}

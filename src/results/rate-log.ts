import type { ScenarioState } from '../metrics/snapshot.ts'
import type { ConstantArrivalRate, RampingArrivalRate, TestPlan } from '../plan/plan.ts'

/** How well an arrival-rate scenario kept its plan. */
export interface ReachedRate {
  readonly scenario: string
  /** Iterations that were due by the end. */
  readonly planned: number
  /** Iterations that started. */
  readonly started: number
  readonly dropped: number
  /** Share (0 to 1) of the scenario's seconds that ended with an idle VU. */
  readonly idleRatio: number
}

type ArrivalRate = ConstantArrivalRate | RampingArrivalRate

interface Account {
  readonly scenario: ArrivalRate
  last: ScenarioState | undefined
  seconds: number
  idleSeconds: number
}

/** Compares planned with started iterations. Feed it the merged states of each closed second. */
export class RateLog {
  readonly #accounts: ReadonlyMap<string, Account>

  constructor(plan: TestPlan) {
    const open = plan.scenarios.filter((scenario) => isArrivalRate(scenario))
    this.#accounts = new Map(open.map((scenario) => [scenario.name, { scenario, last: undefined, seconds: 0, idleSeconds: 0 }]))
  }

  add(states: readonly ScenarioState[]): void {
    for (const state of states) {
      const account = this.#accounts.get(state.scenario)
      if (!account) continue
      account.last = state
      if (state.doneRatio <= 0 || state.doneRatio >= 1) continue
      account.seconds += 1
      if (state.activeVus < state.initializedVus) account.idleSeconds += 1
    }
  }

  /** `stoppedAtMs`: run time after which nothing more was started. */
  reached(stoppedAtMs: number): readonly ReachedRate[] {
    return [...this.#accounts.values()].map(({ scenario, last, seconds, idleSeconds }) => ({
      scenario: scenario.name,
      planned: plannedStarts(scenario, stoppedAtMs - scenario.startTimeMs),
      started: last ? last.completed + last.interrupted + last.activeVus : 0,
      dropped: last?.dropped ?? 0,
      idleRatio: seconds === 0 ? 0 : idleSeconds / seconds,
    }))
  }
}

/** Whether the scenario starts iterations by a clock, whatever the target does. */
export function isArrivalRate(scenario: TestPlan['scenarios'][number]): scenario is ArrivalRate {
  return scenario.executor === 'constant-arrival-rate' || scenario.executor === 'ramping-arrival-rate'
}

/** Whole iterations due in the first `elapsedMs` of a scenario: the area under its rate. */
export function plannedStarts(scenario: ArrivalRate, elapsedMs: number): number {
  if (elapsedMs <= 0) return 0
  if (scenario.executor === 'constant-arrival-rate') {
    return Math.floor((scenario.rate * Math.min(elapsedMs, scenario.durationMs)) / scenario.timeUnitMs)
  }
  let area = 0
  let from = scenario.startRate
  let leftMs = elapsedMs
  for (const { target, durationMs } of scenario.stages) {
    const spentMs = Math.min(leftMs, durationMs)
    if (durationMs > 0) {
      const reached = from + ((target - from) * spentMs) / durationMs
      area += ((from + reached) / 2) * spentMs
    }
    from = target
    leftMs -= spentMs
    if (leftMs <= 0) break
  }
  return Math.floor(area / scenario.timeUnitMs)
}

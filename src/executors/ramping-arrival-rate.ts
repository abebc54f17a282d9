import type { RampingArrivalRate } from '../plan/plan.ts'
import { ArrivalRateExecutor } from './arrival-rate.ts'
import type { Executor } from './executor.ts'

/** Iterations start at a rate that follows stages, however long they take. */
export function rampingArrivalRate(scenario: RampingArrivalRate): Executor {
  return new ArrivalRateExecutor(scenario)
}

import type { ConstantArrivalRate } from '../plan/plan.ts'
import { ArrivalRateExecutor } from './arrival-rate.ts'
import type { Executor } from './executor.ts'

/** Iterations start at a fixed rate, however long they take. */
export function constantArrivalRate(scenario: ConstantArrivalRate): Executor {
  return new ArrivalRateExecutor(scenario)
}

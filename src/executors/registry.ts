import type { Scenario } from '../plan/plan.ts'
import { constantArrivalRate } from './constant-arrival-rate.ts'
import { ConstantVusExecutor } from './constant-vus.ts'
import type { Executor } from './executor.ts'
import { PerVuIterationsExecutor } from './per-vu-iterations.ts'
import { rampingArrivalRate } from './ramping-arrival-rate.ts'
import { RampingVusExecutor } from './ramping-vus.ts'
import { SharedIterationsExecutor } from './shared-iterations.ts'

/** The executor of a scenario; one for each run. */
export function createExecutor(scenario: Scenario): Executor {
  switch (scenario.executor) {
    case 'shared-iterations':
      return new SharedIterationsExecutor(scenario)
    case 'per-vu-iterations':
      return new PerVuIterationsExecutor(scenario)
    case 'constant-vus':
      return new ConstantVusExecutor(scenario)
    case 'ramping-vus':
      return new RampingVusExecutor(scenario)
    case 'constant-arrival-rate':
      return constantArrivalRate(scenario)
    case 'ramping-arrival-rate':
      return rampingArrivalRate(scenario)
  }
}

/** A duration: `'1m30s'`, `'250ms'`, or a number of milliseconds. */
export type Duration = string | number

export interface ScenarioCommon {
  /** Name of the exported function to run; `default` by default. */
  exec?: string
  startTime?: Duration
  /** How long running iterations may go on after the end; 30s by default. */
  gracefulStop?: Duration
  env?: Record<string, string>
  tags?: Record<string, string>
}
export interface StageOptions {
  duration: Duration
  target: number
}
export interface SharedIterationsOptions extends ScenarioCommon {
  vus?: number
  iterations?: number
  maxDuration?: Duration
}
export interface ConstantVusOptions extends ScenarioCommon {
  vus?: number
  duration: Duration
}
export interface RampingVusOptions extends ScenarioCommon {
  startVUs?: number
  stages: StageOptions[]
  gracefulRampDown?: Duration
}
export interface ArrivalRateCommon extends ScenarioCommon {
  timeUnit?: Duration
  preAllocatedVUs: number
  maxVUs?: number
  /** `queue` (default): a due iteration waits for a VU and keeps its due time. `drop`: it is dropped and counted. */
  whenBusy?: 'queue' | 'drop'
  /** Most iterations that may wait; by default 10 s of the peak rate and at least 1,000. */
  maxQueue?: number
}
export interface ConstantArrivalRateOptions extends ArrivalRateCommon {
  rate: number
  duration: Duration
}
export interface RampingArrivalRateOptions extends ArrivalRateCommon {
  startRate?: number
  stages: StageOptions[]
}

/** A scenario as it stands in `options.scenarios`. */
export type ScenarioOptions =
  | ({ executor: 'shared-iterations' | 'per-vu-iterations' } & SharedIterationsOptions)
  | ({ executor: 'constant-vus' } & ConstantVusOptions)
  | ({ executor: 'ramping-vus' } & RampingVusOptions)
  | ({ executor: 'constant-arrival-rate' } & ConstantArrivalRateOptions)
  | ({ executor: 'ramping-arrival-rate' } & RampingArrivalRateOptions)

/** Builders that name the executor and type its options; plain objects with `executor` do as well. */
export const scenario = {
  /** A number of iterations shared by all VUs. */
  sharedIterations: (options: SharedIterationsOptions) => ({ executor: 'shared-iterations', ...options }) as const,
  /** Each VU runs so many iterations. */
  perVuIterations: (options: SharedIterationsOptions) => ({ executor: 'per-vu-iterations', ...options }) as const,
  /** A fixed number of VUs loops for a time. */
  constantVus: (options: ConstantVusOptions) => ({ executor: 'constant-vus', ...options }) as const,
  /** The number of looping VUs follows stages. */
  rampingVus: (options: RampingVusOptions) => ({ executor: 'ramping-vus', ...options }) as const,
  /** Iterations start at a fixed rate, however slow the target is. */
  constantArrivalRate: (options: ConstantArrivalRateOptions) => ({ executor: 'constant-arrival-rate', ...options }) as const,
  /** Iterations start at a rate that follows stages. */
  rampingArrivalRate: (options: RampingArrivalRateOptions) => ({ executor: 'ramping-arrival-rate', ...options }) as const,
} satisfies Record<string, (options: never) => ScenarioOptions>

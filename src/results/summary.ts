import type { MetricDefinition, Tags } from '../metrics/definition.ts'
import type { TestPlan } from '../plan/plan.ts'

/** The machine-readable result (`--summary FILE`), schema version 1. Times in ms, data in bytes, ratios 0 to 1. */
export interface Summary {
  readonly schemaVersion: 1
  readonly run: {
    readonly id: string
    readonly script: string
    readonly startedAt: string
    readonly durationMs: number
    readonly status: RunStatus
    readonly partial: boolean
    readonly exitCode: number
    readonly seed: number
  }
  readonly plan: TestPlan
  readonly generator: GeneratorVerdict
  readonly metrics: Readonly<Record<string, MetricSummary>>
  /** Keyed `name{tag:value}`. */
  readonly submetrics: Readonly<Record<string, MetricSummary & { readonly tags: Tags }>>
  readonly thresholds: readonly ThresholdSummary[]
  readonly checks: readonly CheckSummary[]
  readonly groups: readonly {
    readonly path: string
    readonly count: number
    readonly durationMs: Readonly<Record<string, number>>
  }[]
  readonly monitors: Readonly<Record<string, MetricSummary>>
  /** Things the reader must know, worst first, each a sentence. */
  readonly notes: readonly string[]
}

export type RunStatus = 'passed' | 'failed' | 'aborted' | 'error'

export interface MetricSummary {
  readonly type: MetricDefinition['type']
  readonly contains: MetricDefinition['contains']
  /** counter {count, rate}; gauge {value, min, max}; rate {rate, passes, fails}; trend {count, sum, min, max, avg, med, "p(90)", …}. */
  readonly values: Readonly<Record<string, number>>
  /** Quantiles of `values` that have too few samples to be trusted, such as "p(99)". Trends only. */
  readonly insufficient?: readonly string[]
}

export interface ThresholdSummary {
  /** `http_req_duration` or `http_req_duration{status:200}`. */
  readonly metric: string
  readonly source: string
  readonly ok: boolean
  /** `undefined` when there was no data. */
  readonly value: number | undefined
  readonly noData: boolean
  /** It stopped the run. */
  readonly aborted: boolean
}

export interface CheckSummary {
  readonly name: string
  readonly group: string
  readonly passes: number
  readonly fails: number
}

export interface GeneratorVerdict {
  /** `limited`: the throughput is ours, not the target's. `unreliable`: the latency is ours. */
  readonly verdict: 'ok' | 'limited' | 'unreliable'
  readonly reasons: readonly string[]
  readonly workers: number
  /** Mean over the run of the busiest worker's share of the CPU it may use. */
  readonly cpuRatio: number
  readonly loopDelayMsP99: number
  /** Iterations that started over 10 ms late although a VU was idle. */
  readonly lateStarts: number
  /** Users missing from the percentiles; `undefined` without drops. */
  readonly censored: { readonly dropped: number; readonly ratio: number } | undefined
}

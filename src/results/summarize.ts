import { builtin } from '../metrics/definition.ts'
import { formatSelector } from '../metrics/selector.ts'
import { type Series, seriesKey, type Totals } from '../metrics/totals.ts'
import type { TestPlan } from '../plan/plan.ts'
import { type MetricSummaryOptions, summarizeSeries, trendValues } from './metric-summary.ts'
import { redactPlan } from './redact-plan.ts'
import type { RunHeader } from './run-outcome.ts'
import type { CheckSummary, GeneratorVerdict, MetricSummary, RunStatus, Summary, ThresholdSummary } from './summary.ts'

export interface SummaryInput {
  readonly header: RunHeader
  readonly totals: Totals
  /** From the run's zero to the end of its last iteration. */
  readonly durationMs: number
  readonly status: RunStatus
  readonly partial: boolean
  readonly exitCode: number
  readonly thresholds: readonly ThresholdSummary[]
  readonly generator: GeneratorVerdict
  readonly notes: readonly string[]
}

/** The result of a run in numbers. Secrets of the plan are left out, so it may be stored and shown. */
export function summarize(input: SummaryInput): Summary {
  const { header, totals, durationMs } = input
  const { plan } = header
  const options = { durationMs, extraTrendStats: plan.summaryTrendStats }
  return {
    schemaVersion: 1,
    run: {
      id: header.runId,
      script: header.script,
      startedAt: new Date(header.startedAtEpochMs).toISOString(),
      durationMs,
      status: input.status,
      partial: input.partial,
      exitCode: input.exitCode,
      seed: plan.seed,
    },
    plan: redactPlan(plan),
    generator: input.generator,
    metrics: rootMetrics(totals, options),
    submetrics: submetrics(totals, plan, options),
    thresholds: input.thresholds,
    checks: checksOf(totals),
    groups: groupsOf(totals, plan),
    monitors: {},
    notes: input.notes,
  }
}

function rootMetrics(totals: Totals, options: MetricSummaryOptions): Summary['metrics'] {
  const summaries = totals.metrics().flatMap(({ name }): [string, MetricSummary][] => {
    const series = totals.get(name)
    const summary = series && summarizeSeries(series, options)
    return summary ? [[name, summary]] : []
  })
  return Object.fromEntries(summaries)
}

/** Every part of a metric that has a series of its own; checks and groups have their own lists, unless a threshold names one. */
function submetrics(totals: Totals, plan: TestPlan, options: MetricSummaryOptions): Summary['submetrics'] {
  const asked = new Map(
    plan.thresholds.map(({ metric, selector }) => [seriesKey(metric, selector), formatSelector(metric, selector)]),
  )
  const summaries = [...totals.series()].flatMap((series) => {
    const { metric, tags } = series
    const askedName = asked.get(seriesKey(metric.name, tags))
    // A break-down by error has a part without any error, which says nothing of its own.
    if (Object.values(tags).every((value) => value === '') || (askedName === undefined && isBreakdown(series))) return []
    const summary = summarizeSeries(series, options)
    return summary ? [[askedName ?? formatSelector(metric.name, tags), { ...summary, tags }] as const] : []
  })
  return Object.fromEntries(summaries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function isBreakdown(series: Series): boolean {
  return isCheck(series) || isGroup(series)
}

function isCheck({ metric, tags }: Series): boolean {
  return metric.name === builtin.checks.name && hasExactly(tags, ['check', 'group'])
}

function isGroup({ metric, tags }: Series): boolean {
  return metric.name === builtin.groupDuration.name && hasExactly(tags, ['group'])
}

function hasExactly(tags: Series['tags'], keys: readonly string[]): boolean {
  return Object.keys(tags).length === keys.length && keys.every((key) => Object.hasOwn(tags, key))
}

/** In the order in which the checks were first seen. */
function checksOf(totals: Totals): readonly CheckSummary[] {
  return [...totals.series(builtin.checks.name)].flatMap((series) => {
    if (series.type !== 'rate' || !isCheck(series)) return []
    const { tags, trueCount, count } = series
    return [{ name: tags['check'] ?? '', group: tags['group'] ?? '', passes: trueCount, fails: count - trueCount }]
  })
}

function groupsOf(totals: Totals, plan: TestPlan): Summary['groups'] {
  return [...totals.series(builtin.groupDuration.name)].flatMap((series) => {
    if (series.type !== 'trend' || !isGroup(series) || series.histogram.count === 0) return []
    const { count, ...durationMs } = trendValues(series.histogram, plan.summaryTrendStats)
    return [{ path: series.tags['group'] ?? '', count: count ?? 0, durationMs }]
  })
}

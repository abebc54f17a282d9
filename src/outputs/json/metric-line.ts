import { builtin, type MetricDefinition, type Tags } from '../../metrics/definition.ts'
import type { TestPlan } from '../../plan/plan.ts'

interface SubmetricJson {
  readonly name: string
  readonly suffix: string
  readonly tags: Tags
}

/** The line that introduces a metric before its first sample, with its thresholds and the sub-metrics that the plan asks for. */
export function metricLine(metric: MetricDefinition, plan: TestPlan): string {
  const { name, type, contains } = metric
  const thresholds = plan.thresholds
    .filter((threshold) => threshold.metric === name && Object.keys(threshold.selector).length === 0)
    .map((threshold) => threshold.source)
  const submetrics = submetricsOf(name, plan)
  const data = { name, type, contains, thresholds, submetrics: submetrics.length === 0 ? null : submetrics }
  return `${JSON.stringify({ type: 'Metric', data, metric: name })}\n`
}

function submetricsOf(metric: string, plan: TestPlan): readonly SubmetricJson[] {
  const selectors = plan.thresholds
    .filter((threshold) => threshold.metric === metric && Object.keys(threshold.selector).length > 0)
    .map((threshold) => threshold.selector)
  // k6 always keeps this one, so readers of these files expect it.
  if (metric === builtin.httpReqDuration.name && plan.systemTags.includes('expected_response'))
    selectors.push({ expected_response: 'true' })
  const bySuffix = new Map(selectors.map((tags) => [suffixOf(tags), tags]))
  return [...bySuffix].map(([suffix, tags]) => ({ name: `${metric}{${suffix}}`, suffix, tags }))
}

function suffixOf(tags: Tags): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}:${value}`)
    .join(',')
}

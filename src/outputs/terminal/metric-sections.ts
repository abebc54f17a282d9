import { builtin, type MetricDefinition } from '../../metrics/definition.ts'
import type { MetricSummary, Summary } from '../../results/summary.ts'

export interface MetricRow {
  /** The metric's name, or `{tag:value}` for a part of the metric above it. */
  readonly name: string
  readonly isPart: boolean
  readonly metric: MetricSummary
}

export interface MetricSection {
  readonly title: string
  readonly rows: readonly MetricRow[]
}

/** Where the engine's own metrics stand; those that are in no list have a place of their own in the summary, or are details. */
const builtinSections: readonly { readonly title: string; readonly metrics: readonly MetricDefinition[] }[] = [
  { title: 'HTTP', metrics: [builtin.httpReqDuration, builtin.httpReqResponseTime, builtin.httpReqFailed, builtin.httpReqs] },
  {
    title: 'EXECUTION',
    metrics: [
      builtin.iterationDuration,
      builtin.iterationResponseTime,
      builtin.iterations,
      builtin.iterationErrors,
      builtin.interruptedIterations,
      builtin.droppedIterations,
      builtin.vus,
      builtin.vusMax,
    ],
  },
  { title: 'NETWORK', metrics: [builtin.dataReceived, builtin.dataSent] },
]

const builtinNames: ReadonlySet<string> = new Set(Object.values(builtin).map(({ name }) => name))

/** The user's own metrics first, then the engine's by section; sections without metrics are left out. */
export function metricSections(summary: Summary): readonly MetricSection[] {
  const custom = Object.keys(summary.metrics)
    .filter((name) => !builtinNames.has(name))
    .sort()
  const sections = [
    { title: 'CUSTOM', names: custom },
    ...builtinSections.map(({ title, metrics }) => ({ title, names: metrics.map(({ name }) => name) })),
  ]
  return sections
    .map(({ title, names }) => ({ title, rows: names.flatMap((name) => rowsOf(name, summary)) }))
    .filter(({ rows }) => rows.length > 0)
}

function rowsOf(name: string, summary: Summary): MetricRow[] {
  const metric = summary.metrics[name]
  if (!metric) return []
  const parts = Object.entries(summary.submetrics)
    .filter(([key, part]) => key.startsWith(`${name}{`) && isWorthARow(key, part, summary))
    .map(([key, part]) => ({ name: key.slice(name.length), isPart: true, metric: part }))
  return [{ name, isPart: false, metric }, ...parts]
}

/** A part that a threshold judges is shown; one that says the same as the whole, or that has a line of its own, is not. */
function isWorthARow(key: string, part: Summary['submetrics'][string], summary: Summary): boolean {
  if (summary.thresholds.some((threshold) => threshold.metric === key)) return true
  const name = key.slice(0, key.indexOf('{'))
  const keys = Object.keys(part.tags)
  if (name === builtin.httpReqs.name && (keys.includes('status') || keys.includes('error'))) return false
  return JSON.stringify(part.values) !== JSON.stringify(summary.metrics[name]?.values)
}

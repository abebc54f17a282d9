import { minimumCountOf } from '../../results/metric-summary.ts'
import type { MetricSummary, Summary, ThresholdSummary } from '../../results/summary.ts'
import { formatNumber, formatRatio, formatValue } from './format.ts'
import type { Style } from './style.ts'
import { neutralised, padded, widthOf } from './text.ts'

/** Every threshold with its value, by metric, parts of a metric below it. */
export function thresholdLines(summary: Summary, style: Style): string[] {
  const byMetric = new Map<string, ThresholdSummary[]>()
  for (const threshold of summary.thresholds)
    byMetric.set(threshold.metric, [...(byMetric.get(threshold.metric) ?? []), threshold])
  const names = [...byMetric.keys()].sort((a, b) => (a < b ? -1 : 1))
  return names.flatMap((name) => {
    const thresholds = byMetric.get(name) ?? []
    const sourceColumns = Math.max(...thresholds.map(({ source }) => widthOf(neutralised(source))))
    return [`    ${neutralised(name)}`, ...thresholds.map((threshold) => line(threshold, summary, { style, sourceColumns }))]
  })
}

function line(
  threshold: ThresholdSummary,
  summary: Summary,
  { style, sourceColumns }: { style: Style; sourceColumns: number },
): string {
  const mark = threshold.ok ? style.good('✓') : style.bad('✗')
  const value = threshold.noData ? style.doubtful('no data') : style.value(thresholdValueText(threshold, summary))
  const stopped = threshold.aborted ? style.bad('  stopped the run') : ''
  return `      ${mark} ${padded(neutralised(threshold.source), sourceColumns)}  ${value}${stopped}`
}

/** `p(95)=1.53ms`; `p(95)≈12ms (n=20 < 59)` where there were too few samples. */
export function thresholdValueText(threshold: ThresholdSummary, summary: Summary): string {
  const { value, metric } = threshold
  if (value === undefined) return 'no data'
  const stat = /^[^<>=!]*/.exec(threshold.source)?.[0].trim() ?? ''
  const measured: MetricSummary | undefined = summary.submetrics[metric] ?? summary.metrics[metric]
  const text = measured ? statText(value, stat, measured, summary) : formatNumber(value)
  const sampleCount = measured?.values['count'] ?? 0
  return measured?.insufficient?.includes(stat)
    ? `${stat}≈${text} (n=${sampleCount} < ${minimumCountOf(stat)})`
    : `${stat}=${text}`
}

function statText(value: number, stat: string, { type, contains }: MetricSummary, { plan }: Summary): string {
  if (type === 'rate') return formatRatio(value)
  if (stat === 'rate') return `${formatValue(value, contains)}/s`
  if (stat === 'count' && type === 'trend') return formatNumber(value)
  return formatValue(value, contains, plan.summaryTimeUnit)
}

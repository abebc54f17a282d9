import type { MetricDefinition } from '../metrics/definition.ts'
import type { Histogram } from '../metrics/histogram.ts'
import type { Totals } from '../metrics/totals.ts'

/** All samples of a trend; `undefined` when there were none. */
export function histogramOf(totals: Totals, metric: MetricDefinition): Histogram | undefined {
  const series = totals.get(metric.name)
  return series?.type === 'trend' && series.histogram.count > 0 ? series.histogram : undefined
}

/** The sum of a counter; 0 when there were no samples. */
export function sumOf(totals: Totals, metric: MetricDefinition): number {
  const series = totals.get(metric.name)
  return series?.type === 'counter' ? series.sum : 0
}

import type { Histogram } from '../metrics/histogram.ts'
import { minimumCountFor } from '../metrics/quantile-interval.ts'
import type { Series } from '../metrics/totals.ts'
import type { MetricSummary } from './summary.ts'

export interface MetricSummaryOptions {
  /** Length of the run, for the rates of counters. */
  readonly durationMs: number
  /** Trend values beside the usual ones, such as `p(99.99)`; what is not known is left out. */
  readonly extraTrendStats: readonly string[]
}

const usualTrendStats = ['count', 'sum', 'min', 'max', 'avg', 'med', 'p(90)', 'p(95)', 'p(99)', 'p(99.9)']

/** The values of one series; `undefined` for ledgers, which are settled elsewhere, and for trends without samples. */
export function summarizeSeries(series: Series, options: MetricSummaryOptions): MetricSummary | undefined {
  const { type, contains } = series.metric
  switch (series.type) {
    case 'counter': {
      const rate = options.durationMs > 0 ? series.sum / (options.durationMs / 1000) : 0
      return { type, contains, values: { count: series.sum, rate } }
    }
    case 'gauge':
      return { type, contains, values: { value: series.value, min: series.min, max: series.max } }
    case 'rate': {
      const rate = series.count > 0 ? series.trueCount / series.count : 0
      return { type, contains, values: { rate, passes: series.trueCount, fails: series.count - series.trueCount } }
    }
    case 'trend': {
      if (series.histogram.count === 0) return undefined
      const values = trendValues(series.histogram, options.extraTrendStats)
      const insufficient = Object.keys(values).filter((stat) => series.histogram.count < minimumCountOf(stat))
      return insufficient.length > 0 ? { type, contains, values, insufficient } : { type, contains, values }
    }
    case 'ledger':
      return undefined
  }
}

/** Statistics of a trend by their names: `count`, `avg`, `p(95)`, … */
export function trendValues(histogram: Histogram, extraStats: readonly string[]): Readonly<Record<string, number>> {
  const stats = new Set([...usualTrendStats, ...extraStats])
  const values = [...stats].map((stat) => [stat, trendValue(histogram, stat)] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Record<string, number>
}

/** Samples that a statistic of a trend needs to be trusted: 59 for `p(95)`; 0 for what is not a quantile. */
export function minimumCountOf(stat: string): number {
  const q = quantileOf(stat)
  return q === undefined || q <= 0 || q >= 1 ? 0 : minimumCountFor(q)
}

function trendValue(histogram: Histogram, stat: string): number | undefined {
  switch (stat) {
    case 'count':
      return histogram.count
    case 'sum':
      return histogram.sum
    case 'min':
      return histogram.min
    case 'max':
      return histogram.max
    case 'avg':
      return histogram.mean
    default: {
      const q = quantileOf(stat)
      return q === undefined ? undefined : histogram.quantile(q)
    }
  }
}

function quantileOf(stat: string): number | undefined {
  if (stat === 'med') return 0.5
  const percent = /^p\((\d+(?:\.\d+)?)\)$/.exec(stat)?.[1]
  return percent === undefined || Number(percent) > 100 ? undefined : Number(`${percent}e-2`)
}

import type { MetricsModule } from '../metrics.ts'
import { outsideRun } from './outside-run.ts'

export type { CustomMetric, MetricUnit } from '../metrics.ts'

export const Counter: MetricsModule['Counter'] = outsideRun('Counter')
export const Gauge: MetricsModule['Gauge'] = outsideRun('Gauge')
export const Rate: MetricsModule['Rate'] = outsideRun('Rate')
export const Trend: MetricsModule['Trend'] = outsideRun('Trend')

import type { WhenBusy } from './plan.ts'

/** Defaults that differ by script family. */
export interface PlanDialect {
  /** What an arrival-rate scenario does with a due iteration when no VU is idle. */
  readonly whenBusy: WhenBusy
  readonly userAgent: string
  /** A threshold over a metric without samples is judged as if it had zeros, instead of failing. */
  readonly isNoDataAPass: boolean
  /** Defaults to avg, min, med, max, p(90), p(95). */
  readonly summaryTrendStats?: readonly string[]
}

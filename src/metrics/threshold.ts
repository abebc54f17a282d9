import { exitCode } from '../base/exit-code.ts'
import { UserError } from '../base/user-error.ts'
import type { MetricDefinition, MetricType, Tags } from './definition.ts'
import { formatSelector } from './selector.ts'
import type { Series } from './totals.ts'

export type Aggregate = 'count' | 'rate' | 'value' | 'avg' | 'min' | 'max' | 'med' | 'percentile'
export type Operator = '<' | '<=' | '>' | '>=' | '==' | '===' | '!='

/** `p(95)<300` taken apart. */
export interface ThresholdExpression {
  readonly aggregate: Aggregate
  /** Of a percentile, 0 to 1. */
  readonly quantile: number | undefined
  readonly operator: Operator
  readonly bound: number
}

/** What a threshold says about itself; the plan's thresholds are of this shape. */
export interface ThresholdSpec {
  readonly metric: string
  /** `{}` is the whole metric. */
  readonly selector: Tags
  readonly source: string
  readonly abortOnFail: boolean
  readonly delayAbortEvalMs: number
  readonly isOptional: boolean
  readonly windowMs: number | undefined
}

const aggregates: Readonly<Record<MetricType, readonly Aggregate[]>> = {
  counter: ['count', 'rate'],
  gauge: ['value'],
  rate: ['rate'],
  trend: ['avg', 'min', 'max', 'med', 'percentile'],
  ledger: [],
}

const grammar =
  /^\s*(?:(count|rate|value|avg|min|max|med)|p\(\s*(\d+(?:\.\d+)?)\s*\))\s*(<=|>=|===|==|!=|<|>)\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*$/

/** Parses `<aggregate> <operator> <number>`. Throws UserError THRESHOLD_MALFORMED. */
export function parseThreshold(source: string): ThresholdExpression {
  const match = grammar.exec(source)
  // By its decimal exponent: 99.9 / 100 is not the float64 nearest to 0.999.
  const quantile = match?.[2] === undefined ? undefined : Number(`${match[2]}e-2`)
  if (!match || (quantile !== undefined && quantile > 1)) throw malformed(source)
  return {
    aggregate: (match[1] ?? 'percentile') as Aggregate,
    quantile,
    operator: match[3] as Operator,
    bound: Number(match[4]),
  }
}

/**
 * Checks syntax, metric and aggregate of each threshold. Throws for the first that is wrong: THRESHOLD_MALFORMED,
 * THRESHOLD_METRIC_UNKNOWN or THRESHOLD_AGGREGATE_UNSUPPORTED.
 */
export function validateThresholds(
  thresholds: readonly Pick<ThresholdSpec, 'metric' | 'selector' | 'source'>[],
  metrics: readonly MetricDefinition[],
): void {
  for (const { source } of thresholds) parseThreshold(source)
  for (const { metric: name, selector, source } of thresholds) {
    const metric = metrics.find((each) => each.name === name)
    if (!metric) throw unknownMetric(name, metrics)
    const allowed = aggregates[metric.type]
    if (!allowed.includes(parseThreshold(source).aggregate))
      throw unsupported({ where: formatSelector(name, selector), source, metric })
  }
}

/** Whether `value` satisfies the expression. */
export function holds({ operator, bound }: ThresholdExpression, value: number): boolean {
  switch (operator) {
    case '<':
      return value < bound
    case '<=':
      return value <= bound
    case '>':
      return value > bound
    case '>=':
      return value >= bound
    case '==':
    case '===':
      return value === bound
    case '!=':
      return value !== bound
  }
}

/** The judged number; `undefined` when the series has no samples. A counter's rate is per second of `elapsedMs`. */
export function aggregateOf(expression: ThresholdExpression, series: Series, elapsedMs: number): number | undefined {
  switch (series.type) {
    case 'counter':
      if (expression.aggregate === 'count') return series.sum
      return elapsedMs > 0 ? series.sum / (elapsedMs / 1000) : 0
    case 'gauge':
      return series.value
    case 'rate':
      return series.count === 0 ? undefined : series.trueCount / series.count
    case 'trend':
      return series.histogram.count === 0 ? undefined : trendAggregate(expression, series)
    case 'ledger':
      return undefined
  }
}

function trendAggregate({ aggregate, quantile }: ThresholdExpression, { histogram }: Extract<Series, { type: 'trend' }>): number {
  if (aggregate === 'avg') return histogram.mean
  if (aggregate === 'min') return histogram.min
  if (aggregate === 'max') return histogram.max
  return histogram.quantile(quantile ?? 0.5)
}

function malformed(source: string): UserError {
  const hasUnit = /\d\s*(?:ms|s|us|µs|m|%|kb|mb)\s*$/i.test(source)
  return new UserError(
    'THRESHOLD_MALFORMED',
    `failed parsing threshold expression "${source}"; reason: malformed threshold expression`,
    {
      hint: hasUnit
        ? 'write the number without its unit: times are in milliseconds, data in bytes, rates from 0 to 1'
        : "write  'p(95)<300',  'rate>0.99',  'count>=100'  or  'value<5': one aggregate, one comparison, one number",
      exitCode: exitCode.invalidConfig,
    },
  )
}

function unknownMetric(name: string, metrics: readonly MetricDefinition[]): UserError {
  const near = nearest(name, metrics)
  return new UserError(
    'THRESHOLD_METRIC_UNKNOWN',
    `invalid threshold defined on ${name}; reason: no metric name "${name}" found`,
    {
      hint: near
        ? `did you mean "${near}"?`
        : "use a built-in metric, or define yours at the top of the script:  new Trend('name')",
      exitCode: exitCode.invalidConfig,
    },
  )
}

function unsupported({ where, source, metric }: { where: string; source: string; metric: MetricDefinition }): UserError {
  const names = aggregates[metric.type].map((each) => (each === 'percentile' ? 'p(N)' : each)).join(', ')
  return new UserError(
    'THRESHOLD_AGGREGATE_UNSUPPORTED',
    `invalid threshold "${source}" defined on ${where}; reason: a ${metric.type} has no such aggregate`,
    {
      hint: names === '' ? `a ${metric.type} cannot be judged` : `a ${metric.type} has ${names}`,
      exitCode: exitCode.invalidConfig,
    },
  )
}

/** The metric whose name is at most a third of its letters away. */
function nearest(name: string, metrics: readonly MetricDefinition[]): string | undefined {
  const ranked = metrics
    .map((metric) => ({ name: metric.name, distance: editDistance(name, metric.name) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= best.name.length / 3 ? best.name : undefined
}

/** Levenshtein distance, row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}

import { describe, expect, test } from 'vitest'
import { UserError } from '../base/user-error.ts'
import { builtin, type MetricDefinition } from './definition.ts'
import { Histogram } from './histogram.ts'
import { aggregateOf, holds, parseThreshold, validateThresholds } from './threshold.ts'

const metrics: readonly MetricDefinition[] = [
  ...Object.values(builtin),
  { name: 'my_ledger', type: 'ledger', contains: 'default' },
]

test.each([
  ['p(95)<300', { aggregate: 'percentile', quantile: 0.95, operator: '<', bound: 300 }],
  ['p(99.9) <= 1e3', { aggregate: 'percentile', quantile: 0.999, operator: '<=', bound: 1000 }],
  [' rate > .99 ', { aggregate: 'rate', quantile: undefined, operator: '>', bound: 0.99 }],
  ['count>=100', { aggregate: 'count', quantile: undefined, operator: '>=', bound: 100 }],
  ['value==-5', { aggregate: 'value', quantile: undefined, operator: '==', bound: -5 }],
  ['med===1.5', { aggregate: 'med', quantile: undefined, operator: '===', bound: 1.5 }],
  ['avg!=0', { aggregate: 'avg', quantile: undefined, operator: '!=', bound: 0 }],
  ['p(0)<1', { aggregate: 'percentile', quantile: 0, operator: '<', bound: 1 }],
  ['p(100)<1', { aggregate: 'percentile', quantile: 1, operator: '<', bound: 1 }],
])('%s', (source, expression) => {
  expect(parseThreshold(source)).toEqual(expression)
})

test.each([
  '',
  'p(95)<',
  '<5',
  'p95<5',
  'p()<5',
  'p(101)<5',
  'p(-1)<5',
  'avg=5',
  'avg=>5',
  'foo<5',
  'avg<five',
  'avg<5 && max<6',
  'avg<5<6',
  'AVG<5',
  'sum<5',
])('"%s" is malformed', (source) => {
  const parse = (): unknown => parseThreshold(source)
  expect(parse).toThrow(UserError)
  expect(parse).toThrow(`failed parsing threshold expression "${source}"; reason: malformed threshold expression`)
  expect(parse).toThrow(expect.objectContaining({ code: 'THRESHOLD_MALFORMED', exitCode: 104 }))
})

test('a number with a unit gets a hint about units', () => {
  expect(() => parseThreshold('p(95)<300ms')).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('without its unit') }),
  )
})

describe('validation', () => {
  const threshold = (metric: string, source: string): { metric: string; selector: Record<string, string>; source: string } => ({
    metric,
    selector: { a: 'b' },
    source,
  })

  test.each([
    ['http_reqs', 'count>1'],
    ['http_reqs', 'rate>1'],
    ['vus', 'value>1'],
    ['checks', 'rate>0.9'],
    ['http_req_duration', 'p(99)<1'],
    ['http_req_duration', 'med<1'],
  ])('%s may be judged by %s', (metric, source) => {
    expect(() => validateThresholds([threshold(metric, source)], metrics)).not.toThrow()
  })

  test.each([
    ['http_reqs', 'value>1', 'a counter has count, rate'],
    ['vus', 'rate>1', 'a gauge has value'],
    ['checks', 'count>1', 'a rate has rate'],
    ['http_req_duration', 'rate<1', 'a trend has avg, min, max, med, p(N)'],
    ['my_ledger', 'count<1', 'a ledger cannot be judged'],
  ])('%s cannot be judged by %s: %s', (metric, source, hint) => {
    const validate = (): void => validateThresholds([threshold(metric, source)], metrics)
    expect(validate).toThrow(`invalid threshold "${source}" defined on ${metric}{a:b}`)
    expect(validate).toThrow(expect.objectContaining({ code: 'THRESHOLD_AGGREGATE_UNSUPPORTED', exitCode: 104, hint }))
  })

  test.each([
    ['nope', "use a built-in metric, or define yours at the top of the script:  new Trend('name')"],
    ['http_request_duration', 'did you mean "http_req_duration"?'],
    ['htp_reqs', 'did you mean "http_reqs"?'],
  ])('there is no metric %s: %s', (metric, hint) => {
    const validate = (): void => validateThresholds([threshold(metric, 'p(95)<1')], metrics)
    expect(validate).toThrow(`invalid threshold defined on ${metric}; reason: no metric name "${metric}" found`)
    expect(validate).toThrow(expect.objectContaining({ code: 'THRESHOLD_METRIC_UNKNOWN', exitCode: 104, hint }))
  })
})

test.each([
  ['<', [true, false, false]],
  ['<=', [true, true, false]],
  ['>', [false, false, true]],
  ['>=', [false, true, true]],
  ['==', [false, true, false]],
  ['===', [false, true, false]],
  ['!=', [true, false, true]],
])('1, 2 and 3 %s 2', (operator, expected) => {
  expect([1, 2, 3].map((value) => holds(parseThreshold(`avg${operator}2`), value))).toEqual(expected)
})

test.each([
  ['avg<1', 3],
  ['min<1', 1],
  ['max<1', 7],
  ['med<1', 2],
  ['p(50)<1', 2],
  ['p(75)<1', 3.25],
])('of the trend 1 2 2 7, %s judges %d', (source, value) => {
  const histogram = new Histogram()
  for (const each of [1, 2, 7, 2]) histogram.record(each)
  const series = { metric: builtin.httpReqDuration, tags: {}, type: 'trend' as const, histogram }
  expect(aggregateOf(parseThreshold(source), series, 1000)).toBe(value)
})

test.each([
  ['count<1', 30, 4000, 30],
  ['rate<1', 30, 4000, 7.5],
  ['rate<1', 30, 0, 0],
])('of a counter, %s with sum %d after %d ms judges %d', (source, sum, elapsedMs, value) => {
  const series = { metric: builtin.httpReqs, tags: {}, type: 'counter' as const, sum }
  expect(aggregateOf(parseThreshold(source), series, elapsedMs)).toBe(value)
})

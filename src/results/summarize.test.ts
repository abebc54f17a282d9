import { expect, test } from 'vitest'
import { builtin, type Tags } from '../metrics/definition.ts'
import { Histogram } from '../metrics/histogram.ts'
import type { SeriesDelta } from '../metrics/snapshot.ts'
import { Totals } from '../metrics/totals.ts'
import type { ThresholdPlan } from '../plan/plan.ts'
import { exampleHeader, examplePlan, exampleSummary } from './example-run.conformance.ts'
import { summarize } from './summarize.ts'
import type { Summary } from './summary.ts'

function trend(values: readonly number[], tags: Tags = {}, metric = builtin.httpReqDuration): SeriesDelta {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return { metric, tags, type: 'trend', histogram: histogram.toDelta() }
}

function check(name: string, group: string, trueCount: number, count: number): SeriesDelta {
  return { metric: builtin.checks, tags: { check: name, group }, type: 'rate', trueCount, count }
}

function threshold(metric: string, selector: Tags): ThresholdPlan {
  return { metric, selector, source: 'count>0', abortOnFail: false, delayAbortEvalMs: 0, isOptional: false, windowMs: undefined }
}

function summaryOf(deltas: readonly SeriesDelta[], plan = examplePlan()): Summary {
  const totals = new Totals()
  totals.add(deltas)
  return summarize({
    header: exampleHeader({ plan }),
    totals,
    durationMs: 4000,
    status: 'passed',
    partial: false,
    exitCode: 0,
    thresholds: [],
    generator: exampleSummary().generator,
    notes: ['a note'],
  })
}

test('counters have their rate over the duration, gauges their range, rates their two counts', () => {
  const { metrics } = summaryOf([
    { metric: builtin.httpReqs, tags: {}, type: 'counter', sum: 10 },
    { metric: builtin.vus, tags: {}, type: 'gauge', value: 3, min: 1, max: 5, atMs: 0 },
    { metric: builtin.httpReqFailed, tags: {}, type: 'rate', trueCount: 1, count: 4 },
  ])
  expect(metrics).toEqual({
    http_reqs: { type: 'counter', contains: 'default', values: { count: 10, rate: 2.5 } },
    vus: { type: 'gauge', contains: 'default', values: { value: 3, min: 1, max: 5 } },
    http_req_failed: { type: 'rate', contains: 'default', values: { rate: 0.25, passes: 1, fails: 3 } },
  })
})

test('a trend has its values, and names the quantiles with too few samples', () => {
  const { metrics } = summaryOf([trend([1, 2, 3, 4, 5, 6])])
  expect(metrics['http_req_duration']).toEqual({
    type: 'trend',
    contains: 'time',
    values: {
      count: 6,
      sum: 21,
      min: 1,
      max: 6,
      avg: 3.5,
      med: 3.5,
      'p(90)': 5.5,
      'p(95)': expect.closeTo(5.75, 6) as number,
      'p(99)': expect.closeTo(5.95, 6) as number,
      'p(99.9)': expect.closeTo(5.995, 6) as number,
    },
    insufficient: ['p(90)', 'p(95)', 'p(99)', 'p(99.9)'],
  })
})

test('quantiles that the options ask for come with the usual ones', () => {
  const { metrics } = summaryOf([trend([1])], examplePlan({ summaryTrendStats: ['avg', 'p(99.99)', 'count', 'nonsense'] }))
  expect(Object.keys(metrics['http_req_duration']?.values ?? {})).toContain('p(99.99)')
  expect(Object.keys(metrics['http_req_duration']?.values ?? {})).not.toContain('nonsense')
})

test('enough samples leave no quantile in doubt', () => {
  const { metrics } = summaryOf([trend(Array.from({ length: 3000 }, (_, value) => value))])
  expect(metrics['http_req_duration']?.insufficient).toBeUndefined()
})

test('checks are listed by name and group, and not again as sub-metrics', () => {
  const { checks, submetrics } = summaryOf([check('ok', '', 3, 4), check('ok', '::login', 2, 2)])
  expect(checks).toEqual([
    { name: 'ok', group: '', passes: 3, fails: 1 },
    { name: 'ok', group: '::login', passes: 2, fails: 0 },
  ])
  expect(submetrics).toEqual({})
})

test('groups are listed with their durations', () => {
  const { groups, submetrics } = summaryOf([trend([10, 20], { group: '::login' }, builtin.groupDuration)])
  expect(groups).toMatchObject([{ path: '::login', count: 2, durationMs: { avg: 15, min: 10, max: 20 } }])
  expect(submetrics).toEqual({})
})

test('a break-down that a threshold names is a sub-metric as well', () => {
  const plan = examplePlan({ thresholds: [threshold('group_duration', { group: '::login' })] })
  const { groups, submetrics } = summaryOf([trend([10], { group: '::login' }, builtin.groupDuration)], plan)
  expect(groups).toHaveLength(1)
  expect(Object.values(submetrics)).toMatchObject([{ tags: { group: '::login' }, values: { count: 1 } }])
})

test('sub-metrics are keyed as their threshold is written', () => {
  const plan = examplePlan({ thresholds: [threshold('http_reqs', { status: '200', method: 'GET' })] })
  const { submetrics } = summaryOf(
    [{ metric: builtin.httpReqs, tags: { method: 'GET', status: '200' }, type: 'counter', sum: 8 }],
    plan,
  )
  expect(Object.keys(submetrics)).toEqual(['http_reqs{status:200,method:GET}'])
})

test('a run without samples has an empty, valid summary', () => {
  expect(summaryOf([])).toMatchObject({
    schemaVersion: 1,
    metrics: {},
    submetrics: {},
    checks: [],
    groups: [],
    notes: ['a note'],
  })
})

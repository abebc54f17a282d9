import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { builtin, type MetricDefinition, type MetricType } from './definition.ts'
import { Histogram } from './histogram.ts'
import type { SeriesDelta } from './snapshot.ts'
import { seriesKey, Totals } from './totals.ts'

function metric(type: MetricType): MetricDefinition {
  return { name: `my_${type}`, type, contains: 'default' }
}

const tags = fc.constantFrom<Record<string, string>>({}, { a: '1' }, { a: '1', b: '2' }, { b: '2', a: '1' })
const whole = fc.integer({ min: -1000, max: 1000 })
/** Whole numbers: their float64 sums are exact, so that equal means equal. */
const anyDelta: fc.Arbitrary<SeriesDelta> = fc.oneof(
  fc.record({ metric: fc.constant(metric('counter')), tags, type: fc.constant('counter' as const), sum: whole }),
  fc.record({
    metric: fc.constant(metric('gauge')),
    tags,
    type: fc.constant('gauge' as const),
    value: whole,
    min: whole,
    max: whole,
    atMs: fc.nat(50),
  }),
  fc.record({
    metric: fc.constant(builtin.vus),
    tags,
    type: fc.constant('gauge' as const),
    value: whole,
    min: whole,
    max: whole,
    atMs: fc.nat(30_000),
  }),
  fc.record({
    metric: fc.constant(metric('rate')),
    tags,
    type: fc.constant('rate' as const),
    trueCount: fc.nat(100),
    count: fc.nat(100),
  }),
  fc.record({
    metric: fc.constant(metric('trend')),
    tags,
    type: fc.constant('trend' as const),
    histogram: fc.array(whole).map(deltaOf),
  }),
)
const reports = fc.array(fc.record({ source: fc.constantFrom('w1', 'w2', 'w3'), delta: anyDelta }), { maxLength: 40 })

function deltaOf(values: readonly number[]): ReturnType<Histogram['toDelta']> {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram.toDelta()
}

/** Everything in a form in which equal totals are equal. */
function told(totals: Totals): unknown[] {
  const deltas = totals.toDeltas().map((delta) => ({ ...delta, tags: {}, key: seriesKey(delta.metric.name, delta.tags) }))
  return deltas.sort((a, b) => (a.key < b.key ? -1 : 1))
}

describe('the merge', () => {
  test('does not depend on the order of deltas', () => {
    fc.assert(
      fc.property(reports, fc.infiniteStream(fc.nat()), (each, random) => {
        const [inOrder, shuffled] = [new Totals(), new Totals()]
        for (const { source, delta } of each) inOrder.add([delta], source)
        const keyed = each.map((report) => ({ report, key: random.next().value as number }))
        for (const { report } of keyed.sort((a, b) => a.key - b.key)) shuffled.add([report.delta], report.source)
        expect(told(shuffled)).toEqual(told(inOrder))
      }),
    )
  })

  test('does not depend on how deltas were merged before, source by source', () => {
    const ungrouped = fc.array(
      fc.record({ source: fc.constantFrom('w1', 'w2'), delta: anyDelta.filter((delta) => delta.metric !== builtin.vus) }),
    )
    fc.assert(
      fc.property(ungrouped, fc.nat(40), (each, cut) => {
        const [flat, nested, early, late] = [new Totals(), new Totals(), new Totals(), new Totals()]
        for (const { source, delta } of each) flat.add([delta], source)
        for (const { delta } of each.slice(0, cut)) early.add([delta])
        for (const { delta } of each.slice(cut)) late.add([delta])
        nested.add(late.toDeltas())
        nested.add(early.toDeltas())
        expect(told(nested)).toEqual(told(flat))
      }),
    )
  })

  test('of all deltas is recording everything in one place', () => {
    fc.assert(
      fc.property(fc.array(fc.array(whole, { minLength: 1 }), { minLength: 1 }), (parts) => {
        const totals = new Totals()
        for (const part of parts) totals.add([{ metric: metric('trend'), tags: {}, type: 'trend', histogram: deltaOf(part) }])
        const series = totals.get('my_trend')
        expect(series?.type === 'trend' && series.histogram.toDelta()).toEqual(deltaOf(parts.flat()))
      }),
    )
  })
})

describe('gauges', () => {
  const gauge = (definition: MetricDefinition, value: number, atMs: number): SeriesDelta => ({
    metric: definition,
    tags: {},
    type: 'gauge',
    value,
    min: value,
    max: value,
    atMs,
  })

  test('keep the last value by time and the extremes', () => {
    const totals = new Totals()
    totals.add([gauge(metric('gauge'), 5, 2000), gauge(metric('gauge'), 9, 1000), gauge(metric('gauge'), 1, 1500)], 'w1')
    expect(totals.get('my_gauge')).toEqual(expect.objectContaining({ value: 5, min: 1, max: 9, atMs: 2000 }))
  })

  test('of VUs are summed over sources, second by second, in whatever order they arrive', () => {
    const told: [string, number, number][] = [
      ['w1', 10, 0],
      ['w2', 5, 3],
      ['w1', 20, 1000],
      ['w2', 30, 1004],
      ['w1', 0, 2000],
      ['w2', 7, 2000],
    ]
    for (const order of [told, told.toReversed()]) {
      const totals = new Totals()
      for (const [source, value, atMs] of order) totals.add([gauge(builtin.vus, value, atMs)], source)
      expect(totals.get('vus')).toEqual(expect.objectContaining({ value: 7, min: 7, max: 50, atMs: 2000 }))
    }
  })

  test('of VUs hold what a silent source said last', () => {
    const totals = new Totals()
    totals.add([gauge(builtin.vusMax, 10, 0)], 'w1')
    for (let second = 0; second < 1000; second += 1) totals.add([gauge(builtin.vusMax, 5 + (second % 2), second * 1000)], 'w2')
    expect(totals.get('vus_max')).toEqual(expect.objectContaining({ value: 16, min: 15, max: 16 }))
  })

  test('of VUs keep extremes of seconds long gone, and late reports do not undo later ones', () => {
    const totals = new Totals()
    totals.add([gauge(builtin.vus, 99, 5000)], 'w1')
    for (let second = 6; second < 600; second += 1) totals.add([gauge(builtin.vus, 10, second * 1000)], 'w1')
    totals.add([gauge(builtin.vus, 1, 7000)], 'w1')
    expect(totals.get('vus')).toEqual(expect.objectContaining({ value: 10, min: 10, max: 99 }))
  })
})

test('a ledger gathers entries', () => {
  const totals = new Totals()
  const entries = (from: number): SeriesDelta => ({ metric: metric('ledger'), tags: {}, type: 'ledger', entries: [{ from }] })
  totals.add([entries(1), entries(2)])
  expect(totals.get('my_ledger')).toEqual(expect.objectContaining({ entries: [{ from: 1 }, { from: 2 }], lostCount: 0 }))
})

test('metrics are listed by name, series by metric', () => {
  const totals = new Totals()
  const count = (name: string, sum: number): SeriesDelta => ({
    metric: { ...metric('counter'), name },
    tags: { sum: String(sum) },
    type: 'counter',
    sum,
  })
  totals.add([count('bb', 1), count('aa', 2), count('bb', 3)])
  expect(totals.metrics().map((each) => each.name)).toEqual(['aa', 'bb'])
  expect([...totals.series('bb')].map((each) => each.tags)).toEqual([{ sum: '1' }, { sum: '3' }])
  expect([...totals.series('none')]).toEqual([])
  expect(totals.get('aa')).toBeUndefined()
})

test('sources that disagree about a type are a conflict', () => {
  const totals = new Totals()
  totals.add([{ metric: metric('counter'), tags: {}, type: 'counter', sum: 1 }])
  const other: SeriesDelta = { metric: { ...metric('rate'), name: 'my_counter' }, tags: {}, type: 'rate', trueCount: 1, count: 1 }
  expect(() => totals.add([other])).toThrow(expect.objectContaining({ code: 'METRIC_TYPE_CONFLICT' }))
})

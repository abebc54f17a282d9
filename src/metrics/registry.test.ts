import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UserError } from '../base/user-error.ts'
import { builtin, type MetricDefinition, type Tags } from './definition.ts'
import { createRegistry, type MetricRegistry, type RegistryOptions } from './registry.ts'
import { matchesTags } from './selector.ts'
import { Totals } from './totals.ts'

const trend: MetricDefinition = { name: 'my_trend', type: 'trend', contains: 'time' }
const counter: MetricDefinition = { name: 'my_counter', type: 'counter', contains: 'default' }

function registryWith(options: Partial<RegistryOptions> = {}): MetricRegistry {
  return createRegistry({ selectors: [], groupings: [], keepAllTags: false, ...options })
}

function drained(registry: MetricRegistry): Totals {
  const totals = new Totals()
  totals.add(registry.drain())
  return totals
}

describe('each type', () => {
  test('gathers as it should and starts over with the drain', () => {
    let nowMs = 100
    const registry = registryWith({ nowMs: () => nowMs })
    const [reqs, vus, failed, duration] = [builtin.httpReqs, builtin.vus, builtin.httpReqFailed, builtin.httpReqDuration].map(
      (each) => registry.define(each),
    )
    for (const value of [5, 3, 4]) {
      nowMs += 10
      for (const metric of [reqs, vus, failed, duration]) registry.record(metric as never, value, registry.root)
    }
    registry.record(failed as never, 0, registry.root)
    const strip = registry.drain().map(({ metric, tags, ...rest }) => ({ name: metric.name, tags, ...rest }))
    expect(strip).toEqual([
      { name: 'http_reqs', tags: {}, type: 'counter', sum: 12 },
      { name: 'vus', tags: {}, type: 'gauge', value: 4, min: 3, max: 5, atMs: 130 },
      { name: 'http_req_failed', tags: {}, type: 'rate', trueCount: 3, count: 4 },
      { name: 'http_req_duration', tags: {}, type: 'trend', histogram: expect.objectContaining({ sum: 12, min: 3, max: 5 }) },
    ])
    expect(registry.drain()).toEqual([])
    registry.record(vus as never, 1, registry.root)
    expect(registry.drain()).toEqual([expect.objectContaining({ value: 1, min: 1, max: 1 })])
  })

  test('a counter that was told 0 has been touched', () => {
    const registry = registryWith()
    registry.record(registry.define(counter), 0, registry.root)
    expect(registry.drain()).toEqual([{ metric: counter, tags: {}, type: 'counter', sum: 0 }])
  })

  test.each(['counter', 'gauge', 'rate', 'trend'] as const)('a %s ignores and counts what is no finite number', (type) => {
    const registry = registryWith()
    const metric = registry.define({ name: 'some_metric', type, contains: 'default' })
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      registry.record(metric, value, registry.root)
    expect(registry.ignoredCount).toBe(3)
    expect(registry.drain()).toEqual([])
  })

  test('a ledger takes entries in order, and no numbers', () => {
    const registry = registryWith({ selectors: [{ metric: 'deliveries', tags: { room: 'a' } }] })
    const ledger = registry.define({ name: 'deliveries', type: 'ledger', contains: 'default' })
    const inRoom = registry.tagSet(registry.root, { room: 'a' })
    registry.append(ledger, { from: 1 }, registry.root)
    registry.append(ledger, { from: 2 }, inRoom)
    expect(registry.drain().map((delta) => [delta.tags, delta.type === 'ledger' && delta.entries])).toEqual([
      [{}, [{ from: 1 }, { from: 2 }]],
      [{ room: 'a' }, [{ from: 2 }]],
    ])
    expect(() => registry.record(ledger, 1, registry.root)).toThrow('takes entries')
    expect(() => registry.append(registry.define(counter), {}, registry.root)).toThrow('no ledger')
  })

  test('a ledger is bounded between two drains', () => {
    const registry = registryWith()
    const ledger = registry.define({ name: 'deliveries', type: 'ledger', contains: 'default' })
    for (let i = 0; i < 100_003; i += 1) registry.append(ledger, i, registry.root)
    expect(registry.ignoredCount).toBe(3)
  })
})

describe('defining', () => {
  test('twice gives the same id', () => {
    const registry = registryWith()
    expect(registry.define(trend)).toBe(registry.define({ ...trend }))
    expect(registry.metrics).toEqual([trend])
    expect(registry.metricOf(registry.define(trend))).toEqual(trend)
  })

  test.each([
    { ...trend, type: 'rate' as const },
    { ...trend, contains: 'data' as const },
  ])('$type of $contains under the name of a trend of time is a conflict', (other) => {
    const registry = registryWith()
    registry.define(trend)
    expect(() => registry.define(other)).toThrow(expect.objectContaining({ code: 'METRIC_TYPE_CONFLICT' }))
  })

  test.each(['', 'a', '1ab', 'a-b', 'a b', 'é_', `a${'b'.repeat(129)}`])('"%s" is no name', (name) => {
    const define = (): unknown => registryWith().define({ ...trend, name })
    expect(define).toThrow(UserError)
    expect(define).toThrow(expect.objectContaining({ code: 'METRIC_NAME_INVALID' }))
  })

  test.each(['ab', '_x', `a${'b'.repeat(128)}`, ...Object.values(builtin).map((each) => each.name)])('%s is a name', (name) => {
    expect(registryWith().define({ ...trend, name })).toBe(0)
  })
})

describe('tag sets', () => {
  test('keys that nobody asked for cost nothing', () => {
    const registry = registryWith({
      selectors: [{ metric: 'm', tags: { status: '200' } }],
      groupings: [{ metric: 'n', keys: ['name'] }],
    })
    expect(registry.tagSet(registry.root, { url: 'http://x/1' })).toBe(registry.root)
    const id = registry.tagSet(registry.root, { url: 'http://x/2', status: '200', name: 'x' })
    expect(registry.tagsOf(id)).toEqual({ status: '200', name: 'x' })
  })

  test('are the same however they came about', () => {
    const registry = registryWith({ keepAllTags: true })
    const ab = registry.tagSet(registry.root, { a: '1', b: '2' })
    const a = registry.tagSet(registry.root, { a: '1' })
    expect(registry.tagSet(registry.root, { b: '2', a: '1' })).toBe(ab)
    expect(registry.tagSet(a, { b: '2' })).toBe(ab)
    expect(registry.tagSet(registry.tagSet(ab, { b: '3' }), { b: '2' })).toBe(ab)
    expect(registry.tagSet(ab, { b: '' })).toBe(a)
    expect(registry.tagSet(a, { a: '', c: '' })).toBe(registry.root)
  })

  test('are what plain objects would be', () => {
    const tags = fc.dictionary(
      fc.constantFrom('a', 'b', '\0', '1'),
      fc.string({ unit: fc.constantFrom('\0', '1', 'x'), maxLength: 3 }),
    )
    const registry = registryWith({ keepAllTags: true })
    fc.assert(
      fc.property(tags, tags, (base, extra) => {
        const expected = Object.fromEntries(Object.entries({ ...base, ...extra }).filter(([, value]) => value !== ''))
        expect({ ...registry.tagsOf(registry.tagSet(registry.tagSet(registry.root, base), extra)) }).toEqual(expected)
      }),
    )
  })

  test('of another registry are a bug that is told', () => {
    const registry = registryWith()
    expect(() => registry.record(registry.define(counter), 1, 7 as never)).toThrow('tag set 7')
    expect(() => registry.record(9 as never, 1, registry.root)).toThrow('metric 9')
  })
})

describe('series', () => {
  const values = fc.constantFrom('', 'x', 'y')
  const tagsOfSamples = fc.record({ a: values, b: values, c: values })
  const selected: readonly Tags[] = [{ a: 'x' }, { a: 'x', b: 'y' }, { c: '' }, {}]

  test('of selectors and groupings hold exactly the samples whose tags include theirs', () => {
    fc.assert(
      fc.property(fc.array(tagsOfSamples, { minLength: 1, maxLength: 40 }), (samples) => {
        const registry = registryWith({
          selectors: selected.map((tags) => ({ metric: 'my_counter', tags })),
          groupings: [{ metric: 'my_counter', keys: ['a', 'b'] }],
        })
        const metric = registry.define(counter)
        for (const tags of samples) registry.record(metric, 1, registry.tagSet(registry.root, tags))
        const totals = drained(registry)
        for (const series of totals.series()) {
          const expected = samples.filter((tags) => matchesTags(series.tags, tags)).length
          expect(series).toEqual(expect.objectContaining({ type: 'counter', sum: expected }))
        }
        for (const tags of samples) expect(totals.get('my_counter', { a: tags.a, b: tags.b })).toBeDefined()
        for (const tags of selected) {
          expect(totals.get('my_counter', tags) !== undefined).toBe(samples.some((sample) => matchesTags(tags, sample)))
        }
      }),
    )
  })

  test('asked for twice are one and count once', () => {
    const registry = registryWith({
      selectors: [
        { metric: 'my_counter', tags: { a: 'x' } },
        { metric: 'my_counter', tags: { a: 'x' } },
      ],
      groupings: [{ metric: 'my_counter', keys: ['a'] }],
    })
    registry.record(registry.define(counter), 1, registry.tagSet(registry.root, { a: 'x' }))
    expect(registry.drain().map((delta) => [delta.tags, delta.type === 'counter' && delta.sum])).toEqual([
      [{}, 1],
      [{ a: 'x' }, 1],
    ])
  })

  test('of other metrics are not affected; a star is every metric', () => {
    const registry = registryWith({
      selectors: [{ metric: 'my_counter', tags: { a: 'x' } }],
      groupings: [{ metric: '*', keys: ['b'] }],
    })
    const tags = registry.tagSet(registry.root, { a: 'x', b: 'y' })
    registry.record(registry.define(trend), 1, tags)
    registry.record(registry.define(counter), 1, tags)
    expect(registry.drain().map((delta) => [delta.metric.name, delta.tags])).toEqual([
      ['my_trend', {}],
      ['my_trend', { b: 'y' }],
      ['my_counter', {}],
      ['my_counter', { a: 'x' }],
      ['my_counter', { b: 'y' }],
    ])
  })

  test('get the same through a sink', () => {
    const registry = registryWith({ selectors: [{ metric: 'my_counter', tags: { a: 'x' } }] })
    const metric = registry.define(counter)
    const tags = registry.tagSet(registry.root, { a: 'x' })
    const sink = registry.sink(metric, tags)
    expect(registry.sink(metric, tags)).toBe(sink)
    sink.add(2)
    registry.record(metric, 3, tags)
    expect(drained(registry).get('my_counter', { a: 'x' })).toEqual(expect.objectContaining({ sum: 5 }))
    sink.add(4)
    expect(drained(registry).get('my_counter')).toEqual(expect.objectContaining({ sum: 4 }))
  })
})

describe('limits', () => {
  test.each([
    { what: 'tag sets', limit: { maxTagSets: 20 } },
    { what: 'bytes', limit: { maxBytes: 20_000 } },
  ])('of $what fold groups into one, and selectors and the whole lose nothing', ({ limit }) => {
    const registry = registryWith({
      ...limit,
      selectors: [
        { metric: 'my_trend', tags: { status: '500' } },
        { metric: 'my_trend', tags: { late: '' } },
      ],
      groupings: [{ metric: 'my_trend', keys: ['url'] }],
    })
    const metric = registry.define(trend)
    for (let i = 0; i < 1000; i += 1) {
      const extra: Tags =
        i % 10 === 0 ? { url: `u${i}`, status: '500' } : { url: `u${i}`, status: '200', late: i % 2 ? 'yes' : '' }
      registry.record(metric, i, registry.tagSet(registry.root, extra))
    }
    const totals = drained(registry)
    const count = (tags: Tags): number => {
      const series = totals.get('my_trend', tags)
      return series?.type === 'trend' ? series.histogram.count : 0
    }
    const groups = [...totals.series('my_trend')].filter((series) => 'url' in series.tags).length
    expect([count({}), count({ status: '500' }), count({ late: '' })]).toEqual([1000, 100, 500])
    expect(count({ overflow: 'true' })).toBe(1000 - groups)
    expect(groups).toBeGreaterThan(3)
    expect(groups).toBeLessThan(60)
    expect(registry.overflowed).toEqual([{ metric: 'my_trend', count: expect.any(Number) }])
  })

  test('hold however many tag sets come', () => {
    const registry = registryWith({ keepAllTags: true, maxTagSets: 100, groupings: [{ metric: '*', keys: ['url'] }] })
    const metric = registry.define(counter)
    for (let i = 0; i < 5000; i += 1) registry.record(metric, 1, registry.tagSet(registry.root, { url: `u${i}` }))
    expect(registry.drain().length).toBeLessThan(104)
    expect(registry.bytes).toBeLessThan(200_000)
    expect(registry.foldedTagSetCount).toBe(4901)
    const folded = registry.tagSet(registry.root, { url: 'one more' })
    expect(registry.tagsOf(folded)).toEqual({ overflow: 'true' })
    expect(registry.tagsOf(registry.tagSet(folded, { url: 'u1' }))).toEqual({ overflow: 'true' })
  })

  test('within them nothing overflows', () => {
    const registry = registryWith({ groupings: [{ metric: '*', keys: ['url'] }] })
    for (let i = 0; i < 500; i += 1) registry.record(registry.define(trend), i, registry.tagSet(registry.root, { url: `u${i}` }))
    expect(registry.overflowed).toEqual([])
    expect(registry.drain()).toHaveLength(501)
  })

  test('once reached, histograms that rest give their counters back', () => {
    const registry = registryWith({ maxBytes: 60_000, groupings: [{ metric: '*', keys: ['url'] }] })
    const metric = registry.define(trend)
    for (let i = 0; i < 200; i += 1) registry.record(metric, i, registry.tagSet(registry.root, { url: `u${i}` }))
    registry.drain()
    const full = registry.bytes
    registry.drain()
    expect(registry.bytes).toBeLessThan(full * 0.8)
  })
})

test('listeners hear every sample with its full tags, through record and through sinks made before', () => {
  const registry = registryWith({ keepAllTags: true })
  const metric = registry.define(counter)
  const early = registry.sink(metric, registry.root)
  early.add(1)
  const heard: unknown[] = []
  registry.onSample((id, value, tags) => heard.push([registry.metricOf(id).name, value, registry.tagsOf(tags)]))
  registry.onSample((_, value) => heard.push(value))
  early.add(2)
  early.add(Number.NaN)
  registry.record(metric, 3, registry.tagSet(registry.root, { url: 'u' }))
  expect(heard).toEqual([['my_counter', 2, {}], 2, ['my_counter', 3, { url: 'u' }], 3])
})

test('a tag named __proto__ is refused where the script can be told', () => {
  const registry = createRegistry({ selectors: [], groupings: [], keepAllTags: true })
  const tags = JSON.parse('{"__proto__":"x"}') as Record<string, string>
  expect(() => registry.tagSet(registry.root, tags)).toThrow(/__proto__/)
})

import { expect, test } from 'vitest'
import type { TestPlan } from '../../../plan/plan.ts'
import { soloWorld } from '../../../vu/world.conformance.ts'
import { boundModule } from './bound-module.conformance.ts'

interface Metric {
  readonly name: string
  add(value: unknown, tags?: unknown): boolean
}
type Maker = new (name: unknown, isTime?: boolean) => Metric
interface Metrics {
  Counter: Maker
  Gauge: Maker
  Rate: Maker
  Trend: Maker
}

test('samples count with the tags of the moment and those of the call', () => {
  const { module, vu, world } = boundModule<Metrics>('k6/metrics')
  const counter = new module.Counter('orders')
  const trend = new module.Trend('wait_time', true)
  const rate = new module.Rate('failures')
  const gauge = new module.Gauge('size')
  vu.phase = 'iteration'
  vu.setTag('kind', 'a')
  expect(counter.name).toBe('orders')
  expect(counter.add(2)).toBe(true)
  counter.add('3', { step: 1, last: true, who: 'me' })
  trend.add(1.5)
  for (const value of [true, false, 0, 5]) rate.add(value)
  gauge.add(7, null)
  const drained = world.registry.drain()
  const find = (name: string): unknown => drained.find((series) => series.metric.name === name)
  expect(find('orders')).toMatchObject({ type: 'counter', sum: 5 })
  expect(find('wait_time')).toMatchObject({ type: 'trend', metric: { contains: 'time' } })
  expect(find('failures')).toMatchObject({ type: 'rate', trueCount: 2, count: 4 })
  expect(find('size')).toMatchObject({ type: 'gauge' })
})

test('every sample carries its tags as texts', () => {
  const { module, vu, world } = boundModule<Metrics>('k6/metrics')
  const counter = new module.Counter('orders')
  vu.setTag('kind', 'a')
  const heard: unknown[] = []
  world.registry.onSample((_metric, value, tags) => heard.push([value, world.registry.tagsOf(tags)]))
  counter.add(1)
  counter.add(2, { step: 1, last: true, who: 'me' })
  expect(heard).toEqual([
    [1, { kind: 'a' }],
    [2, { kind: 'a', step: '1', last: 'true', who: 'me' }],
  ])
})

test('a tag that is no plain value is refused', () => {
  const { module } = boundModule<Metrics>('k6/metrics')
  const counter = new module.Counter('orders')
  expect(() => counter.add(1, { o: {} })).toThrow(
    new TypeError("invalid value for metric tag 'o': only String, Boolean and Number types are accepted as a metric tag values"),
  )
  expect(() => counter.add(1, 'tag')).toThrow(/not string/)
})

test.each([[Number.NaN], ['x'], [undefined], [null], [{}], [Symbol('s')], [1n]])('%s is no sample: it is warned of', (value) => {
  const { module, world } = boundModule<Metrics>('k6/metrics')
  const trend = new module.Trend('wait_time')
  expect(trend.add(value)).toBe(false)
  expect(world.log.entries).toMatchObject([{ level: 'warn', message: expect.stringContaining('wait_time') as string }])
  expect(world.registry.drain()).toEqual([])
})

test('with the option throw, what is no sample throws', () => {
  const world = { ...soloWorld(), plan: { throwOnError: true } as TestPlan }
  const { module } = boundModule<Metrics>('k6/metrics', world)
  const trend = new module.Trend('wait_time')
  expect(() => trend.add(Number.NaN)).toThrow(expect.objectContaining({ name: 'GoError', code: 'K6_CALL_INVALID' }))
})

test.each(['r', '1st', 'with space', 'dash-ed', ''])('the name %j is refused', (name) => {
  const { module } = boundModule<Metrics>('k6/metrics')
  expect(() => new module.Rate(name)).toThrow(expect.objectContaining({ code: 'METRIC_NAME_INVALID' }))
})

test('one name has one type: the same again is the same metric, another throws', () => {
  const { module, world } = boundModule<Metrics>('k6/metrics')
  new module.Counter('orders').add(1)
  new module.Counter('orders').add(1)
  expect(world.registry.drain()).toMatchObject([{ sum: 2 }])
  expect(() => new module.Gauge('orders')).toThrow(expect.objectContaining({ code: 'METRIC_TYPE_CONFLICT' }))
})

test('metrics are made in init only', () => {
  const { module, vu } = boundModule<Metrics>('k6/metrics')
  vu.phase = 'iteration'
  expect(() => new module.Counter('late')).toThrow(expect.objectContaining({ code: 'METRIC_OUTSIDE_INIT' }))
})

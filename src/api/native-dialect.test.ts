import { expect, test } from 'vitest'
import { IterationInterrupted } from '../vu/interruption.ts'
import { Vu } from '../vu/vu.ts'
import { soloWorld } from '../vu/world.conformance.ts'
import type { Check } from './check.ts'
import type { Execution } from './execution.ts'
import type { Fail, Group, Sleep } from './flow.ts'
import type { MetricsModule } from './metrics.ts'
import { nativeDialect } from './native-dialect.ts'

interface Brunt {
  check: Check
  group: Group
  sleep: Sleep
  fail: Fail
  execution: Execution
  env: Record<string, string | undefined>
}

function bound(): { world: ReturnType<typeof soloWorld>; vu: Vu; brunt: Brunt } {
  const world = soloWorld()
  const vu = new Vu({ id: 4, idInInstance: 2 }, world)
  return { world, vu, brunt: nativeDialect.bind('brunt', vu) as Brunt }
}

function checksOf(world: ReturnType<typeof soloWorld>): unknown {
  return world.registry
    .drain()
    .flatMap((series) =>
      series.type === 'rate' && series.tags['check'] !== undefined
        ? [[series.tags['check'], series.tags['group'], series.trueCount, series.count]]
        : [],
    )
}

test('check counts each condition and returns whether all held', () => {
  const { brunt, world } = bound()
  expect(brunt.check(5, { five: (x) => x === 5, big: (x) => x > 10, plain: true })).toBe(false)
  expect(brunt.check(5, { five: (x) => x === 5 })).toBe(true)
  expect(brunt.check(5, {})).toBe(true)
  expect(checksOf(world)).toEqual([
    ['five', '', 2, 2],
    ['big', '', 0, 1],
    ['plain', '', 1, 1],
  ])
})

test('a predicate that throws fails its check and the call', () => {
  const { brunt, world } = bound()
  expect(() =>
    brunt.check(5, {
      bad: () => {
        throw new Error('in check')
      },
    }),
  ).toThrow('in check')
  expect(checksOf(world)).toEqual([['bad', '', 0, 1]])
})

test('with asynchronous predicates check is awaited', async () => {
  const { brunt, world } = bound()
  expect(await brunt.check(5, { later: () => Promise.resolve(true), now: false })).toBe(false)
  expect(checksOf(world)).toEqual([
    ['later', '', 1, 1],
    ['now', '', 0, 1],
  ])
})

test('groups nest, tag what happens inside, and return what their body returns', async () => {
  const { brunt, world, vu } = bound()
  const result = await brunt.group('outer', async () => {
    brunt.check(1, { in: true })
    return brunt.group('inner', () => brunt.check(1, { deep: true }))
  })
  expect(result).toBe(true)
  expect(vu.groupPath).toBe('')
  const series = world.registry.drain()
  const groups = series
    .filter((each) => each.metric.name === 'group_duration' && each.tags['group'] !== undefined)
    .map((each) => each.tags['group'])
  expect(groups).toEqual(['::outer::inner', '::outer'])
  const checks = series.flatMap((each) => (each.metric.name === 'checks' && each.tags['check'] ? [each.tags] : []))
  expect(checks).toEqual([
    { check: 'in', group: '::outer' },
    { check: 'deep', group: '::outer::inner' },
  ])
})

test('a group whose body throws is left', async () => {
  const { brunt, vu } = bound()
  await expect(brunt.group('g', () => Promise.reject(new Error('x')))).rejects.toThrow('x')
  expect(() =>
    brunt.group('g', () => {
      throw new Error('y')
    }),
  ).toThrow('y')
  expect(vu.groupPath).toBe('')
})

test.each([
  { name: 'check', call: (b: Brunt) => b.check(1, { 'a::b': true }) },
  { name: 'group', call: (b: Brunt) => b.group('a::b', () => 1) },
])('the name of a $name may not contain the separator of groups', ({ call }) => {
  expect(() => call(bound().brunt)).toThrow(/::/)
})

test('sleep ends at once for nothing to wait, and is rejected by an interruption', async () => {
  const { brunt, vu } = bound()
  await Promise.all([brunt.sleep(0), brunt.sleep(-1), brunt.sleep(Number.NaN), brunt.sleep(0.001)])
  const long = brunt.sleep(3600)
  vu.interrupt('over')
  await expect(long).rejects.toThrow(IterationInterrupted)
  await expect(brunt.sleep(3600)).rejects.toThrow(IterationInterrupted)
  expect(() => brunt.check(1, {})).toThrow(IterationInterrupted)
})

test('fail ends the iteration with its message', () => {
  const { brunt } = bound()
  expect(() => brunt.fail('no token')).toThrow('no token')
  expect(() => brunt.fail()).toThrow('fail()')
})

test('execution tells what runs and passes on abort and fail', () => {
  const { brunt, world } = bound()
  expect(brunt.execution.vu).toMatchObject({ id: 4, idInInstance: 2 })
  expect(brunt.execution.run).toMatchObject({ iterationsCompleted: 7, vusActive: 2, vusInitialized: 3 })
  expect(() => brunt.execution.scenario).toThrow(/only while a scenario runs/)
  expect(() => brunt.execution.abort('enough')).toThrow('enough')
  brunt.execution.fail('bad data')
  expect(world.requests).toEqual(['abort enough', 'fail bad data'])
})

test('tags can be read, listed and added, and only plain values are taken', () => {
  const { brunt, world, vu } = bound()
  const { tags } = brunt.execution.vu
  tags['kind'] = 'a'
  expect({ ...tags }).toEqual({ group: '', kind: 'a' })
  expect(world.registry.tagsOf(vu.tags)).toEqual({ kind: 'a' })
  expect(() => Object.assign(tags, { bad: {} })).toThrow(/tag "bad"/)
})

test('env reads the variables of the run', () => {
  const { env } = bound().brunt
  expect([env['FROM'], env['NOPE']]).toEqual(['env', undefined])
})

test('custom metrics belong to init, carry the tags of the moment and refuse what is no number', () => {
  const { world, vu } = bound()
  const { Counter, Trend, Rate } = nativeDialect.bind('brunt/metrics', vu) as MetricsModule
  expect(() => new Counter('late')).toThrow(/outside init/)
  world.initializing = vu
  const counter = new Counter('bytes_seen', { isBytes: true })
  const trend = new Trend('my_time', true)
  const rate = new Rate('errors')
  expect(() => new Trend('bytes_seen')).toThrow(/bytes_seen/)
  world.initializing = undefined
  counter.add(3)
  trend.add(1.5)
  rate.add(true)
  rate.add(0)
  expect(() => counter.add('3' as unknown as number)).toThrow(/was given string/)
  const names = world.registry.drain().map((series) => [series.metric.name, series.metric.contains, series.type])
  expect(names).toEqual([
    ['bytes_seen', 'data', 'counter'],
    ['my_time', 'time', 'trend'],
    ['errors', 'default', 'rate'],
  ])
})

test('a module that does not exist is refused with those that do', () => {
  const { vu } = bound()
  expect(() => nativeDialect.bind('brunt/nope', vu)).toThrow(/no module "brunt\/nope"/)
})

test('whoever lists the members of brunt finds them', () => {
  const names: string[] = []
  for (const name in bound().brunt) names.push(name)
  expect(names.sort()).toEqual(['check', 'env', 'execution', 'fail', 'group', 'scenario', 'sleep'])
})

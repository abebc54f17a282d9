import { expect, test } from 'vitest'
import { parsePlan } from '../../../plan/parse.ts'
import type { TestPlan } from '../../../plan/plan.ts'
import type { Vu } from '../../../vu/vu.ts'
import { soloWorld } from '../../../vu/world.conformance.ts'
import { boundModule } from './bound-module.conformance.ts'

interface Execution {
  instance: Record<string, number>
  scenario: Record<string, unknown>
  test: { abort(message?: string): never; fail(message?: string): void; options: Record<string, unknown> }
  vu: {
    idInInstance: number
    idInTest: number
    iterationInInstance: number
    iterationInScenario: number
    tags: Record<string, unknown>
    metrics: { tags: Record<string, unknown>; metadata: Record<string, unknown> }
  }
}

function planOf(options: unknown): TestPlan {
  return parsePlan({
    layers: [{ source: 'script', options }],
    exports: ['default'],
    metrics: [],
    dialect: { whenBusy: 'drop', userAgent: 'test', isNoDataAPass: true },
    environment: {},
    warn: () => undefined,
  })
}

/** The module in the first iteration of the plan's first scenario. */
function iterating(options: unknown = { iterations: 1, vus: 1 }): {
  exec: Execution
  vu: Vu
  world: ReturnType<typeof soloWorld>
} {
  const plan = planOf(options)
  const world = { ...soloWorld(), plan }
  const { module, vu } = boundModule<Execution>('k6/execution', world)
  vu.exports = { options }
  const [scenario] = plan.scenarios
  if (!scenario) throw new Error('the plan has no scenario')
  vu.enter(scenario, world.registry.tagSet(world.registry.root, { scenario: scenario.name }))
  vu.beginIteration(0, undefined)
  return { exec: module, vu, world }
}

test('a script finds out what runs it', () => {
  const { exec } = iterating()
  expect([exec.vu.idInTest, exec.vu.iterationInScenario, exec.scenario['name'], exec.scenario['executor']]).toEqual([
    1,
    0,
    'default',
    'shared-iterations',
  ])
  expect(exec.scenario).toEqual({
    name: 'default',
    executor: 'shared-iterations',
    startTime: 1000,
    progress: 0.25,
    iterationInInstance: 0,
    iterationInTest: 0,
  })
  expect(exec.instance).toMatchObject({ iterationsCompleted: 7, iterationsInterrupted: 1, vusActive: 2, vusInitialized: 3 })
  expect(exec.instance['currentTestRunDuration']).toBeGreaterThanOrEqual(0)
  expect(exec.vu).toMatchObject({ idInInstance: 1, iterationInInstance: 0 })
})

test('the scenario is known only while one runs, the options not in init', () => {
  const { module } = boundModule<Execution>('k6/execution')
  expect(() => module.scenario['name']).toThrow(expect.objectContaining({ code: 'EXECUTION_OUTSIDE_SCENARIO' }))
  expect(() => module.test.options).toThrow(expect.objectContaining({ code: 'K6_CALL_INVALID' }))
  expect(module.vu.iterationInScenario).toBe(0)
})

test('abort leaves the iteration and asks for the end of the run, fail marks it', () => {
  const { exec, world } = iterating()
  expect(() => exec.test.abort('enough')).toThrow(expect.objectContaining({ name: 'RunAborted', message: 'enough' }))
  exec.test.fail('bad data')
  exec.test.fail()
  expect(world.requests).toEqual(['abort enough', 'fail bad data', 'fail the script called test.fail()'])
})

test('tags take texts, numbers and booleans, and show all that the VU has', () => {
  const { exec, vu, world } = iterating()
  Object.assign(exec.vu.tags, { foo: '1', n: 2, b: true })
  expect(exec.vu.tags).toEqual({ scenario: 'default', group: '', foo: '1', n: '2', b: 'true' })
  expect(exec.vu.metrics.tags['n']).toBe('2')
  expect(['foo' in exec.vu.tags, 'bar' in exec.vu.tags]).toEqual([true, false])
  expect(world.registry.tagsOf(vu.tags)).toEqual({ scenario: 'default', foo: '1', n: '2', b: 'true' })
  vu.endIteration()
  vu.beginIteration(1, undefined)
  expect(exec.vu.tags).toEqual({ scenario: 'default', group: '' })
})

test('a tag of another kind is refused, and none can be removed', () => {
  const { exec } = iterating()
  expect(() => Object.assign(exec.vu.tags, { o: { a: 1 } })).toThrow(
    new TypeError("invalid value for metric tag 'o': only String, Boolean and Number types are accepted as a metric tag values"),
  )
  expect(() => Reflect.deleteProperty(exec.vu.tags, 'scenario')).toThrow(expect.objectContaining({ code: 'K6_NOT_YET' }))
})

test('metadata can be read back until the iteration ends, and one warning says that it goes nowhere', () => {
  const { exec, vu, world } = iterating()
  exec.vu.metrics.metadata['z'] = '1'
  exec.vu.metrics.metadata['n'] = 2
  expect(JSON.stringify(exec.vu.metrics.metadata)).toBe('{"z":"1","n":"2"}')
  expect(world.log.entries).toMatchObject([{ level: 'warn', message: expect.stringContaining('metadata') as string }])
  vu.endIteration()
  vu.beginIteration(1, undefined)
  expect(exec.vu.metrics.metadata['z']).toBeUndefined()
  expect({ ...exec.vu.metrics.metadata }).toEqual({})
})

test('options are those of the run, frozen all through', () => {
  const { exec } = iterating({
    vus: 2,
    iterations: 4,
    tags: { team: 'a' },
    thresholds: { checks: ['rate>0.9'] },
    maxRedirects: 3,
  })
  const { options } = exec.test
  expect(options).toMatchObject({
    paused: null,
    scenarios: { default: { executor: 'shared-iterations', vus: 2, iterations: 4, maxDuration: '10m0s', gracefulStop: '30s' } },
    thresholds: { checks: ['rate>0.9'] },
    tags: { team: 'a' },
    maxRedirects: 3,
    setupTimeout: '1m0s',
  })
  expect(exec.test.options).toBe(options)
  expect([options, options['scenarios'], options['tags']].every((each) => Object.isFrozen(each))).toBe(true)
  expect(() => Object.assign(options, { paused: true })).toThrow(/^Cannot assign to read only property 'paused'/)
})

test.each([
  [
    { executor: 'ramping-vus', stages: [{ duration: '90s', target: 5 }], gracefulRampDown: '1s' },
    { startVUs: 1, stages: [{ duration: '1m30s', target: 5 }], gracefulRampDown: '1s' },
  ],
  [
    { executor: 'constant-arrival-rate', rate: 5, duration: '2s', preAllocatedVUs: 3, maxVUs: 4 },
    { rate: 5, timeUnit: '1s', duration: '2s', preAllocatedVUs: 3, maxVUs: 4 },
  ],
  [
    {
      executor: 'ramping-arrival-rate',
      startRate: 2,
      stages: [{ duration: '1s', target: 9 }],
      preAllocatedVUs: 3,
      timeUnit: '1m',
    },
    { startRate: 2, timeUnit: '1m0s', stages: [{ duration: '1s', target: 9 }], preAllocatedVUs: 3, maxVUs: 3 },
  ],
  [
    { executor: 'constant-vus', vus: 2, duration: '1.5s' },
    { vus: 2, duration: '1.5s' },
  ],
  [
    { executor: 'per-vu-iterations', vus: 2, iterations: 3 },
    { vus: 2, iterations: 3, maxDuration: '10m0s' },
  ],
])('a scenario %j is shown as it will run', (given, shown) => {
  const { exec } = iterating({ scenarios: { a: given } })
  expect(exec.test.options['scenarios']).toMatchObject({ a: { executor: given.executor, exec: 'default', ...shown } })
})

import { expect, test } from 'vitest'
import { deferred } from '../base/deferred.ts'
import type { Scenario } from '../plan/plan.ts'
import { RunAborted } from './interruption.ts'
import { IterationRunner, iterationSinks } from './iteration.ts'
import { Vu } from './vu.ts'
import { soloWorld } from './world.conformance.ts'

const scenario = { name: 's', executor: 'constant-vus', exec: 'default', env: {}, tags: {} } as unknown as Scenario

function running(exec: (data: unknown) => unknown): {
  runner: IterationRunner
  vu: Vu
  world: ReturnType<typeof soloWorld>
  counts: () => Record<string, number>
} {
  const world = soloWorld()
  const vu = new Vu({ id: 1, idInInstance: 1 }, world)
  vu.enter(scenario, world.registry.tagSet(world.registry.root, { scenario: 's' }))
  const runner = new IterationRunner(vu, exec, { ...iterationSinks(world.registry, vu.tags), ended: () => undefined })
  const counts = (): Record<string, number> =>
    Object.fromEntries(
      world.registry.drain().map((series) => {
        if (series.type === 'counter') return [series.metric.name, series.sum]
        return [
          series.metric.name,
          series.type === 'trend' ? series.histogram.counts.reduce((sum, count) => sum + count, 0) : Number.NaN,
        ]
      }),
    )
  return { runner, vu, world, counts }
}

test('a completed iteration counts once, with its duration', async () => {
  const { runner, counts } = running(() => Promise.resolve())
  expect(await runner.run({ index: 0, dueAtMs: undefined })).toBe('completed')
  expect(counts()).toEqual({ iterations: 1, iteration_duration: 1 })
})

test('an open-model iteration has a response time from its due time', async () => {
  const { runner, world } = running(() => undefined)
  await runner.run({ index: 0, dueAtMs: world.clock.nowMs() - 500 })
  const series = world.registry.drain().find((each) => each.metric.name === 'iteration_response_time')
  expect(series?.type === 'trend' && series.histogram.min).toBeGreaterThanOrEqual(500)
})

test.each([
  {
    how: 'synchronously',
    exec: () => {
      throw new TypeError('bad')
    },
  },
  { how: 'later', exec: () => Promise.reject(new TypeError('bad')) },
])('an iteration that throws $how counts as an iteration and as an error, and is told once', async ({ exec }) => {
  const { runner, world, counts } = running(exec)
  for (let index = 0; index < 3; index += 1) expect(await runner.run({ index, dueAtMs: undefined })).toBe('threw')
  expect(counts()).toEqual({ iterations: 3, iteration_duration: 3, iteration_errors: 3 })
  const events = world.problems.drain(0)
  expect(events.map((event) => [event.text, event.tags['count']])).toEqual([['TypeError: bad', '3']])
  expect(world.problems.drain(0)).toEqual([])
})

test('an interrupted iteration counts as interrupted only, and its pending calls are rejected', async () => {
  const { runner, vu, counts } = running(() => new Promise((_resolve, reject) => vu.addPending({ interrupt: reject })))
  const outcome = runner.run({ index: 0, dueAtMs: undefined })
  runner.interrupt('time is up')
  expect(await outcome).toBe('interrupted')
  expect(counts()).toEqual({ interrupted_iterations: 1 })
  expect(vu.interruption).toBeUndefined()
})

test('a script that clings to an interrupted iteration is given up, and its VU is lost until it ends', async () => {
  const clinging = deferred()
  const { runner } = running(() => clinging.promise)
  const outcome = runner.run({ index: 0, dueAtMs: undefined })
  runner.interrupt('time is up')
  expect(await outcome).toBe('interrupted')
  expect(runner.isLost).toBe(true)
  clinging.resolve()
  await clinging.promise
  await Promise.resolve()
  expect(runner.isLost).toBe(false)
  expect(await runner.run({ index: 1, dueAtMs: undefined })).toBe('completed')
})

test('an iteration that aborts the run is interrupted, not an error', async () => {
  const { runner, counts } = running(() => Promise.reject(new RunAborted('enough')))
  expect(await runner.run({ index: 0, dueAtMs: undefined })).toBe('interrupted')
  expect(counts()).toEqual({ interrupted_iterations: 1 })
})

test('the signal of an iteration is aborted by its interruption and fresh for the next', async () => {
  const signals: AbortSignal[] = []
  const { runner, vu } = running(() => {
    signals.push(vu.signal)
    return new Promise((_resolve, reject) => vu.addPending({ interrupt: reject }))
  })
  const first = runner.run({ index: 0, dueAtMs: undefined })
  runner.interrupt('time is up')
  await first
  const second = runner.run({ index: 1, dueAtMs: undefined })
  expect(signals.map((signal) => signal.aborted)).toEqual([true, false])
  runner.interrupt('time is up')
  await second
})

test('tags and groups start anew with each iteration', async () => {
  const { runner, vu, world } = running(() => {
    vu.setTag('kind', 'x')
    vu.enterGroup('::left open')
    seen.push(world.registry.tagsOf(vu.tags))
  })
  const seen: unknown[] = []
  await runner.run({ index: 0, dueAtMs: undefined })
  await runner.run({ index: 1, dueAtMs: undefined })
  expect(seen).toEqual([1, 2].map(() => ({ scenario: 's', kind: 'x', group: '::left open' })))
})

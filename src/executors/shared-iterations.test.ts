import { expect, test } from 'vitest'
import { stripeOf } from '../plan/segment.ts'
import { scenarioBase, testExecutor } from './executor.conformance.ts'
import { Simulation } from './simulation.conformance.ts'

const scenario = { ...scenarioBase, executor: 'shared-iterations', vus: 3, iterations: 45, maxDurationMs: 2000 } as const

testExecutor(scenario, { regularMs: 2000, endsEarly: true })

test('who is free takes the next iteration: the quick VU does most', async () => {
  const { starts, droppedCount } = await new Simulation(
    { ...scenario, vus: 2, iterations: 12 },
    { iterationMs: ({ vu }) => (vu === 1 ? 100 : 500) },
  ).finish()
  expect(starts.map(({ index }) => index)).toEqual(Array.from({ length: 12 }, (_, index) => index))
  expect(starts.filter(({ vu }) => vu === 1)).toHaveLength(10)
  expect(droppedCount).toBe(0)
})

test('what has not started when the time is up is dropped', async () => {
  // As measured: 10 iterations of 0.6 s among 2 VUs, 1 s without grace: 4 started, 2 of them interrupted.
  const measured = { ...scenario, vus: 2, iterations: 10, maxDurationMs: 1000, gracefulStopMs: 0 }
  const simulation = await new Simulation(measured, { iterationMs: 600 }).finish()
  expect(simulation).toMatchObject({ droppedCount: 6, interruptedCount: 2, endedAtMs: 1000 })
})

test('numbers come in grants; more are asked for before the last are taken', async () => {
  const { starts, endedAtMs } = await new Simulation(scenario, {
    iterationMs: 100,
    grants: [
      [[0, 5]],
      [
        [20, 22],
        [30, 31],
      ],
      [[40, 44]],
    ],
  }).finish()
  expect(starts.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 20, 21, 30, 40, 41, 42, 43])
  expect(endedAtMs).toBe(400)
})

test('ungranted numbers are not ours to drop', async () => {
  const { droppedCount } = await new Simulation(
    { ...scenario, maxDurationMs: 1000 },
    { iterationMs: 400, grants: [[[0, 7]], [[7, 12]], [[12, 45]]] },
  ).finish()
  expect(droppedCount).toBe(3)
})

test('a grant that was not asked for sets finished loops going again', async () => {
  const simulation = new Simulation(
    { ...scenario, vus: 2 },
    { iterationMs: ({ index }) => (index === 1 ? 900 : 100), grants: [[[0, 2]]] },
  )
  await simulation.clock.advanceTo(500)
  simulation.command({ type: 'grant', iterations: [[7, 9]] })
  await simulation.finish()
  expect(simulation.starts.map(({ index, atMs }) => [index, atMs])).toEqual([
    [0, 0],
    [1, 0],
    [7, 500],
    [8, 600],
  ])
})

test('a grant that comes too late is dropped', async () => {
  const simulation = await new Simulation(scenario, { grants: [] }).finish()
  simulation.command({ type: 'grant', iterations: [[0, 9]] })
  expect(simulation).toMatchObject({ starts: [], droppedCount: 9 })
})

test('numbers of a segment are spread over the numbers of the test', async () => {
  const stripe = stripeOf({ segment: '1/3:2/3', sequence: '0,1/3,2/3,1' }, { index: 0, count: 1 })
  const { starts } = await new Simulation(scenario, { stripe, grants: [[[0, 4]]] }).finish()
  expect(starts.map(({ index }) => index)).toEqual([1, 4, 7, 10])
})

test('a coordinator that never answers does not hold up the end', async () => {
  const simulation = new Simulation(scenario, { iterationMs: 100, isMute: true })
  simulation.command({ type: 'grant', iterations: [[0, 4]] })
  await simulation.clock.advanceTo(1000)
  simulation.stopping.abort()
  await simulation.clock.advanceTo(1100)
  simulation.signal.abort()
  await simulation.finish()
  expect(simulation).toMatchObject({ endedAtMs: 1100, droppedCount: 0, heldCount: 0 })
  expect(simulation.starts).toHaveLength(4)
})

test('a worker that took less than its share is done when all numbers are taken, not when it was stopped', async () => {
  const slow = await new Simulation(scenario, { grants: [[[0, 6]]] }).finish()
  expect(slow.executor.doneRatio(5000)).toBe(1)
  const stopped = new Simulation(scenario, { iterationMs: 100, grants: [[[0, 45]]] })
  await stopped.clock.advanceTo(250)
  stopped.stopping.abort()
  await stopped.finish()
  expect(stopped.executor.doneRatio(5000)).toBe(9 / 45)
})

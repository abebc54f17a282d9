import { expect, test } from 'vitest'
import { stripeOf } from '../plan/segment.ts'
import { scenarioBase, testExecutor } from './executor.conformance.ts'
import { Simulation } from './simulation.conformance.ts'

const scenario = { ...scenarioBase, executor: 'per-vu-iterations', vus: 3, iterations: 15, maxDurationMs: 2000 } as const

testExecutor(scenario, { regularMs: 2000, endsEarly: true })

test('each VU runs its iterations in its own time', async () => {
  const { starts, ends, droppedCount } = await new Simulation(
    { ...scenario, iterations: 3 },
    { iterationMs: ({ vu }) => vu * 100 },
  ).finish()
  expect([1, 2, 3].map((vu) => starts.filter((start) => start.vu === vu).length)).toEqual([3, 3, 3])
  expect(ends.at(-1)?.atMs).toBe(900)
  expect(droppedCount).toBe(0)
})

test('what has not started when the time is up is dropped, started ones are not even when interrupted', async () => {
  // As measured: 2 VUs of 10 iterations of 0.6 s, 1 s and 100 ms of grace: 4 started, 2 of them interrupted.
  const measured = { ...scenario, vus: 2, iterations: 10, maxDurationMs: 1000, gracefulStopMs: 100 }
  const simulation = await new Simulation(measured, { iterationMs: 600 }).finish()
  expect(simulation).toMatchObject({ droppedCount: 16, interruptedCount: 2, endedAtMs: 1100 })
  expect(simulation.starts).toHaveLength(4)
})

test('only VUs are divided among workers, iterations are not', async () => {
  const workers = await Promise.all(
    [0, 1].map((index) => new Simulation(scenario, { stripe: stripeOf(undefined, { index, count: 2 }) }).finish()),
  )
  expect(workers.map(({ starts }) => starts.length)).toEqual([30, 15])
})

test('a worker without VUs has nothing to do and nothing to drop', async () => {
  const idle = await new Simulation({ ...scenario, vus: 1 }, { stripe: stripeOf(undefined, { index: 1, count: 2 }) }).finish()
  expect(idle).toMatchObject({ starts: [], droppedCount: 0, endedAtMs: 0 })
})

test('all planned iterations are dropped when the run stops before the start', async () => {
  const simulation = new Simulation(scenario, { startMs: 1000 })
  simulation.stopping.abort()
  expect((await simulation.finish()).droppedCount).toBe(45)
})

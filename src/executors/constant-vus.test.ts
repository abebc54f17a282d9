import { expect, test } from 'vitest'
import { stripeOf } from '../plan/segment.ts'
import { scenarioBase, testExecutor } from './executor.conformance.ts'
import { Simulation } from './simulation.conformance.ts'

const scenario = { ...scenarioBase, executor: 'constant-vus', vus: 3, durationMs: 2000 } as const

testExecutor(scenario, { regularMs: 2000, endsEarly: false })

test('every VU loops back to back until the end', async () => {
  const { starts, endedAtMs } = await new Simulation(scenario, { iterationMs: 300 }).finish()
  expect(starts.filter(({ vu }) => vu === 1).map(({ atMs }) => atMs)).toEqual([0, 300, 600, 900, 1200, 1500, 1800])
  expect(starts.map(({ index }) => index)).toEqual(Array.from({ length: 21 }, (_, index) => index))
  expect(endedAtMs).toBe(2100)
})

test('an iteration that would start exactly at the end does not', async () => {
  const { startTimesMs } = await new Simulation(scenario, { iterationMs: 500 }).finish()
  expect(startTimesMs.at(-1)).toBe(1500)
})

test('three workers share the VUs', async () => {
  const vus = { ...scenario, vus: 7 }
  const workers = await Promise.all(
    [0, 1, 2].map((index) =>
      new Simulation(vus, { stripe: stripeOf(undefined, { index, count: 3 }), iterationMs: 4000 }).finish(),
    ),
  )
  expect(workers.map(({ starts }) => starts.length)).toEqual([3, 2, 2])
})

test('a pause starts nothing and moves the end', async () => {
  const simulation = new Simulation(scenario, { iterationMs: 100 })
  await simulation.clock.advanceTo(450)
  simulation.command({ type: 'pause' })
  await simulation.clock.advanceTo(1450)
  expect(simulation.starts).toHaveLength(15)
  expect(simulation.executor.doneRatio(1450)).toBe(450 / 2000)
  simulation.command({ type: 'resume' })
  await simulation.finish()
  expect(simulation.startTimesMs.at(-1)).toBe(2950)
  expect(simulation.endedAtMs).toBe(3050)
})

test('a stop ends a pause', async () => {
  const simulation = new Simulation(scenario, { iterationMs: 100 })
  await simulation.clock.advanceTo(450)
  simulation.command({ type: 'pause' })
  await simulation.clock.advanceTo(1000)
  simulation.stopping.abort()
  await simulation.finish()
  expect(simulation).toMatchObject({ endedAtMs: 1000, heldCount: 0 })
})

test('the number of VUs can be changed while it runs', async () => {
  const simulation = new Simulation(scenario, { iterationMs: 100 })
  const activeAt = (atMs: number): number =>
    simulation.starts.filter((start) => start.atMs <= atMs && start.atMs > atMs - 100).length
  await simulation.clock.advanceTo(450)
  simulation.command({ type: 'scale', vus: 5, maxVus: 5 })
  await simulation.clock.advanceTo(950)
  expect(activeAt(950)).toBe(5)
  simulation.command({ type: 'scale', vus: 1, maxVus: 1 })
  await simulation.clock.advanceTo(1500)
  expect(activeAt(1500)).toBe(1)
  await simulation.finish()
  expect(simulation.heldCount).toBe(0)
})

test('a loop without a VU ends with one warning, the others go on', async () => {
  const { starts, warnings } = await new Simulation({ ...scenario, vus: 1005 }, { vus: 1000, iterationMs: 1900 }).finish()
  expect(starts).toHaveLength(2000)
  expect(warnings).toEqual(['Insufficient VUs: a loop ends because there is no VU for it'])
})

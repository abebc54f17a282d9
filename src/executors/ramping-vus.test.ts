import { expect, test } from 'vitest'
import type { RampingVus } from '../plan/plan.ts'
import { stripeOf } from '../plan/segment.ts'
import { scenarioBase, testExecutor } from './executor.conformance.ts'
import { Simulation } from './simulation.conformance.ts'

function ramp(startVus: number, stages: readonly (readonly [number, number])[], times: Partial<RampingVus> = {}): RampingVus {
  return {
    ...scenarioBase,
    executor: 'ramping-vus',
    startVus,
    stages: stages.map(([durationMs, target]) => ({ durationMs, target })),
    gracefulRampDownMs: 1000,
    ...times,
  }
}

testExecutor(ramp(3, [[2000, 5]]), { regularMs: 2000, endsEarly: false })

/** As measured on the reference: 0 to 6 in 3 s, 1 s flat, to 1 in 2 s, jump to 4, to 0 in 1 s; iterations of 0.5 s. */
const measured = ramp(
  0,
  [
    [3000, 6],
    [1000, 6],
    [2000, 1],
    [0, 4],
    [1000, 0],
  ],
  { gracefulStopMs: 1000 },
)

test('VUs join when the rising line reaches the next whole number', async () => {
  const { starts } = await new Simulation(measured, { iterationMs: 500 }).finish()
  const joined = [1, 2, 3, 4, 5, 6].map((vu) => starts.find((start) => start.vu === vu)?.atMs)
  expect(joined).toEqual([500, 1000, 1500, 2000, 2500, 3000])
})

test('VUs leave after the iteration that runs when the falling line passes their number, last in first out', async () => {
  const { ends } = await new Simulation(ramp(4, [[4000, 0]]), { iterationMs: 300 }).finish()
  const left = [4, 3, 2, 1].map((vu) => ends.findLast((end) => end.vu === vu)?.atMs)
  expect(left).toEqual([1200, 2100, 3000, 4200])
})

test('three workers together follow the same staircase', async () => {
  const shares = await Promise.all(
    [0, 1, 2].map((index) =>
      new Simulation(measured, { iterationMs: 500, stripe: stripeOf(undefined, { index, count: 3 }) }).finish(),
    ),
  )
  const joined = shares.flatMap(({ starts }) => [1, 2].map((vu) => starts.find((start) => start.vu === vu)?.atMs ?? -1))
  expect(joined.toSorted((left, right) => left - right)).toEqual([500, 1000, 1500, 2000, 2500, 3000])
})

test('without a graceful ramp-down a leaving VU is interrupted at once', async () => {
  const { ends } = await new Simulation(
    ramp(
      2,
      [
        [1000, 1],
        [1000, 1],
      ],
      { gracefulRampDownMs: 0 },
    ),
    { iterationMs: 1800 },
  ).finish()
  expect(ends).toEqual([
    { vu: 2, index: 1, atMs: 1000, outcome: 'interrupted' },
    { vu: 1, index: 0, atMs: 1800, outcome: 'completed' },
    { vu: 1, index: 2, atMs: 2500, outcome: 'interrupted' },
  ])
})

test('a leaving VU is interrupted when the graceful ramp-down is over, even after the regular end', async () => {
  const { ends, endedAtMs } = await new Simulation(ramp(2, [[1000, 1]], { gracefulRampDownMs: 300, gracefulStopMs: 5000 }), {
    iterationMs: 4000,
  }).finish()
  expect(ends).toEqual([
    { vu: 2, index: 1, atMs: 1300, outcome: 'interrupted' },
    { vu: 1, index: 0, atMs: 4000, outcome: 'completed' },
  ])
  expect(endedAtMs).toBe(4000)
})

test('a VU that is wanted again before it has left just goes on', async () => {
  const { starts, heldCount } = await new Simulation(
    ramp(2, [
      [0, 1],
      [200, 1],
      [0, 2],
      [800, 2],
    ]),
    { iterationMs: 450 },
  ).finish()
  expect(starts.filter(({ vu }) => vu === 2).map(({ atMs }) => atMs)).toEqual([0, 450, 900])
  expect(heldCount).toBe(0)
})

test('a VU that was interrupted can be wanted again', async () => {
  const { starts } = await new Simulation(
    ramp(
      1,
      [
        [500, 1],
        [0, 0],
        [500, 0],
        [0, 1],
        [1000, 1],
      ],
      { gracefulRampDownMs: 100 },
    ),
    { iterationMs: 700 },
  ).finish()
  expect(starts.map(({ atMs }) => atMs)).toEqual([0, 1000, 1700])
})

test('steps that were missed while the process was held up are caught up with in order', async () => {
  const simulation = new Simulation(
    ramp(1, [
      [1000, 11],
      [1000, 2],
    ]),
    { iterationMs: 100 },
  )
  await simulation.clock.advanceTo(50)
  await simulation.clock.stallUntil(1950)
  await simulation.finish()
  expect(simulation.starts.filter(({ atMs }) => atMs === 1950).length).toBeLessThanOrEqual(11)
  expect(simulation.heldCount).toBe(0)
})

test('a ramp without length ends at once', async () => {
  expect(await new Simulation(ramp(3, [[0, 5]], { gracefulStopMs: 0 })).finish()).toMatchObject({ endedAtMs: 0, heldCount: 0 })
})

import { expect, test } from 'vitest'
import type { Scenario } from './plan.ts'
import { executionSteps, grantedIterations, requirementsOf, workerCountFor } from './requirements.ts'
import { stripeOf, wholeStripe } from './segment.ts'

const base = { name: 'a', exec: 'default', startTimeMs: 0, gracefulStopMs: 1000, env: {}, tags: {}, options: {} }

function constantVus(vus: number, times: { startTimeMs?: number; durationMs?: number } = {}): Scenario {
  return { ...base, executor: 'constant-vus', vus, durationMs: 9000, ...times }
}

function arrivals(
  rate: number,
  vus: { preAllocatedVus: number; maxVus: number },
  times: { startTimeMs?: number; durationMs?: number } = {},
): Scenario {
  return {
    ...base,
    executor: 'constant-arrival-rate',
    rate,
    timeUnitMs: 1000,
    durationMs: 9000,
    whenBusy: 'drop',
    maxQueue: 1000,
    ...vus,
    ...times,
  }
}

test('scenarios at one time add up, those one after another share VUs', () => {
  expect(requirementsOf({ scenarios: [constantVus(5), constantVus(7)] }, wholeStripe()).plannedVus).toBe(12)
  expect(requirementsOf({ scenarios: [constantVus(5), constantVus(7, { startTimeMs: 10_000 })] }, wholeStripe()).plannedVus).toBe(
    7,
  )
  expect(requirementsOf({ scenarios: [constantVus(5), constantVus(7, { startTimeMs: 9999 })] }, wholeStripe()).plannedVus).toBe(
    12,
  )
})

test('as measured: 1 to 3, 2 and 2 VUs are 7 at most, and 3 s with the graceful stop', () => {
  const scenarios: Scenario[] = [
    arrivals(20, { preAllocatedVus: 1, maxVus: 3 }, { durationMs: 2000 }),
    { ...base, executor: 'per-vu-iterations', vus: 2, iterations: 10, maxDurationMs: 1000, gracefulStopMs: 100 },
    { ...base, executor: 'shared-iterations', vus: 2, iterations: 10, maxDurationMs: 1000, gracefulStopMs: 0 },
  ]
  expect(requirementsOf({ scenarios }, wholeStripe())).toEqual({ plannedVus: 5, maxVus: 7, maxDurationMs: 3000 })
})

test('a ramp needs the VUs that may still be finishing', () => {
  const ramp: Scenario = {
    ...base,
    executor: 'ramping-vus',
    startTimeMs: 500,
    startVus: 2,
    stages: [
      { durationMs: 2000, target: 4 },
      { durationMs: 1000, target: 3 },
    ],
    gracefulRampDownMs: 100,
  }
  expect([...executionSteps(ramp, wholeStripe())]).toEqual([
    { atMs: 500, plannedVus: 2, unplannedVus: 0 },
    { atMs: 1500, plannedVus: 3, unplannedVus: 0 },
    { atMs: 2500, plannedVus: 4, unplannedVus: 0 },
    { atMs: 3600, plannedVus: 3, unplannedVus: 0 },
    { atMs: 4500, plannedVus: 0, unplannedVus: 0 },
  ])
  expect(requirementsOf({ scenarios: [ramp] }, wholeStripe())).toEqual({ plannedVus: 4, maxVus: 4, maxDurationMs: 4500 })
})

test('workers need their shares', () => {
  const scenarios = [constantVus(5), arrivals(9, { preAllocatedVus: 2, maxVus: 7 })]
  const needs = [0, 1, 2].map((index) => requirementsOf({ scenarios }, stripeOf(undefined, { index, count: 3 })))
  expect(needs.map(({ plannedVus }) => plannedVus)).toEqual([3, 3, 1])
  expect(needs.map(({ maxVus }) => maxVus)).toEqual([5, 4, 3])
})

test('nothing planned, nothing needed', () => {
  expect(requirementsOf({ scenarios: [] }, wholeStripe())).toEqual({ plannedVus: 0, maxVus: 0, maxDurationMs: 0 })
})

test.each([
  { what: '50 VUs', scenarios: [constantVus(50)], workers: 1 },
  { what: '101 VUs', scenarios: [constantVus(101)], workers: 2 },
  { what: '5,000 VUs on 8 cores', scenarios: [constantVus(5000)], workers: 8 },
  { what: '200,000 VUs', scenarios: [constantVus(200_000)], workers: 11 },
  { what: '5,000/s', scenarios: [arrivals(5000, { preAllocatedVus: 50, maxVus: 50 })], workers: 3 },
  { what: '5,000/s on a single VU', scenarios: [arrivals(5000, { preAllocatedVus: 1, maxVus: 1 })], workers: 1 },
  {
    what: 'two rates at one time',
    scenarios: [arrivals(1500, { preAllocatedVus: 9, maxVus: 9 }), arrivals(1500, { preAllocatedVus: 9, maxVus: 9 })],
    workers: 2,
  },
  {
    what: 'two rates one after another',
    scenarios: [
      arrivals(1500, { preAllocatedVus: 9, maxVus: 9 }),
      arrivals(1500, { preAllocatedVus: 9, maxVus: 9 }, { startTimeMs: 9000 }),
    ],
    workers: 1,
  },
])('$what take $workers workers', ({ scenarios, workers }) => {
  expect(workerCountFor({ scenarios, workers: 'auto', segment: undefined }, { coreCount: 8 })).toBe(workers)
})

test('a number of workers in the plan wins, and a segment counts only its share', () => {
  expect(workerCountFor({ scenarios: [constantVus(5)], workers: 4, segment: undefined }, { coreCount: 2 })).toBe(4)
  expect(
    workerCountFor(
      { scenarios: [constantVus(400)], workers: 'auto', segment: { segment: '1/4', sequence: undefined } },
      { coreCount: 8 },
    ),
  ).toBe(1)
})

test('an instance grants its share of shared iterations, none when it has no VU', () => {
  const scenario = { ...base, executor: 'shared-iterations', vus: 2, iterations: 11, maxDurationMs: 1000 } as const
  expect(grantedIterations(scenario, undefined)).toBe(11)
  const shares = ['0:1/3', '1/3:2/3', '2/3:1'].map((segment) => grantedIterations(scenario, { segment, sequence: '0,1/3,2/3,1' }))
  expect(shares).toEqual([6, 5, 0])
})

test('a ramp of millions of VUs is summed up without keeping its steps', () => {
  const stages = [
    { durationMs: 1000, target: 2_000_000 },
    { durationMs: 1000, target: 0 },
  ]
  const ramp: Scenario = { ...base, executor: 'ramping-vus', startVus: 0, stages, gracefulRampDownMs: 0 }
  expect(requirementsOf({ scenarios: [ramp, constantVus(5)] }, wholeStripe()).plannedVus).toBe(2_000_005)
})

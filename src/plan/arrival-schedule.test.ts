import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ArrivalSchedule, constantArrivals, rampingArrivals } from './arrival-schedule.ts'
import { stripeOf } from './segment.ts'

function allDueMs(schedule: ArrivalSchedule): number[] {
  const due: number[] = []
  for (let at = schedule.dueAtMs(0); at !== undefined; at = schedule.dueAtMs(due.length)) due.push(at)
  return due
}

test('at 5/s for 2 s ten iterations are due, the tick exactly at the end is none', () => {
  expect(allDueMs(constantArrivals({ rate: 5, timeUnitMs: 1000, durationMs: 2000 }))).toEqual([
    0, 200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800,
  ])
})

test.each([
  { rate: 3, timeUnitMs: 1000, durationMs: 3000, count: 9 },
  { rate: 7, timeUnitMs: 1000, durationMs: 1500, count: 11 },
  { rate: 5000, timeUnitMs: 1000, durationMs: 10_000, count: 50_000 },
  { rate: 1, timeUnitMs: 60_000, durationMs: 90_000, count: 2 },
])('$rate per $timeUnitMs ms for $durationMs ms is $count iterations', ({ count, ...scenario }) => {
  expect(allDueMs(constantArrivals(scenario))).toHaveLength(count)
})

test('the period is rounded down to whole nanoseconds, so tick 30 million is exact after 2.8 hours', () => {
  const schedule = constantArrivals({ rate: 3000, timeUnitMs: 1000, durationMs: 36_000_000 })
  expect(schedule.dueAtMs(30_000_000)).toBeCloseTo((333_333 * 30_000_000) / 1e6, 6)
})

/** Starts measured on the reference implementation: 0 to 4/s in 4 s, 4/s for 2 s, jump to 10/s, to 0 in 1 s. */
const measuredMs = [
  1415, 2004, 2451, 2829, 3163, 3465, 3743, 4001, 4252, 4501, 4751, 5006, 5252, 5502, 5752, 6004, 6107, 6226, 6420, 6554,
]
const measuredStages = [
  { durationMs: 4000, target: 4 },
  { durationMs: 2000, target: 4 },
  { durationMs: 0, target: 10 },
  { durationMs: 1000, target: 0 },
]

test('a ramp of rates is due where the reference was measured to start, less its scheduling delay', () => {
  const due = allDueMs(rampingArrivals({ startRate: 0, timeUnitMs: 1000, stages: measuredStages }))
  expect(due).toHaveLength(measuredMs.length)
  due.forEach((dueMs, index) => {
    expect(dueMs).toBeLessThanOrEqual(measuredMs[index] ?? 0)
    expect(dueMs).toBeGreaterThan((measuredMs[index] ?? 0) - 60)
  })
  expect(due[0]).toBeCloseTo(Math.SQRT2 * 1000, 6)
  expect(due[1]).toBeCloseTo(2000, 9)
  expect(due[15]).toBeCloseTo(6000, 9)
})

test('an event at the end of its stage counts when a stage without arrivals follows', () => {
  const stages = [...measuredStages, { durationMs: 1000, target: 0 }]
  expect(allDueMs(rampingArrivals({ startRate: 0, timeUnitMs: 1000, stages })).slice(-1)).toEqual([7000])
})

test('no rate, no arrivals', () => {
  expect(allDueMs(rampingArrivals({ startRate: 0, timeUnitMs: 1000, stages: [{ durationMs: 5000, target: 0 }] }))).toEqual([])
  expect(allDueMs(rampingArrivals({ startRate: 9, timeUnitMs: 1000, stages: [{ durationMs: 0, target: 9 }] }))).toEqual([])
})

test('the fraction of an iteration carries over from stage to stage', () => {
  const stages = Array.from({ length: 4 }, () => ({ durationMs: 250, target: 1 }))
  expect(
    allDueMs(rampingArrivals({ startRate: 1, timeUnitMs: 1000, stages: [...stages, { durationMs: 100, target: 1 }] })),
  ).toEqual([1000])
})

test('peak rates are per second whatever the time unit', () => {
  expect(constantArrivals({ rate: 120, timeUnitMs: 60_000, durationMs: 1000 }).peakPerSecond).toBe(2)
  expect(rampingArrivals({ startRate: 5, timeUnitMs: 500, stages: measuredStages }).peakPerSecond).toBe(20)
})

const ramps = fc.record({
  startRate: fc.integer({ min: 0, max: 50 }),
  timeUnitMs: fc.constantFrom(100, 1000, 60_000),
  stages: fc.array(fc.record({ durationMs: fc.integer({ min: 0, max: 4000 }), target: fc.integer({ min: 0, max: 50 }) }), {
    minLength: 1,
    maxLength: 5,
  }),
})

test('each iteration is due when the integral of the rate reaches its number, to 1 us', () => {
  fc.assert(
    fc.property(ramps, (ramp) => {
      allDueMs(rampingArrivals(ramp)).forEach((dueMs, index) => {
        const before = integral(ramp, dueMs - 0.001)
        const after = integral(ramp, dueMs + 0.001)
        expect(before).toBeLessThanOrEqual(index + 1 + 1e-9)
        expect(after).toBeGreaterThanOrEqual(index + 1 - 1e-9)
      })
    }),
  )
})

test('due times never step back, and asking out of order gives the same answers', () => {
  fc.assert(
    fc.property(ramps, fc.integer({ min: 0, max: 200 }), (ramp, index) => {
      const due = allDueMs(rampingArrivals(ramp))
      expect(due).toEqual(due.toSorted((a, b) => a - b))
      const schedule = rampingArrivals(ramp)
      schedule.dueAtMs(10_000)
      expect(schedule.dueAtMs(index)).toBe(due[index])
      expect(schedule.dueAtMs(0)).toBe(due[0])
    }),
  )
})

test('the ends of steep and of nearly flat ramps keep their precision over hours', () => {
  const hour = 3_600_000
  const steep = rampingArrivals({ startRate: 0, timeUnitMs: 1000, stages: [{ durationMs: hour, target: 5000 }] })
  expect(steep.dueAtMs(8_999_998)).toBeCloseTo(Math.sqrt((8_999_999 / 9_000_000) * hour * hour), 5)
  const nearlyFlat = rampingArrivals({
    startRate: 1_000_000,
    timeUnitMs: hour,
    stages: [{ durationMs: 10 * hour, target: 1_000_001 }],
  })
  // x/h*1e6 + (x/h)²/20 = 5e6, solved by series: 5 - 25/20e6
  expect(nearlyFlat.dueAtMs(4_999_999)).toBeCloseTo((5 - 25 / 20e6) * hour, 2)
})

test.each([1, 2, 3])('%i workers together are due exactly when one would be', (count) => {
  const schedules = [
    constantArrivals({ rate: 7, timeUnitMs: 1000, durationMs: 4000 }),
    rampingArrivals({ startRate: 0, timeUnitMs: 1000, stages: measuredStages }),
  ]
  for (const schedule of schedules) {
    const due = Array.from({ length: count }, (_, index) => {
      const stripe = stripeOf(undefined, { index, count })
      return Array.from({ length: 40 }, (_, tick) => schedule.dueAtMs(stripe.globalIndex(tick))).filter(
        (dueMs) => dueMs !== undefined,
      )
    })
    expect(due.flat().toSorted((a, b) => a - b)).toEqual(allDueMs(schedule))
  }
})

test('6/s over three segments: each takes every third tick', () => {
  const schedule = constantArrivals({ rate: 6, timeUnitMs: 1000, durationMs: 1000 })
  const dueMs = (segment: string): number[] => {
    const stripe = stripeOf({ segment, sequence: '0,1/3,2/3,1' }, { index: 0, count: 1 })
    return [0, 1].map((tick) => Math.round(schedule.dueAtMs(stripe.globalIndex(tick)) ?? -1))
  }
  expect([dueMs('0:1/3'), dueMs('1/3:2/3'), dueMs('2/3:1')]).toEqual([
    [0, 500],
    [167, 667],
    [333, 833],
  ])
})

interface Ramp {
  startRate: number
  timeUnitMs: number
  stages: { durationMs: number; target: number }[]
}

/** Iterations until `atMs`, stage by stage, in the textbook way. */
function integral({ startRate, timeUnitMs, stages }: Ramp, atMs: number): number {
  let [left, from, sum] = [atMs, startRate, 0]
  for (const { durationMs, target } of stages) {
    const x = Math.max(0, Math.min(left, durationMs))
    if (durationMs > 0) sum += from * x + ((target - from) * x * x) / (2 * durationMs)
    left -= durationMs
    from = target
  }
  return sum / timeUnitMs
}

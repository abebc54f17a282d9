import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { gracefulSteps, peakVus, rampSteps, stagesDurationMs, type VuStep } from './ramp-schedule.ts'
import { stripeOf, wholeStripe } from './segment.ts'

function rounded(steps: Iterable<VuStep>): [number, number][] {
  return Array.from(steps, ({ atMs, vus }) => [Math.round(atMs * 1000) / 1000, vus])
}

function stages(...pairs: [number, number][]): { durationMs: number; target: number }[] {
  return pairs.map(([durationMs, target]) => ({ durationMs, target }))
}

test('rising from 0 to 6 in 3 s, a VU joins each time the line reaches a whole number', () => {
  expect(rounded(rampSteps({ startVus: 0, stages: stages([3000, 6]) }, wholeStripe()))).toEqual([
    [0, 0],
    [500, 1],
    [1000, 2],
    [1500, 3],
    [2000, 4],
    [2500, 5],
    [3000, 6],
  ])
})

test('falling from 6 to 1 over 2 s, a VU leaves each time the line reaches a whole number', () => {
  expect(rounded(rampSteps({ startVus: 6, stages: stages([4000, 6], [2000, 1]) }, wholeStripe()))).toEqual([
    [0, 6],
    [4400, 5],
    [4800, 4],
    [5200, 3],
    [5600, 2],
    [6000, 1],
  ])
})

test('a stage without duration jumps', () => {
  expect(rounded(rampSteps({ startVus: 2, stages: stages([0, 5], [1000, 5], [0, 1]) }, wholeStripe()))).toEqual([
    [0, 2],
    [0, 5],
    [1000, 1],
  ])
})

test('reserved VUs outlive a decrease by the graceful ramp-down, unless as many are wanted again meanwhile', () => {
  const raw: VuStep[] = [
    { atMs: 0, vus: 6 },
    { atMs: 10_000, vus: 1 },
    { atMs: 20_000, vus: 4 },
    { atMs: 45_000, vus: 6 },
    { atMs: 50_000, vus: 2 },
    { atMs: 80_000, vus: 6 },
    { atMs: 90_000, vus: 0 },
  ]
  expect(rounded(gracefulSteps(raw, { gracefulRampDownMs: 30_000, endMs: 130_000 }))).toEqual([
    [0, 6],
    [40_000, 4],
    [45_000, 6],
    [120_000, 0],
    [130_000, 0],
  ])
})

test('a delayed decrease never falls behind the end of the graceful stop', () => {
  const raw = rampSteps({ startVus: 4, stages: stages([4000, 0]) }, wholeStripe())
  expect(rounded(gracefulSteps(raw, { gracefulRampDownMs: 2500, endMs: 5000 }))).toEqual([
    [0, 4],
    [3500, 3],
    [4500, 2],
    [5000, 0],
  ])
})

test('without a graceful ramp-down, VUs are cut where they are no longer wanted', () => {
  const raw = rampSteps({ startVus: 2, stages: stages([2000, 0]) }, wholeStripe())
  expect(rounded(gracefulSteps(raw, { gracefulRampDownMs: 0, endMs: 3000 }))).toEqual([
    [0, 2],
    [1000, 1],
    [2000, 0],
    [3000, 0],
  ])
})

test('twenty thousand VUs that ramp down within the grace take a blink', () => {
  const raw = rampSteps({ startVus: 0, stages: stages([10_000, 20_000], [10_000, 0]) }, wholeStripe())
  expect(Array.from(gracefulSteps(raw, { gracefulRampDownMs: 30_000, endMs: 100_000 }))).toHaveLength(40_002)
})

test('peak and length of a ramp', () => {
  expect(peakVus({ startVus: 3, stages: stages([1000, 2], [500, 9], [1, 0]) })).toBe(9)
  expect(stagesDurationMs(stages([1000, 2], [500, 9], [1, 0]))).toBe(1501)
})

const ramps = fc.record({
  startVus: fc.integer({ min: 0, max: 12 }),
  stages: fc.array(fc.record({ durationMs: fc.integer({ min: 0, max: 3000 }), target: fc.integer({ min: 0, max: 12 }) }), {
    minLength: 1,
    maxLength: 6,
  }),
})

test('workers together have exactly the VUs that one would have, at any time', () => {
  fc.assert(
    fc.property(ramps, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 9000 }), (ramp, count, atMs) => {
      const shares = Array.from({ length: count }, (_, index) =>
        valueAt([...rampSteps(ramp, stripeOf(undefined, { index, count }))], atMs + 0.0001),
      )
      expect(shares.reduce((sum, vus) => sum + vus, 0)).toBe(valueAt([...rampSteps(ramp, wholeStripe())], atMs + 0.0001))
    }),
  )
})

test('the wanted count is the floor of a rising and the ceiling of a falling line', () => {
  fc.assert(
    fc.property(ramps, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (ramp, part) => {
      const steps = [...rampSteps(ramp, wholeStripe())]
      let [startMs, from] = [0, ramp.startVus]
      for (const { durationMs, target } of ramp.stages) {
        const line = from + (target - from) * part
        const expected = target >= from ? Math.floor(line + 1e-9) : Math.ceil(line - 1e-9)
        const isEdge = Math.abs(line - Math.round(line)) < 1e-6
        if (durationMs > 0 && !isEdge) expect(valueAt(steps, startMs + durationMs * part)).toBe(expected)
        startMs += durationMs
        from = target
      }
    }),
  )
})

test.each([1, 2, 3])('with %i workers, steps come when whole-nanosecond arithmetic says so, to 1 us', (count) => {
  fc.assert(
    fc.property(ramps, (ramp) => {
      const expected = nanosecondSteps(ramp)
      const stripes = Array.from({ length: count }, (_, index) => stripeOf(undefined, { index, count }))
      for (const stripe of stripes) {
        let vus = -1
        const own = expected.flatMap((step) =>
          stripe.localCount(step.vus) === vus ? [] : [{ ...step, vus: (vus = stripe.localCount(step.vus)) }],
        )
        const steps = [...rampSteps(ramp, stripe)]
        expect(steps.map((step) => step.vus)).toEqual(own.map((step) => step.vus))
        steps.forEach(({ atMs }, index) => expect(Math.abs(atMs - Number(own[index]?.atNs) / 1e6)).toBeLessThan(0.001))
      }
    }),
  )
})

test('what may run is the most that was wanted within the graceful ramp-down, in order of time', () => {
  fc.assert(
    fc.property(
      ramps,
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 0, max: 9000 }),
      (ramp, gracefulRampDownMs, gracefulStopMs, at) => {
        const raw = [...rampSteps(ramp, wholeStripe())]
        const endMs = stagesDurationMs(ramp.stages) + gracefulStopMs
        const graceful = [...gracefulSteps(raw, { gracefulRampDownMs, endMs })]
        expect(graceful.map(({ atMs }) => atMs)).toEqual(graceful.map(({ atMs }) => atMs).toSorted((a, b) => a - b))
        const probeMs = at + 0.5
        const isOnStep = raw.some(
          ({ atMs }) => Math.abs(atMs - probeMs) < 0.01 || Math.abs(atMs + gracefulRampDownMs - probeMs) < 0.01,
        )
        if (isOnStep || probeMs >= endMs) return
        const inWindow = raw.filter(({ atMs }) => atMs > probeMs - gracefulRampDownMs && atMs <= probeMs).map(({ vus }) => vus)
        expect(valueAt(graceful, probeMs)).toBe(Math.max(valueAt(raw, probeMs - gracefulRampDownMs), ...inWindow))
      },
    ),
  )
})

function valueAt(steps: readonly VuStep[], atMs: number): number {
  return steps.findLast((step) => step.atMs <= atMs)?.vus ?? 0
}

/** The staircase of the whole run by the definition: when the line reaches each VU's number, times truncated to 1 ns. */
function nanosecondSteps({
  startVus,
  stages,
}: {
  startVus: number
  stages: { durationMs: number; target: number }[]
}): { atNs: bigint; vus: number }[] {
  const steps = [{ atNs: 0n, vus: startVus }]
  let [endNs, from] = [0n, startVus]
  for (const { durationMs, target } of stages) {
    const durationNs = BigInt(durationMs) * 1_000_000n
    endNs += durationNs
    const change = BigInt(target - from)
    if (durationMs === 0 && target !== from) steps.push({ atNs: endNs, vus: target })
    if (durationMs > 0) {
      for (let vu = from + 1; vu <= target; vu++)
        steps.push({ atNs: endNs - (durationNs * BigInt(target - vu)) / change, vus: vu })
      for (let vu = from; vu > target; vu--)
        steps.push({ atNs: endNs - (durationNs * BigInt(target - vu + 1)) / change, vus: vu - 1 })
    }
    from = target
  }
  return steps
}

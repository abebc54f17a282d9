import { describe, expect, test } from 'vitest'
import { scenarioBase } from '../../src/executors/executor.conformance.ts'
import { Simulation, type SimulationOptions, type Start } from '../../src/executors/simulation.conformance.ts'
import type { Scenario } from '../../src/plan/plan.ts'
import { stripeOf } from '../../src/plan/segment.ts'

// The formulas below are written from the definition of each model, in whole nanoseconds where it says so, and share no
// code with the schedules that they judge. 1 us is 0.001 ms.
const toleranceMs = 0.001
/** Scenarios start here, so that a due time that forgets the start is found out. */
const startMs = 700
const base = { ...scenarioBase, gracefulStopMs: 60_000 }
const workerCounts = [1, 2, 3]

/** Runs a scenario on so many workers, each with its own share, and gives all that they did. */
async function runOn(
  count: number,
  scenario: Scenario,
  options: (index: number) => SimulationOptions,
): Promise<{ starts: readonly Start[]; droppedCount: number; workers: readonly Simulation[] }> {
  const workers = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      new Simulation(scenario, { startMs, stripe: stripeOf(undefined, { index, count }), ...options(index) }).finish(),
    ),
  )
  return {
    starts: workers.flatMap(({ starts }) => starts),
    droppedCount: workers.reduce((sum, worker) => sum + worker.droppedCount, 0),
    workers,
  }
}

/** Both lists in order of time must agree one by one. */
function expectSameTimes(actualMs: readonly number[], expectedMs: readonly number[]): void {
  expect(actualMs).toHaveLength(expectedMs.length)
  const [actual, expected] = [actualMs, expectedMs].map((times) => times.toSorted((a, b) => a - b)) as [number[], number[]]
  const worstMs = Math.max(0, ...actual.map((ms, index) => Math.abs(ms - (expected[index] ?? Number.NaN))))
  expect(worstMs).toBeLessThanOrEqual(toleranceMs)
}

/** Every iteration number once, each due and started when `expectedMs` says for that number. */
function expectDueTimes(starts: readonly Start[], expectedMs: readonly number[]): void {
  const inOrder = starts.toSorted((a, b) => a.index - b.index)
  expect(inOrder.map(({ index }) => index)).toEqual(expectedMs.map((_, index) => index))
  const worstOf = (timeOf: (start: Start) => number): number =>
    Math.max(...inOrder.map((start) => Math.abs(timeOf(start) - startMs - (expectedMs[start.index] ?? Number.NaN))))
  expect(worstOf(({ dueAtMs }) => dueAtMs ?? Number.NaN)).toBeLessThanOrEqual(toleranceMs)
  expect(worstOf(({ atMs }) => atMs)).toBeLessThanOrEqual(toleranceMs)
}

describe.each(workerCounts)('constant-arrival-rate on %i workers', (count) => {
  test.each([
    { rate: 5, timeUnitMs: 1000, durationMs: 2000, expectedCount: 10 },
    { rate: 3, timeUnitMs: 1000, durationMs: 3000, expectedCount: 9 },
    { rate: 7, timeUnitMs: 1000, durationMs: 1500, expectedCount: 11 },
    { rate: 1000, timeUnitMs: 1000, durationMs: 1000, expectedCount: 1000 },
    { rate: 90, timeUnitMs: 60_000, durationMs: 10_000, expectedCount: 15 },
    { rate: 1, timeUnitMs: 1500, durationMs: 4500, expectedCount: 3 },
  ])(
    '$rate per $timeUnitMs ms for $durationMs ms: $expectedCount ticks, none at the end',
    async ({ expectedCount, ...times }) => {
      const scenario: Scenario = {
        ...base,
        executor: 'constant-arrival-rate',
        ...times,
        preAllocatedVus: 7,
        maxVus: 7,
        whenBusy: 'drop',
        maxQueue: 0,
      }
      const { starts, droppedCount } = await runOn(count, scenario, () => ({ iterationMs: 0 }))
      const periodNs = (BigInt(times.timeUnitMs) * 1_000_000n) / BigInt(times.rate)
      const expectedMs = Array.from({ length: expectedCount }, (_, tick) => Number(BigInt(tick) * periodNs) / 1e6)
      expectDueTimes(starts, expectedMs)
      expect(droppedCount).toBe(0)
    },
  )
})

interface Ramp {
  readonly startRate: number
  readonly timeUnitMs: number
  readonly stages: readonly { readonly durationMs: number; readonly target: number }[]
}

/**
 * Event `i` (from 1) comes when the integral of the rate reaches `i`. Within a stage from rate a to rate b over d, in
 * events per nanosecond, with `done` events before: x = (a·d − sqrt(d·(a²·d + 2·(i − done)·(b − a)))) / (a − b); on a level
 * stage x = (i − done) / b. An event exactly at the end is none.
 */
function rampedEventsMs({ startRate, timeUnitMs, stages }: Ramp, expectedCount: number): number[] {
  const perNs = (rate: number): number => rate / (timeUnitMs * 1e6)
  const eventsMs: number[] = []
  let [stageStartNs, from, done, event] = [0, perNs(startRate), 0, 1]
  for (const { durationMs, target } of stages) {
    const [d, a, b] = [durationMs * 1e6, from, perNs(target)]
    const total = done + d * ((b - a) / 2 + a)
    // Rounding may leave the integral of a stage a hair short of the whole number that it reaches.
    for (; event <= total + 1e-9 && eventsMs.length < expectedCount; event++) {
      const radicand = Math.max(0, d * (a * a * d + 2 * (event - done) * (b - a)))
      const x = a === b ? (event - done) / b : (a * d - Math.sqrt(radicand)) / (a - b)
      eventsMs.push(Math.trunc(stageStartNs + x) / 1e6)
    }
    stageStartNs += d
    from = b
    done = total
  }
  return eventsMs
}

function stages(...pairs: readonly (readonly [durationMs: number, target: number])[]): Ramp['stages'] {
  return pairs.map(([durationMs, target]) => ({ durationMs, target }))
}

describe.each(workerCounts)('ramping-arrival-rate on %i workers', (count) => {
  test.each([
    // The area is 21; the last event falls on the very end.
    {
      name: 'up, level, jump and down',
      startRate: 0,
      stages: stages([4000, 4], [2000, 4], [0, 10], [1000, 0]),
      expectedCount: 20,
    },
    { name: 'level', startRate: 5, stages: stages([2000, 5]), expectedCount: 9 },
    { name: 'steeply up', startRate: 10, stages: stages([1000, 190]), expectedCount: 99 },
    { name: 'fractions carried over', startRate: 1, stages: stages([1300, 2], [700, 3], [1100, 1]), expectedCount: 5 },
    { name: 'silence between', startRate: 4, stages: stages([1000, 0], [1000, 0], [1000, 4]), expectedCount: 3 },
    { name: 'per minute', timeUnitMs: 60_000, startRate: 60, stages: stages([5000, 120]), expectedCount: 7 },
    { name: 'nearly level', startRate: 1000, stages: stages([1000, 1001]), expectedCount: 1000 },
  ])('$name: $expectedCount events', async ({ expectedCount, ...given }) => {
    const ramp = { timeUnitMs: 1000, ...given }
    const scenario: Scenario = {
      ...base,
      executor: 'ramping-arrival-rate',
      ...ramp,
      preAllocatedVus: 7,
      maxVus: 7,
      whenBusy: 'drop',
      maxQueue: 0,
    }
    const expectedMs = rampedEventsMs(ramp, expectedCount)
    expect(expectedMs).toHaveLength(expectedCount)
    const { starts, droppedCount } = await runOn(count, scenario, () => ({ iterationMs: 0 }))
    expectDueTimes(starts, expectedMs)
    expect(droppedCount).toBe(0)
  })
})

/** A VU that loops from `joinMs` on starts at these times, the last one before `leaveMs`. */
function loopMs({ joinMs, leaveMs, iterationMs }: { joinMs: number; leaveMs: number; iterationMs: number }): number[] {
  const startsMs: number[] = []
  for (let loop = 0; joinMs + loop * iterationMs < leaveMs; loop++) startsMs.push(joinMs + loop * iterationMs)
  return startsMs
}

describe.each(workerCounts)('constant-vus on %i workers', (count) => {
  test.each([
    { iterationMs: 300, perVu: 7 },
    { iterationMs: 250, perVu: 8 }, // a ninth would start exactly at the end
    { iterationMs: 2000, perVu: 1 },
    { iterationMs: 33.7, perVu: 60 },
  ])('7 VUs with iterations of $iterationMs ms start $perVu each in 2 s', async ({ iterationMs, perVu }) => {
    const scenario: Scenario = { ...base, executor: 'constant-vus', vus: 7, durationMs: 2000 }
    const { starts } = await runOn(count, scenario, () => ({ iterationMs }))
    const expectedMs = loopMs({ joinMs: 0, leaveMs: 2000, iterationMs })
    expect(expectedMs).toHaveLength(perVu)
    expectSameTimes(
      starts.map(({ atMs }) => atMs - startMs),
      Array.from({ length: 7 }).flatMap(() => expectedMs),
    )
    expect(starts.every(({ dueAtMs }) => dueAtMs === undefined)).toBe(true)
  })
})

/**
 * When VU `vu` (from 1) of the whole run is wanted: from the moment at which the rising line reaches its number until the
 * falling line is about to leave it, each time truncated to 1 ns, at the latest until the end.
 */
function wantedMs(vu: number, startVus: number, ramp: Ramp['stages']): { joinMs: number; leaveMs: number }[] {
  const spans: { joinMs: number; leaveMs: number }[] = []
  let [endNs, from] = [0n, startVus]
  let joinMs = vu <= startVus ? 0 : undefined
  for (const { durationMs, target } of ramp) {
    const durationNs = BigInt(durationMs) * 1_000_000n
    endNs += durationNs
    const reachedMs = (value: number): number =>
      Number(endNs - (durationNs * BigInt(target - value)) / BigInt(target - from || 1)) / 1e6
    if (joinMs === undefined && vu <= target) joinMs = reachedMs(vu)
    if (joinMs !== undefined && vu > target) {
      spans.push({ joinMs, leaveMs: reachedMs(vu - 1) })
      joinMs = undefined
    }
    from = target
  }
  if (joinMs !== undefined) spans.push({ joinMs, leaveMs: Number(endNs) / 1e6 })
  return spans
}

describe.each(workerCounts)('ramping-vus on %i workers', (count) => {
  test.each([
    { name: 'up, level, down, jump, out', startVus: 0, stages: stages([3000, 6], [1000, 6], [2000, 1], [0, 4], [1000, 0]) },
    { name: 'down to one, up to eleven', startVus: 5, stages: stages([1700, 1], [2300, 11]) },
    { name: 'level to the end', startVus: 3, stages: stages([2000, 3]) },
    { name: 'steps', startVus: 0, stages: stages([0, 4], [1000, 4], [0, 9], [1000, 9], [0, 2], [1000, 2]) },
  ])(
    '$name: VUs join when the line reaches their number, and start nothing at or after the end',
    async ({ startVus, ...ramp }) => {
      const scenario: Scenario = {
        ...base,
        executor: 'ramping-vus',
        startVus,
        stages: ramp.stages,
        gracefulRampDownMs: 30_000,
      }
      // No multiple of this length falls on a step, where what comes first would be a matter of chance.
      const iterationMs = 137.31
      const expectedMs = Array.from({ length: 11 }, (_, index) => index + 1).flatMap((vu) => {
        let freeMs = 0
        return wantedMs(vu, startVus, ramp.stages).flatMap(({ joinMs, leaveMs }) => {
          // Wanted again before its last iteration ended, a VU goes on when that ends.
          const startsMs = loopMs({ joinMs: Math.max(joinMs, freeMs), leaveMs, iterationMs })
          freeMs = (startsMs.at(-1) ?? Number.NEGATIVE_INFINITY) + iterationMs
          return startsMs
        })
      })
      const { starts } = await runOn(count, scenario, () => ({ iterationMs }))
      expectSameTimes(
        starts.map(({ atMs }) => atMs - startMs),
        expectedMs,
      )
    },
  )
})

describe.each(workerCounts)('shared-iterations on %i workers', (count) => {
  /** 6 VUs, so that two and three workers have equal shares; who is free takes the next. */
  function shared(iterations: number, maxDurationMs: number): Promise<Awaited<ReturnType<typeof runOn>>> {
    const scenario: Scenario = { ...base, executor: 'shared-iterations', vus: 6, iterations, maxDurationMs }
    const share = iterations / count
    return runOn(count, scenario, (index) => ({ iterationMs: 250, grants: [[[index * share, (index + 1) * share]]] }))
  }

  test('iteration i starts when floor(i / VUs) earlier ones have ended, each number once', async () => {
    const { starts, droppedCount } = await shared(42, 60_000)
    expectSameTimes(
      starts.map(({ atMs }) => atMs - startMs),
      Array.from({ length: 42 }, (_, index) => Math.floor(index / 6) * 250),
    )
    expect(starts.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 42 }, (_, index) => index))
    expect(droppedCount).toBe(0)
  })

  test('what would start exactly at the end is dropped', async () => {
    const { starts, droppedCount } = await shared(42, 1000)
    expectSameTimes(
      starts.map(({ atMs }) => atMs - startMs),
      Array.from({ length: 24 }, (_, index) => Math.floor(index / 6) * 250),
    )
    expect(droppedCount).toBe(18)
  })
})

describe.each(workerCounts)('per-vu-iterations on %i workers', (count) => {
  test.each([
    { maxDurationMs: 60_000, perVu: 6, droppedCount: 0 },
    { maxDurationMs: 1000, perVu: 4, droppedCount: 14 }, // the fifth of each would start exactly at the end
  ])(
    'within $maxDurationMs ms each of 7 VUs starts $perVu of 6, back to back',
    async ({ maxDurationMs, perVu, droppedCount }) => {
      const scenario: Scenario = { ...base, executor: 'per-vu-iterations', vus: 7, iterations: 6, maxDurationMs }
      const run = await runOn(count, scenario, () => ({ iterationMs: 250 }))
      expectSameTimes(
        run.starts.map(({ atMs }) => atMs - startMs),
        Array.from({ length: 7 * perVu }, (_, index) => Math.floor(index / 7) * 250),
      )
      expect(run.droppedCount).toBe(droppedCount)
    },
  )
})

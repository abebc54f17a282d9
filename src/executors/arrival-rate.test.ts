import { describe, expect, test } from 'vitest'
import { hostClock, hostNowMs } from '../base/clock.ts'
import type { ConstantArrivalRate, RampingArrivalRate } from '../plan/plan.ts'
import { stripeOf, wholeStripe } from '../plan/segment.ts'
import { scenarioBase, testExecutor } from './executor.conformance.ts'
import { createExecutor } from './registry.ts'
import { Simulation } from './simulation.conformance.ts'

const open = { ...scenarioBase, timeUnitMs: 1000, preAllocatedVus: 5, maxVus: 5, whenBusy: 'drop', maxQueue: 1000 } as const

function constant(options: Partial<ConstantArrivalRate> = {}): ConstantArrivalRate {
  return { ...open, executor: 'constant-arrival-rate', rate: 5, durationMs: 2000, ...options }
}

function ramping(options: Partial<RampingArrivalRate> = {}): RampingArrivalRate {
  return { ...open, executor: 'ramping-arrival-rate', startRate: 6, stages: [{ durationMs: 2000, target: 12 }], ...options }
}

const three = { preAllocatedVus: 3, maxVus: 9 }
testExecutor(constant({ rate: 12, ...three }), { regularMs: 2000, endsEarly: false })
testExecutor(ramping(three), { regularMs: 2000, endsEarly: false })
describe('with a queue', () => {
  testExecutor(constant({ rate: 12, ...three, whenBusy: 'queue' }), { regularMs: 2000, endsEarly: false })
})

test('at 5/s for 2 s: ten iterations, each with its due time', async () => {
  const { starts, lateStarts } = await new Simulation(constant()).finish()
  expect(starts.map(({ index, atMs, dueAtMs }) => ({ index, atMs, dueAtMs }))).toEqual(
    Array.from({ length: 10 }, (_, index) => ({ index, atMs: index * 200, dueAtMs: index * 200 })),
  )
  expect(lateStarts).toEqual(Array.from({ length: 10 }, () => 0))
})

test('due times are run time: the start of the scenario is added', async () => {
  const { starts } = await new Simulation(constant(), { startMs: 700 }).finish()
  expect(starts[1]).toMatchObject({ atMs: 900, dueAtMs: 900 })
})

test('a rate that ramps starts where its integral says', async () => {
  const stages = [
    { durationMs: 4000, target: 4 },
    { durationMs: 2000, target: 4 },
    { durationMs: 0, target: 10 },
    { durationMs: 1000, target: 0 },
  ]
  const { startTimesMs } = await new Simulation(ramping({ startRate: 0, stages })).finish()
  expect(startTimesMs.map(Math.floor)).toEqual([
    1414, 2000, 2449, 2828, 3162, 3464, 3741, 4000, 4250, 4500, 4750, 5000, 5250, 5500, 5750, 6000, 6105, 6225, 6367, 6552,
  ])
})

test('three workers take turns, and each knows the numbers of its own', async () => {
  const scenario = constant({ rate: 6, durationMs: 1000, preAllocatedVus: 6, maxVus: 6 })
  const workers = await Promise.all(
    [0, 1, 2].map((index) => new Simulation(scenario, { stripe: stripeOf(undefined, { index, count: 3 }) }).finish()),
  )
  expect(workers.map(({ starts }) => starts.map(({ atMs, index }) => [Math.round(atMs), index]))).toEqual([
    [
      [0, 0],
      [500, 3],
    ],
    [
      [167, 1],
      [667, 4],
    ],
    [
      [333, 2],
      [833, 5],
    ],
  ])
})

test('a worker without a VU gets no ticks, the others get them all', async () => {
  const scenario = constant({ preAllocatedVus: 2, maxVus: 2 })
  const workers = await Promise.all(
    [0, 1, 2].map((index) => new Simulation(scenario, { stripe: stripeOf(undefined, { index, count: 3 }) }).finish()),
  )
  expect(workers.map(({ starts }) => starts.length)).toEqual([5, 5, 0])
  expect(workers[2]).toMatchObject({ starts: [], droppedCount: 0 })
})

describe('without an idle VU', () => {
  test('a tick is dropped for good and one more VU is asked for, until there are no more', async () => {
    // As measured: 20/s for 2 s, 1 to 3 VUs, iterations of 0.6 s and a bit: ten run.
    const simulation = await new Simulation(constant({ rate: 20, preAllocatedVus: 1, maxVus: 3, gracefulStopMs: 1000 }), {
      iterationMs: 600.9,
    }).finish()
    expect(simulation.startTimesMs).toEqual([0, 100, 200, 650, 750, 850, 1300, 1400, 1500, 1950])
    expect(simulation.droppedCount).toBe(30)
    expect(simulation.starts.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(simulation.warnings).toEqual(['Insufficient VUs, reached 3 active VUs and cannot initialize more'])
    expect(simulation).toMatchObject({ interruptedCount: 0, heldCount: 0, endedAtMs: 2550.9 })
  })

  test('VUs are initialised one after another', async () => {
    const { starts } = await new Simulation(constant({ rate: 20, preAllocatedVus: 0, maxVus: 3 }), {
      growMs: 180,
      iterationMs: 9000,
    }).finish()
    expect(starts.map(({ vu, atMs }) => [vu, atMs])).toEqual([
      [1, 200],
      [2, 450],
      [3, 700],
    ])
  })

  test('a VU that cannot be initialised is as if there were no more', async () => {
    const { warnings, starts } = await new Simulation(constant({ preAllocatedVus: 1, maxVus: 3 }), {
      vus: 3,
      iterationMs: 9000,
    }).finish()
    expect(starts).toHaveLength(1)
    expect(warnings).toEqual(['Insufficient VUs, reached 1 active VUs and cannot initialize more'])
  })

  test('ticks that fell due while the process was held up all start, late, with their due times', async () => {
    const simulation = new Simulation(constant(), { iterationMs: 10 })
    await simulation.clock.advanceTo(250)
    await simulation.clock.stallUntil(1000)
    await simulation.finish()
    expect(simulation.starts.filter(({ atMs }) => atMs === 1000).map(({ dueAtMs }) => dueAtMs)).toEqual([400, 600, 800, 1000])
    expect(simulation.lateStarts).toEqual([0, 0, 600, 400, 200, 0, 0, 0, 0, 0])
    expect(simulation.droppedCount).toBe(0)
  })

  test('ticks before the end start even when the process wakes up after it', async () => {
    const simulation = new Simulation(constant(), { iterationMs: 10 })
    await simulation.clock.advanceTo(1650)
    await simulation.clock.stallUntil(2100)
    await simulation.finish()
    expect(simulation.starts.at(-1)).toMatchObject({ dueAtMs: 1800, atMs: 2100 })
  })

  test('one VU that is quick enough runs a whole burst', async () => {
    const simulation = new Simulation(constant({ rate: 1000, durationMs: 1000, preAllocatedVus: 1, maxVus: 1 }), {
      iterationMs: 0,
    })
    await simulation.clock.advanceTo(100)
    await simulation.clock.stallUntil(400)
    await simulation.finish()
    expect(simulation.starts).toHaveLength(1000)
    expect(simulation.droppedCount).toBe(0)
  })
})

describe('with a queue', () => {
  const queue = { whenBusy: 'queue', preAllocatedVus: 1, maxVus: 1 } as const

  test('a due iteration waits for a VU, keeps its due time, and is no late start', async () => {
    const simulation = await new Simulation(constant(queue), { iterationMs: ({ index }) => (index === 0 ? 900 : 100) }).finish()
    expect(simulation.starts.map(({ dueAtMs, atMs }) => [dueAtMs, atMs])).toEqual([
      [0, 0],
      [200, 900],
      [400, 1000],
      [600, 1100],
      [800, 1200],
      [1000, 1300],
      [1200, 1400],
      [1400, 1500],
      [1600, 1600],
      [1800, 1800],
    ])
    expect(simulation).toMatchObject({ droppedCount: 0, warnings: [], lateStarts: [0, 0] })
  })

  test('what has no place in the queue is dropped', async () => {
    const { droppedCount, starts, warnings } = await new Simulation(constant({ ...queue, maxQueue: 2 }), {
      iterationMs: 1500,
    }).finish()
    expect(starts.map(({ dueAtMs }) => dueAtMs)).toEqual([0, 200])
    expect(droppedCount).toBe(8)
    expect(warnings).toHaveLength(1)
  })

  test('waiting iterations still start within the graceful stop, then count as dropped', async () => {
    const { droppedCount, starts, endedAtMs } = await new Simulation(constant({ ...queue, gracefulStopMs: 1000 }), {
      iterationMs: 400,
    }).finish()
    expect(starts.map(({ atMs }) => atMs)).toEqual([0, 400, 800, 1200, 1600, 2000, 2400, 2800])
    expect(droppedCount).toBe(2)
    expect(endedAtMs).toBe(3000)
  })

  test('a requested stop drops what waits', async () => {
    const simulation = new Simulation(constant(queue), { iterationMs: 1200 })
    await simulation.clock.advanceTo(900)
    simulation.stopping.abort()
    await simulation.finish()
    expect(simulation).toMatchObject({ droppedCount: 4, endedAtMs: 1200, heldCount: 0 })
  })

  test('a stop within the graceful stop drops what waits', async () => {
    const simulation = new Simulation(constant({ ...queue, gracefulStopMs: 5000 }), { iterationMs: 900 })
    await simulation.clock.advanceTo(3000)
    simulation.stopping.abort()
    await simulation.finish()
    expect(simulation).toMatchObject({ droppedCount: 6, endedAtMs: 3600, heldCount: 0, interruptedCount: 0 })
  })

  test('iterations that wait for a VU still being initialised get it after the end', async () => {
    const simulation = await new Simulation(constant({ ...queue, preAllocatedVus: 0 }), {
      growMs: 2200,
      iterationMs: 10,
    }).finish()
    expect(simulation.startTimesMs).toEqual(Array.from({ length: 10 }, (_, index) => 2200 + index * 10))
    expect(simulation).toMatchObject({ droppedCount: 0, endedAtMs: 2300 })
  })

  test('VUs are added while iterations wait, and serve them', async () => {
    const { starts, droppedCount } = await new Simulation(constant({ ...queue, maxVus: 3 }), {
      growMs: 50,
      iterationMs: 900,
    }).finish()
    expect(starts.map(({ vu, dueAtMs, atMs }) => [vu, dueAtMs, atMs])).toEqual([
      [1, 0, 0],
      [2, 200, 250],
      [3, 400, 450],
      [1, 600, 900],
      [2, 800, 1150],
      [3, 1000, 1350],
      [1, 1200, 1800],
      [2, 1400, 2050],
      [3, 1600, 2250],
    ])
    expect(droppedCount).toBe(1)
  })

  test('a stalled target does not hide its queue: response times count from the due time', async () => {
    // 2,000/s on 50 VUs for 3 s, all of which stall from 1.0 to 2.4 s.
    const stall = ({ atMs }: { atMs: number }): number => (atMs >= 1000 && atMs < 2400 ? 2400 - atMs : 5)
    const scenario = { rate: 2000, durationMs: 3000, preAllocatedVus: 50, maxVus: 50 }
    const queued = await new Simulation(constant({ ...queue, ...scenario, maxQueue: 20_000 }), { iterationMs: stall }).finish()
    expect(queued.starts).toHaveLength(6000)
    expect(queued.droppedCount).toBe(0)
    const waitedOver1s = queued.starts.filter(({ atMs, dueAtMs }) => atMs - (dueAtMs ?? 0) > 1000).length
    expect(waitedOver1s).toBeGreaterThan(500)
    const dropping = await new Simulation(constant({ ...scenario }), { iterationMs: stall }).finish()
    expect(dropping.droppedCount).toBe(2750)
  })
})

test('a pause shifts the rest of the schedule', async () => {
  const simulation = new Simulation(constant())
  await simulation.clock.advanceTo(500)
  simulation.command({ type: 'pause' })
  await simulation.clock.advanceTo(1500)
  expect(simulation.starts).toHaveLength(3)
  simulation.command({ type: 'resume' })
  await simulation.finish()
  expect(simulation.startTimesMs).toEqual([0, 200, 400, 1600, 1800, 2000, 2200, 2400, 2600, 2800])
})

test('fewer VUs may be allowed while it runs', async () => {
  const simulation = new Simulation(constant({ rate: 20, durationMs: 1000 }), { iterationMs: 1000 })
  await simulation.clock.advanceTo(120)
  simulation.command({ type: 'scale', vus: 2, maxVus: 2 })
  await simulation.finish()
  expect(simulation.starts).toHaveLength(3)
  expect(simulation.droppedCount).toBe(17)
})

test('on the real clock, 5,000/s are 5,000/s: each tick has its iteration', async () => {
  const starts: number[] = []
  const hold = {
    run: ({ index }: { index: number }) => {
      starts.push(index)
      return Promise.resolve('completed' as const)
    },
    interrupt: () => undefined,
    release: () => undefined,
  }
  let droppedCount = 0
  await createExecutor(constant({ rate: 5000, durationMs: 300, preAllocatedVus: 2, maxVus: 2 })).run({
    pool: { acquire: () => hold, grow: () => Promise.resolve(false) },
    clock: hostClock(hostNowMs()),
    startMs: 10,
    stripe: wholeStripe(),
    stopping: new AbortController().signal,
    signal: new AbortController().signal,
    dropped: (count) => void (droppedCount += count),
    lateStart: () => undefined,
    warn: () => undefined,
    wantIterations: () => Promise.resolve([]),
  })
  expect(starts).toEqual(Array.from({ length: 1500 }, (_, index) => index))
  expect(droppedCount).toBe(0)
})

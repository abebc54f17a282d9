import { expect, test } from 'vitest'
import { builtin } from '../metrics/definition.ts'
import { Histogram } from '../metrics/histogram.ts'
import type { SeriesDelta } from '../metrics/snapshot.ts'
import { Totals } from '../metrics/totals.ts'
import { examplePlan } from './example-run.conformance.ts'
import { generatorFactsOf, judgeGenerator, type GeneratorFacts, type GeneratorInput } from './generator-verdict.ts'
import { HealthLog, type WorkerSecond } from './health-log.ts'
import type { GeneratorVerdict } from './summary.ts'

const calm: GeneratorFacts = {
  loopDelayMsP99: 2,
  responseMsP99: 50,
  punctualityCount: 1000,
  lateStarts: 0,
  localSocketErrors: 0,
  dropped: 0,
  iterations: 1000,
}

/** A log of 100 seconds of one worker, of which `busyCount` are as told. */
function healthWith(busyCount: number, busy: Partial<WorkerSecond>, workerId = '1'): HealthLog {
  const health = new HealthLog()
  const idle: WorkerSecond = { workerId, cpuRatio: 0.5, loopUtilisation: 0.5, isThrottled: false }
  for (let second = 0; second < 100; second++) health.add(second < busyCount ? { ...idle, ...busy } : idle)
  return health
}

function judge(changes: Partial<Omit<GeneratorInput, 'facts'>> & { facts?: Partial<GeneratorFacts> }): GeneratorVerdict {
  const input = { plan: examplePlan(), workers: 1, health: new HealthLog(), rates: [], ...changes }
  return judgeGenerator({ ...input, facts: { ...calm, ...changes.facts } })
}

const rate = { scenario: 'browse', planned: 1000, started: 1000, dropped: 0, idleRatio: 1 }

test.each<{ name: string; verdict: string; input: Parameters<typeof judge>[0] }>([
  { name: 'a calm run', verdict: 'ok', input: {} },
  {
    name: 'a run without a second of health',
    verdict: 'ok',
    input: { facts: { responseMsP99: undefined, punctualityCount: 0 } },
  },
  { name: 'over 90 % CPU in 5 % of the seconds', verdict: 'ok', input: { health: healthWith(5, { cpuRatio: 1 }) } },
  { name: 'over 90 % CPU in 6 % of the seconds', verdict: 'limited', input: { health: healthWith(6, { cpuRatio: 0.91 }) } },
  { name: 'exactly 90 % CPU all the time', verdict: 'ok', input: { health: healthWith(100, { cpuRatio: 0.9 }) } },
  { name: 'a busy loop', verdict: 'ok', input: { health: healthWith(100, { loopUtilisation: 1 }) } },
  {
    name: 'a busy loop that is throttled',
    verdict: 'limited',
    input: { health: healthWith(6, { loopUtilisation: 0.96, isThrottled: true }) },
  },
  {
    name: 'an idle loop that is throttled',
    verdict: 'ok',
    input: { health: healthWith(100, { loopUtilisation: 0.5, isThrottled: true }) },
  },
  { name: 'a loop delay of over a quarter of the response', verdict: 'unreliable', input: { facts: { loopDelayMsP99: 13 } } },
  { name: 'a loop delay of a quarter of the response', verdict: 'ok', input: { facts: { loopDelayMsP99: 12.5 } } },
  {
    name: 'a loop delay of 10 ms with tiny responses',
    verdict: 'ok',
    input: { facts: { loopDelayMsP99: 10, responseMsP99: 1 } },
  },
  { name: '1 % of late starts', verdict: 'ok', input: { facts: { lateStarts: 10 } } },
  { name: 'over 1 % of late starts', verdict: 'unreliable', input: { facts: { lateStarts: 11 } } },
  { name: 'a local socket error', verdict: 'unreliable', input: { facts: { localSocketErrors: 1 } } },
  { name: 'a rate missed with idle VUs', verdict: 'unreliable', input: { rates: [{ ...rate, started: 989 }] } },
  { name: 'a rate reached to 99 %', verdict: 'ok', input: { rates: [{ ...rate, started: 990 }] } },
  {
    name: 'a rate missed because all VUs were busy',
    verdict: 'ok',
    input: { rates: [{ ...rate, started: 500, dropped: 500, idleRatio: 0 }] },
  },
  { name: 'one iteration of ten on the very end', verdict: 'ok', input: { rates: [{ ...rate, planned: 10, started: 9 }] } },
  {
    name: 'both',
    verdict: 'unreliable',
    input: { health: healthWith(50, { cpuRatio: 1 }), facts: { localSocketErrors: 1 } },
  },
])('$name is $verdict', ({ verdict, input }) => {
  expect(judge(input).verdict).toBe(verdict)
})

test('reasons list the unreliable ones first and the limited ones as well', () => {
  const { reasons } = judge({ health: healthWith(50, { cpuRatio: 1 }), facts: { localSocketErrors: 3 } })
  expect(reasons).toEqual([
    expect.stringMatching(/^3 connections failed on this machine/) as string,
    expect.stringMatching(/^Worker 1 had no CPU to spare in 50 % of the seconds: .* lower the load\.$/) as string,
  ])
})

test('a flat-out closed loop is told that this is no fault', () => {
  const { rate: _rate, ...shared } = examplePlan().scenarios[0] as Extract<
    ReturnType<typeof examplePlan>['scenarios'][number],
    { rate: number }
  >
  const plan = examplePlan({ scenarios: [{ ...shared, executor: 'constant-vus', vus: 50, durationMs: 10_000 }] })
  expect(judge({ plan, health: healthWith(100, { cpuRatio: 1 }) }).reasons).toEqual([
    expect.stringContaining('no fault') as string,
  ])
})

test('the CPU ratio is that of the busiest worker', () => {
  const health = healthWith(0, {})
  for (let second = 0; second < 100; second++)
    health.add({ workerId: '2', cpuRatio: 0.7, loopUtilisation: 0.5, isThrottled: false })
  expect(judge({ health, workers: 2 })).toMatchObject({ cpuRatio: expect.closeTo(0.7, 9) as number, workers: 2 })
})

test('dropped iterations are users missing from the percentiles', () => {
  expect(judge({ facts: { dropped: 100, iterations: 300 } }).censored).toEqual({ dropped: 100, ratio: 0.25 })
  expect(judge({}).censored).toBeUndefined()
})

function trend(metric: (typeof builtin)[keyof typeof builtin], values: readonly number[]): SeriesDelta {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return { metric, tags: {}, type: 'trend', histogram: histogram.toDelta() }
}

test('facts come from the merged totals', () => {
  const totals = new Totals()
  totals.add([
    trend(builtin.loopDelay, [1, 1, 1]),
    trend(builtin.iterationDuration, [200]),
    trend(builtin.httpReqDuration, [100]),
    trend(builtin.lateStart, [0, 5, 10, 11, 500]),
    { metric: builtin.localSocketErrors, tags: {}, type: 'counter', sum: 2 },
    { metric: builtin.droppedIterations, tags: {}, type: 'counter', sum: 3 },
    { metric: builtin.iterations, tags: {}, type: 'counter', sum: 4 },
  ])
  expect(generatorFactsOf(totals)).toEqual({
    loopDelayMsP99: 1,
    responseMsP99: 100,
    punctualityCount: 5,
    lateStarts: 2,
    localSocketErrors: 2,
    dropped: 3,
    iterations: 4,
  })
  expect(generatorFactsOf(new Totals())).toMatchObject({ responseMsP99: undefined, loopDelayMsP99: 0, lateStarts: 0 })
})

test("a worker's snapshot carries its health", () => {
  const health = new HealthLog()
  const snapshot = { version: 1, source: 'w1', second: 0, scenarios: [], events: [] } as const
  health.addSnapshot({ ...snapshot, series: [] })
  health.addSnapshot({
    ...snapshot,
    series: [trend(builtin.cpuRatio, [0.5]), trend(builtin.loopUtilisation, [0.99]), trend(builtin.coreWaitRatio, [0.2])],
  })
  expect(health.workers()).toEqual([{ workerId: 'w1', secondCount: 1, meanCpuRatio: 0.5, saturatedRatio: 1, throttledRatio: 1 }])
})

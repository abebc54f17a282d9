import { describe, expect, test } from 'vitest'
import { inProcessWorkers } from '../../src/distribution/in-process-workers.ts'
import { arrivalSchedule } from '../../src/plan/arrival-schedule.ts'
import type { WorkerChannel } from '../../src/wire/channel.ts'
import type { FromWorker } from '../../src/wire/messages.ts'
import { runWorker } from '../../src/worker/run-worker.ts'
import { countOf, type EngineRun, runEngine } from './engine.ts'

/** Says who ran what and when it was due. */
const script = `import { execution, sleep } from 'brunt'
export default function () {
  say({ vu: execution.vu.id, iteration: execution.scenario.iterationInTest, dueAtMs: execution.run.dueAtMs })
}
`
/** With a breath, so that closed models make hundreds of iterations and not a million. */
const breathing = script.replace('function', 'async function').replace('})\n', '})\n  await sleep(0.02)\n')

interface Said {
  readonly vu: number
  readonly iteration: number
  readonly dueAtMs: number | undefined
}

function iterationsOf(run: EngineRun): number[] {
  return (run.said as Said[]).map(({ iteration }) => iteration).toSorted((a, b) => a - b)
}

function vusOf(run: EngineRun): number[] {
  return [...new Set((run.said as Said[]).map(({ vu }) => vu))].toSorted((a, b) => a - b)
}

function upTo(count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}

describe.each([1, 2, 3])('on %i workers', (workers) => {
  test.each([
    { executor: 'constant-arrival-rate', rate: 37, timeUnit: '1s', duration: '1s', preAllocatedVUs: 5 },
    {
      executor: 'ramping-arrival-rate',
      startRate: 10,
      stages: [
        { target: 60, duration: '1s' },
        { target: 0, duration: '1s' },
      ],
      preAllocatedVUs: 5,
    },
  ])('$executor starts every tick of the schedule once, due to 1 us when the schedule says', async (scenario) => {
    const run = await runEngine(script, { workers, options: { scenarios: { open: { ...scenario, startTime: '250ms' } } } })
    const [planned] = run.plan.scenarios
    if (planned?.executor !== 'constant-arrival-rate' && planned?.executor !== 'ramping-arrival-rate') throw new Error('no rate')
    const schedule = arrivalSchedule(planned)
    const expected: number[] = []
    for (let due = schedule.dueAtMs(0); due !== undefined; due = schedule.dueAtMs(expected.length)) expected.push(250 + due)
    const due = (run.said as Said[]).map(({ dueAtMs }) => dueAtMs ?? Number.NaN).toSorted((a, b) => a - b)
    expect(due).toHaveLength(expected.length)
    expect(Math.max(...due.map((at, index) => Math.abs(at - (expected[index] ?? Number.NaN))))).toBeLessThan(0.001)
    expect(iterationsOf(run)).toEqual(upTo(expected.length))
    expect(vusOf(run).every((vu) => vu >= 1 && vu <= 5)).toBe(true)
    expect(countOf(run, 'iterations')).toBe(expected.length)
  })

  test('shared-iterations runs each number exactly once', async () => {
    const run = await runEngine(breathing, {
      workers,
      options: { scenarios: { shared: { executor: 'shared-iterations', vus: 6, iterations: 101 } } },
    })
    expect(iterationsOf(run)).toEqual(upTo(101))
    expect(vusOf(run)).toEqual(upTo(6, 1))
    expect(countOf(run, 'iterations')).toBe(101)
    expect(countOf(run, 'dropped_iterations')).toBeUndefined()
  })

  test('shared-iterations with fewer VUs than workers runs each number exactly once', async () => {
    const run = await runEngine(script, {
      workers,
      options: { scenarios: { shared: { executor: 'shared-iterations', vus: 1, iterations: 20 } } },
    })
    expect(iterationsOf(run)).toEqual(upTo(20))
    expect(vusOf(run)).toEqual([1])
  })

  test('per-vu-iterations runs as many for each VU', async () => {
    const run = await runEngine(script, {
      workers,
      options: { scenarios: { each: { executor: 'per-vu-iterations', vus: 5, iterations: 4 } } },
    })
    const counts = new Map<number, number>()
    for (const { vu } of run.said as Said[]) counts.set(vu, (counts.get(vu) ?? 0) + 1)
    expect([...counts].toSorted(([a], [b]) => a - b)).toEqual(upTo(5, 1).map((vu) => [vu, 4]))
    expect(new Set(iterationsOf(run)).size).toBe(20)
  })

  test.each([
    { executor: 'constant-vus', vus: 7, duration: '1s' },
    { executor: 'ramping-vus', startVUs: 7, stages: [{ target: 7, duration: '1s' }] },
  ])('$executor loops the planned VUs, each iteration with a number of its own', async (scenario) => {
    const run = await runEngine(breathing, { workers, options: { scenarios: { closed: scenario } } })
    expect(vusOf(run)).toEqual(upTo(7, 1))
    const numbers = iterationsOf(run)
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(countOf(run, 'iterations')).toBe(numbers.length)
    expect(run.outcome.summary.metrics['vus_max']?.values['max']).toBe(7)
  })

  test('VUs of scenarios one after another are the same, and no more are counted than there are', async () => {
    const run = await runEngine(breathing.replace('dueAtMs: execution.run.dueAtMs', 'known: execution.run.vusInitialized'), {
      workers,
      options: {
        scenarios: {
          first: { executor: 'constant-vus', vus: 4, duration: '1s', gracefulStop: '0s' },
          second: { executor: 'constant-vus', vus: 4, duration: '2s', startTime: '1s' },
        },
      },
    })
    expect(vusOf(run)).toEqual(upTo(4, 1))
    expect(run.outcome.summary.metrics['vus_max']?.values['max']).toBe(4)
    expect(new Set((run.said as { known: number }[]).map(({ known }) => known))).toEqual(new Set([0, 4]))
    const active = run.snapshots.map(({ scenarios }) => scenarios.reduce((sum, { activeVus }) => sum + activeVus, 0))
    expect(Math.max(...active)).toBeLessThanOrEqual(4)
  })
})

describe('what a worker reports', () => {
  /** Workers of which each message may be changed on its way to the coordinator. */
  function meddling(meddle: (message: FromWorker) => FromWorker | undefined): ReturnType<typeof inProcessWorkers> {
    return inProcessWorkers((channel) => {
      const changed: WorkerChannel = {
        ...channel,
        send(message) {
          const sent = meddle(message)
          if (sent) channel.send(sent)
        },
      }
      void runWorker(changed)
    })
  }
  const options = { scenarios: { closed: { executor: 'constant-vus', vus: 2, duration: '2s' } } }

  test('adds up to its totals, on any number of workers', async () => {
    const run = await runEngine(breathing, { workers: 2, options })
    expect(run.outcome.summary.run).toMatchObject({ partial: false, exitCode: 0 })
    const sum = run.snapshots
      .flatMap(({ series }) => series)
      .filter(({ metric, tags }) => metric.name === 'iterations' && Object.keys(tags).length === 0)
      .reduce((total, delta) => total + (delta.type === 'counter' ? delta.sum : 0), 0)
    expect(sum).toBe(countOf(run, 'iterations'))
  })

  test('marks the run partial when a second of it is missing', async () => {
    let isFirst = true
    const source = meddling((message) => {
      if (message.type !== 'snapshot' || !isFirst) return message
      isFirst = false
      return undefined
    })
    const run = await runEngine(breathing, { source, options })
    expect(run.outcome.summary.run).toMatchObject({ partial: true, exitCode: 123 })
    expect(run.outcome.summary.notes.join('\n')).toMatch(/worker 1 reported do not add up to its totals of .*iterations/)
  })

  test('counts under the name that the coordinator gave it', async () => {
    const source = meddling((message) =>
      message.type === 'snapshot' ? { ...message, snapshot: { ...message.snapshot, source: 'somebody else' } } : message,
    )
    const run = await runEngine(breathing, { source, workers: 2, options })
    expect(run.outcome.summary.run).toMatchObject({ partial: false, exitCode: 0 })
    expect(run.outcome.summary.metrics['vus_max']?.values['max']).toBe(2)
  })

  test('that samples for the outputs were left out is told in the notes', async () => {
    const source = meddling((message) => (message.type === 'finished' ? { ...message, droppedSampleCount: 1234 } : message))
    const run = await runEngine(script, { source, options: { iterations: 1 } })
    expect(run.outcome.exitCode).toBe(0)
    expect(run.outcome.summary.notes.join('\n')).toMatch(/1,234 raw samples of worker 1 are missing from the outputs/)
  })

  test('that it failed makes it a lost worker, with the reason', async () => {
    let seconds = 0
    const source = meddling((message) => {
      if (message.type !== 'snapshot' || ++seconds !== 1) return message
      return {
        type: 'failed',
        phase: 'run',
        code: 'X',
        message: 'an executor failed',
        hint: undefined,
        stack: 'Error: its stack',
      }
    })
    const run = await runEngine(breathing, { source, options })
    expect(run.outcome.summary.run).toMatchObject({ partial: true, exitCode: 123 })
    expect(run.outcome.summary.notes.join('\n')).toMatch(/worker 1 was lost \(an executor failed\)/)
    expect(run.log.map(({ message }) => message).join('\n')).toMatch(/its stack/)
  })
})

import { describe, expect, test } from 'vitest'
import { hostClock, hostNowMs } from '../base/clock.ts'
import type { Scenario } from '../plan/plan.ts'
import { stripeOf, wholeStripe } from '../plan/segment.ts'
import { createExecutor } from './registry.ts'
import { Simulation } from './simulation.conformance.ts'

/** What every scenario of this suite has in common. */
export const scenarioBase = {
  name: 'default',
  exec: 'default',
  startTimeMs: 0,
  gracefulStopMs: 500,
  env: {},
  tags: {},
  options: {},
} as const

/**
 * Laws of every executor. `scenario` plans work from its start until at least 1 s after it, on 3 VUs or more, when iterations
 * take 100 ms, and its graceful stop is 500 ms.
 */
export function testExecutor(scenario: Scenario, { regularMs, endsEarly }: { regularMs: number; endsEarly: boolean }): void {
  describe(`every executor: ${scenario.executor}`, () => {
    test('starts nothing before its start, and something soon after', async () => {
      const simulation = new Simulation(scenario, { startMs: 5000, iterationMs: 100 })
      await simulation.clock.advanceTo(4999)
      expect(simulation.starts).toEqual([])
      await simulation.clock.advanceTo(6000)
      expect(simulation.starts.length).toBeGreaterThan(0)
    })

    test('ends by itself and gives every VU back', async () => {
      const simulation = await new Simulation(scenario, { iterationMs: 100 }).finish()
      expect(simulation.endedAtMs).toBeLessThanOrEqual(regularMs + 100)
      expect(simulation).toMatchObject({ heldCount: 0, interruptedCount: 0 })
      expect(simulation.startTimesMs.every((atMs) => atMs < regularMs)).toBe(true)
    })

    test('interrupts what still runs when the graceful stop is over', async () => {
      const simulation = await new Simulation(scenario, { iterationMs: Number.POSITIVE_INFINITY }).finish()
      expect(simulation.endedAtMs).toBe(regularMs + 500)
      expect(simulation.starts.length).toBeGreaterThan(0)
      expect(simulation.interruptedCount).toBe(simulation.starts.length)
      expect(simulation.heldCount).toBe(0)
    })

    test('when asked to stop, starts nothing more and lets running iterations end', async () => {
      const simulation = new Simulation(scenario, { iterationMs: 300 })
      await simulation.clock.advanceTo(750)
      simulation.stopping.abort()
      const startedCount = simulation.starts.length
      await simulation.finish()
      expect(simulation.starts).toHaveLength(startedCount)
      expect(simulation.endedAtMs).toBeLessThanOrEqual(1050)
      expect(simulation).toMatchObject({ heldCount: 0, interruptedCount: 0 })
    })

    test('when asked to stop, interrupts what outlasts the graceful stop', async () => {
      const simulation = new Simulation(scenario, { iterationMs: Number.POSITIVE_INFINITY })
      await simulation.clock.advanceTo(750)
      simulation.stopping.abort()
      await simulation.finish()
      expect(simulation.endedAtMs).toBe(1250)
      expect(simulation.interruptedCount).toBe(simulation.starts.length)
    })

    test('when told to end now, interrupts at once', async () => {
      const simulation = new Simulation(scenario, { iterationMs: Number.POSITIVE_INFINITY })
      await simulation.clock.advanceTo(750)
      simulation.signal.abort()
      await simulation.finish()
      expect(simulation.endedAtMs).toBe(750)
      expect(simulation.heldCount).toBe(0)
    })

    test.each(['stopping', 'signal'] as const)('%s before the start lets nothing start', async (how) => {
      const simulation = new Simulation(scenario, { startMs: 5000 })
      await simulation.clock.advanceTo(100)
      simulation[how].abort()
      await simulation.finish()
      expect(simulation).toMatchObject({ starts: [], endedAtMs: 100, heldCount: 0 })
    })

    test('a signal that was aborted before the run is honoured', async () => {
      const stopped = new AbortController()
      stopped.abort()
      const { signal } = new AbortController()
      const runs: unknown[] = []
      await createExecutor(scenario).run({ ...realContext(runs), stopping: stopped.signal, signal })
      expect(runs).toEqual([])
    })

    test('iterations that throw change nothing', async () => {
      const calm = await new Simulation(scenario, { iterationMs: 100 }).finish()
      const stormy = await new Simulation(scenario, { iterationMs: 100, outcome: 'threw' }).finish()
      expect(stormy.starts).toEqual(calm.starts)
    })

    test('iterations of all workers have numbers of their own', async () => {
      const grants = [0, 1, 2].map((worker) => [[[worker * 5, worker * 5 + 5] as const]])
      const workers = await Promise.all(
        [0, 1, 2].map((index) => {
          const workerGrants = grants[index] ?? []
          return new Simulation(scenario, {
            iterationMs: 100,
            stripe: stripeOf(undefined, { index, count: 3 }),
            grants: workerGrants,
          }).finish()
        }),
      )
      const indexes = workers.flatMap(({ starts }) => starts.map(({ index }) => index))
      expect(new Set(indexes).size).toBe(indexes.length)
      expect(workers.every(({ starts }) => starts.length > 0)).toBe(true)
    })

    test('says how much is done, from nothing to all', async () => {
      const simulation = new Simulation(scenario, { iterationMs: 100 })
      const ratios: number[] = []
      for (let atMs = 0; atMs <= regularMs + 100; atMs += 50) {
        await simulation.clock.advanceTo(atMs)
        ratios.push(simulation.executor.doneRatio(atMs))
      }
      expect(ratios).toEqual(ratios.toSorted((left, right) => left - right))
      expect(ratios[0]).toBeLessThan(0.5)
      expect(ratios.at(-1)).toBe(1)
    })

    test('a pool that fails ends the scenario with the failure', async () => {
      const stop = new AbortController()
      const context = { ...realContext([]), stopping: stop.signal, signal: new AbortController().signal }
      const pool = {
        ...context.pool,
        acquire: () => {
          throw new Error('no such function')
        },
      }
      await expect(createExecutor(scenario).run({ ...context, pool })).rejects.toThrow('the VU pool failed')
    })

    test('empty iterations leave the event loop its turns', async () => {
      const stop = new AbortController()
      const runs: unknown[] = []
      setTimeout(() => stop.abort(), 1)
      await createExecutor(scenario).run({ ...realContext(runs), stopping: stop.signal, signal: new AbortController().signal })
      expect(stop.signal.aborted || endsEarly).toBe(true)
    })
  })
}

/** The real clock, and any number of VUs whose iterations do nothing. */
function realContext(runs: unknown[]): Omit<Parameters<ReturnType<typeof createExecutor>['run']>[0], 'stopping' | 'signal'> {
  const done = Promise.resolve('completed' as const)
  return {
    pool: {
      acquire: () => ({
        run: (start) => {
          if (runs.length < 1000) runs.push(start)
          return done
        },
        interrupt: () => undefined,
        release: () => undefined,
      }),
      grow: () => Promise.resolve(false),
    },
    clock: hostClock(hostNowMs()),
    startMs: 0,
    stripe: wholeStripe(),
    dropped: () => undefined,
    lateStart: () => undefined,
    warn: () => undefined,
    wantIterations: () => Promise.resolve(runs.length === 0 ? [[0, 1000]] : []),
  }
}

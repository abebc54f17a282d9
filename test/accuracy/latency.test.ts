import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { brunt, type SampleTarget, scriptFile, startSampleTarget } from '../cli/program.ts'

let target: SampleTarget

beforeAll(async () => {
  target = await startSampleTarget()
})
afterAll(() => target.stop())

function visit(scenario: string): string {
  return scriptFile(`import http from 'brunt/http'
export const options = { scenarios: { visit: ${scenario} } }
export default async function () { await http.get('/get') }
`)
}

async function runOn(scenario: string): Promise<Summary> {
  const { stdout, stderr } = await brunt(['run', visit(scenario), '--json', '-e', `BASE_URL=${target.url}`])
  if (stdout === '') throw new Error(`no summary:\n${stderr}`)
  return JSON.parse(stdout) as Summary
}

/** Quantile of a sorted list, with linear interpolation. */
function quantileOf(sorted: readonly number[], q: number): number {
  const rank = q * (sorted.length - 1)
  const [low = 0, high = low] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]]
  return low + (high - low) * (rank - Math.floor(rank))
}

// A second of another process on this machine's two cores is enough to disturb the ten slowest of 4,000: such a run is repeated.
describe("against the target's own record", { retry: 2 }, () => {
  test.each([
    { name: 'lognormal', latency: { kind: 'lognormal', medianMs: 60, sigma: 0.4, seed: 3 } },
    { name: 'uniform', latency: { kind: 'uniform', minMs: 40, maxMs: 90, seed: 4 } },
  ])('percentiles of a $name latency are within 1 % or 0.5 ms of what the target recorded', async ({ latency }) => {
    await target.control({ reset: true, latency })
    const scenario = "{ executor: 'constant-arrival-rate', rate: 400, duration: '10s', preAllocatedVUs: 120 }"
    const summary = await runOn(scenario)
    const truth = ((await target.get('/latencies?route=/get')) as number[]).sort((a, b) => a - b)
    const values: Readonly<Record<string, number>> = summary.metrics['http_req_duration']?.values ?? {}
    expect(values['count']).toBe(truth.length)
    for (const [stat, q] of [
      ['med', 0.5],
      ['p(95)', 0.95],
      ['p(99)', 0.99],
      ['p(99.9)', 0.999],
    ] as const) {
      const expected = quantileOf(truth, q)
      const allowed = Math.max(0.5, expected * 0.01)
      expect
        .soft(Math.abs((values[stat] ?? Number.NaN) - expected), `${stat}: ours ${values[stat]}, the target's ${expected}`)
        .toBeLessThanOrEqual(allowed)
    }
  })
})

/** A stall of 1.4 s in the middle of a load of 500/s (the long version, 2,000/s for 30 s, is bench/stall.mjs). */
async function stalledRun(whenBusy: 'queue' | 'drop'): Promise<Summary> {
  await target.control({ reset: true, latency: null, stall: { startMs: 4000, durationMs: 1400 } })
  return runOn(
    `{ executor: 'constant-arrival-rate', rate: 500, duration: '8s', preAllocatedVUs: 20, maxVUs: 20, whenBusy: '${whenBusy}' }`,
  )
}

test('a stall shows in the response time of queued iterations and hides from the duration of requests', async () => {
  const { metrics, generator } = await stalledRun('queue')
  expect(metrics['iteration_response_time']?.values['p(95)']).toBeGreaterThan(500)
  expect(metrics['http_req_duration']?.values['p(99)']).toBeLessThan(50)
  expect(metrics['iterations']?.values['count']).toBe(4000)
  expect(generator.censored).toBeUndefined()
})

test('with drop, a stall costs the iterations that fell due meanwhile, and the verdict says who is missing', async () => {
  const { metrics, generator, notes } = await stalledRun('drop')
  const dropped = metrics['dropped_iterations']?.values['count'] ?? 0
  expect(dropped).toBeGreaterThan(500)
  expect(dropped).toBeLessThan(800)
  expect(dropped + (metrics['iterations']?.values['count'] ?? 0)).toBe(4000)
  expect(generator.censored?.dropped).toBe(dropped)
  expect(notes.join('\n')).toMatch(/missing from these percentiles/)
})

import { assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { drawLatencyMs, type LatencySpec } from './latency.ts'
import { LatencyLog } from './latency-log.ts'
import { Random } from '../../random.ts'

const draws = 20_000

function sample(spec: LatencySpec): number[] {
  const random = new Random(7)
  return Array.from({ length: draws }, () => drawLatencyMs(spec, random)).sort((a, b) => a - b)
}

test.each<[LatencySpec, number, number, number]>([
  [{ kind: 'fixed', ms: 5 }, 5, 5, 5],
  [{ kind: 'uniform', minMs: 10, maxMs: 20 }, 15, 15, 19.9],
  [{ kind: 'exponential', meanMs: 10 }, 10, 10 * Math.log(2), 10 * Math.log(100)],
  [{ kind: 'lognormal', medianMs: 20, sigma: 0.5 }, 20 * Math.exp(0.125), 20, 20 * Math.exp(0.5 * 2.3263)],
])('%j has its mean, median and 99th percentile', (spec, mean, median, p99) => {
  const sorted = sample(spec)
  const near = (value: number | undefined, expected: number): void =>
    expect(Math.abs((value ?? 0) - expected) / expected).toBeLessThan(0.04)
  near(sorted.reduce((sum, value) => sum + value, 0) / draws, mean)
  near(sorted[draws / 2], median)
  near(sorted[draws * 0.99], p99)
})

test('maxMs cuts the tail', () => {
  expect(sample({ kind: 'exponential', meanMs: 10, maxMs: 30 }).at(-1)).toBe(30)
})

test('the same seed draws the same numbers, all in [0, 1)', () => {
  assert(
    property(integer(), (seed) => {
      const [a, b] = [new Random(seed), new Random(seed)]
      for (let index = 0; index < 50; index++) {
        const value = a.next()
        expect(value).toBe(b.next())
        expect(value >= 0 && value < 1).toBe(true)
      }
    }),
  )
})

test('the log keeps order up to its limit, counts the rest, and starts anew after a clear', () => {
  const log = new LatencyLog(10_000)
  for (let index = 0; index < 10_005; index++) log.record(index, index % 2)
  expect([log.read().length, log.read()[9999], log.droppedCount]).toEqual([10_000, 9999, 5])
  expect(Array.from(log.read(1)).slice(0, 3)).toEqual([1, 3, 5])
  log.clear()
  log.record(4, 0)
  expect([[...log.read()], log.droppedCount]).toEqual([[4], 0])
})

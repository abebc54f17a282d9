import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { minimumCountFor, quantileRanks } from './quantile-interval.ts'

test.each([
  [0.5, 5],
  [0.9, 29],
  [0.95, 59],
  [0.99, 299],
  [0.999, 2995],
  [0.01, 299],
  [1, 1],
])('quantile %d needs %d samples', (q, count) => {
  expect(minimumCountFor(q)).toBe(count)
})

test.each([0.5, 0.9, 0.95, 0.99, 0.999])('from that many samples on, and not before, quantile %d has an upper bound', (q) => {
  const enough = minimumCountFor(q)
  expect(quantileRanks(enough, q).upper).toBe(enough)
  expect(quantileRanks(enough - 1, q).upper).toBe(enough)
})

/** P(lower <= B < upper), straight from the definition. */
function coverage({ lower, upper }: { lower: number; upper: number }, count: number, q: number): number {
  let sum = 0
  let probability = (1 - q) ** count
  for (let k = 0; k <= count; k += 1) {
    if (k >= lower && k < upper) sum += probability
    probability *= ((count - k) / (k + 1)) * (q / (1 - q))
  }
  return sum
}

test('the ranks cover what was asked for, and one rank fewer on either side would not', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      fc.constantFrom(0.8, 0.95, 0.99),
      (count, q, confidence) => {
        const ranks = quantileRanks(count, q, confidence)
        expect(ranks.lower).toBeLessThan(ranks.upper)
        expect(coverage(ranks, count, q)).toBeGreaterThanOrEqual(confidence - 1e-9)
        const narrower = { lower: ranks.lower + 1, upper: ranks.upper - 1 }
        if (ranks.lower > 0 && ranks.upper <= count) expect(coverage(narrower, count, q)).toBeLessThan(confidence)
      },
    ),
  )
})

test('a hundred million samples are no problem, and agree with the normal approximation', () => {
  const { lower, upper } = quantileRanks(1e8, 0.99)
  const half = 1.96 * Math.sqrt(1e8 * 0.99 * 0.01)
  expect(Math.abs(lower - (0.99e8 - half))).toBeLessThan(3)
  expect(Math.abs(upper - (0.99e8 + half))).toBeLessThan(3)
})

test.each([0, 1])('quantile %d is bounded by nothing', (q) => {
  expect(quantileRanks(10, q)).toEqual({ lower: 0, upper: 11 })
})

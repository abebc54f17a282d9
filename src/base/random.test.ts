import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from './random.ts'

function numbersOf(seed: number, count: number): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, random)
}

test('the same seed gives the same numbers, another seed others', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (one, other) => {
      expect(numbersOf(one, 5)).toEqual(numbersOf(one, 5))
      if (one >>> 0 !== other >>> 0) expect(numbersOf(one, 5)).not.toEqual(numbersOf(other, 5))
    }),
  )
})

test('numbers are at least 0 and under 1, and fill ten bins evenly', () => {
  const bins = Array.from({ length: 10 }, () => 0)
  for (const number of numbersOf(7, 100_000)) {
    expect(number >= 0 && number < 1).toBe(true)
    bins[Math.floor(number * 10)] = (bins[Math.floor(number * 10)] ?? 0) + 1
  }
  // Chi-squared with nine degrees of freedom is under 27.9 in 99.9 % of such samples.
  expect(bins.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(27.9)
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Histogram } from './histogram.ts'

const maxError = 0.001
const smallestNormal = 2 ** -1022

/** Every finite float64 whose relative error is defined. */
const anyValue = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((value) => value === 0 || Math.abs(value) >= smallestNormal)
const latencyMs = fc.double({ min: 0.001, max: 60_000, noNaN: true })

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

function sortedQuantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = q * (sorted.length - 1)
  const low = sorted[Math.floor(rank)] as number
  const high = sorted[Math.ceil(rank)] as number
  return low + (high - low) * (rank - Math.floor(rank))
}

function bucketsOf(histogram: Histogram): [number, number][] {
  const { indexes, counts } = histogram.toDelta()
  return [...indexes].map((index, i) => [index, counts[i] as number])
}

describe('one value', () => {
  test('of any finite float64 is found again within 0.1 %', () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (a, b, value) => {
        // The middle of three is neither min nor max, which are exact anyway.
        const middle = [a, b, value].sort((x, y) => x - y)[1] as number
        const found = histogramOf([a, b, value]).quantile(0.5)
        expect(Math.abs(found - middle)).toBeLessThanOrEqual(maxError * Math.abs(middle))
      }),
    )
  })

  test.each([0, -0, 1e-300, 5e-324, 0.1, 1, -1, 1e15, -1e-9, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE])(
    '%d alone is exact in every statistic',
    (value) => {
      const histogram = histogramOf([value])
      expect([histogram.count, histogram.min, histogram.max, histogram.mean, histogram.quantile(0.99)].map((x) => x + 0)).toEqual(
        [1, value, value, value, value].map((x) => x + 0),
      )
    },
  )

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d is refused and counted', (value) => {
    const histogram = histogramOf([1, value])
    histogram.recordMany(value, 3)
    expect([histogram.count, histogram.sum, histogram.max, histogram.refusedCount]).toEqual([1, 1, 1, 4])
  })
})

describe('quantiles', () => {
  test('of zeros are zero, not a tiny number near it', () => {
    expect([0.1, 0.5, 0.7].map((q) => histogramOf([0, 0, 0, 0.0051]).quantile(q))).toEqual([0, 0, expect.closeTo(0.00051, 9)])
    expect(histogramOf([-0.003, 0, 0.0051]).quantile(0.5)).toBe(0)
  })

  test.each([
    ['latencies', latencyMs],
    ['values of one sign', fc.double({ min: -1e6, max: -1e-6, noNaN: true })],
  ])('of %s are those of the sorted list within 0.1 %', (_, arbitrary) => {
    fc.assert(
      fc.property(
        fc.array(arbitrary, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const truth = sortedQuantile(values, q)
          expect(Math.abs(histogramOf(values).quantile(q) - truth)).toBeLessThanOrEqual(maxError * Math.abs(truth) + 1e-12)
        },
      ),
    )
  })

  test('of whole numbers up to 2,048 are exact', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -2048, max: 2048 }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          expect(histogramOf(values).quantile(q)).toBeCloseTo(sortedQuantile(values, q), 9)
        },
      ),
    )
  })

  test('never leave the range of the values, and 0 and 1 are its exact ends', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const histogram = histogramOf(values)
        expect(histogram.quantile(q)).toBeGreaterThanOrEqual(histogram.min)
        expect(histogram.quantile(q)).toBeLessThanOrEqual(histogram.max)
        expect([histogram.quantile(0) + 0, histogram.quantile(1) + 0]).toEqual([Math.min(...values) + 0, Math.max(...values) + 0])
      }),
    )
  })

  test('between two huge values of opposite signs are numbers', () => {
    const histogram = histogramOf([2e293, -Number.MAX_VALUE])
    expect(histogram.quantile(0.5) / Number.MAX_VALUE).toBeCloseTo(-0.5)
    expect(histogramOf([Number.MAX_VALUE, -Number.MAX_VALUE]).quantile(0.5)).toBe(0)
  })

  test('rise with q', () => {
    fc.assert(
      fc.property(
        fc.array(anyValue, { minLength: 2 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, a, b) => {
          const histogram = histogramOf(values)
          expect(histogram.quantile(Math.min(a, b))).toBeLessThanOrEqual(histogram.quantile(Math.max(a, b)))
        },
      ),
    )
  })

  test('of nothing are NaN, as are its ends and its mean', () => {
    const histogram = new Histogram()
    expect([histogram.quantile(0.5), histogram.min, histogram.max, histogram.mean, histogram.count, histogram.sum]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      0,
      0,
    ])
  })
})

describe('merging', () => {
  const values = fc.array(latencyMs, { maxLength: 100 })

  test('is recording all values in one histogram, in any order and grouping', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const [left, right, whole] = [new Histogram(), new Histogram(), histogramOf([...a, ...b, ...c])]
        const ab = histogramOf(a)
        ab.merge(histogramOf(b).toDelta())
        left.merge(ab.toDelta())
        left.merge(histogramOf(c).toDelta())
        for (const part of [c, b, a]) right.merge(histogramOf(part).toDelta())
        for (const merged of [left, right]) {
          expect(bucketsOf(merged)).toEqual(bucketsOf(whole))
          expect([merged.count, merged.min, merged.max]).toEqual([whole.count, whole.min, whole.max])
          expect(merged.sum).toBeCloseTo(whole.sum, 5)
        }
      }),
    )
  })

  test('of what was drained at any moments gives back what was recorded', () => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 5 }), (seconds) => {
        const recorder = new Histogram()
        const total = new Histogram()
        for (const second of seconds) {
          for (const value of second) recorder.record(value)
          const delta = recorder.drain()
          expect(delta === undefined).toBe(second.length === 0)
          if (delta) total.merge(delta)
        }
        expect(recorder.count).toBe(0)
        expect(bucketsOf(total)).toEqual(bucketsOf(histogramOf(seconds.flat())))
      }),
    )
  })

  test('of an empty delta changes nothing', () => {
    const histogram = histogramOf([5])
    histogram.merge(new Histogram().toDelta())
    expect([histogram.count, histogram.min, histogram.max]).toEqual([1, 5, 5])
  })

  test('refuses buckets that do not exist and columns of unequal length', () => {
    const delta = { sum: 1, min: 1, max: 1 }
    const histogram = new Histogram()
    expect(() => histogram.merge({ ...delta, indexes: Uint32Array.of(2 ** 22), counts: Uint32Array.of(1) })).toThrow(RangeError)
    expect(() => histogram.merge({ ...delta, indexes: Uint32Array.of(1), counts: Uint32Array.of() })).toThrow(RangeError)
  })

  test('indexes of a delta ascend with the values', () => {
    const { indexes } = histogramOf([3, -3, 0, 1e9, -1e-9, 1e-9, -1e9]).toDelta()
    expect(indexes).toEqual(indexes.toSorted())
    expect(indexes).toHaveLength(7)
  })
})

describe('large counts', () => {
  test('over 32 bits stay exact, in one bucket and through a delta', () => {
    const histogram = new Histogram()
    histogram.recordMany(0, 6_000_000_000)
    histogram.record(0)
    const merged = histogramOf([0, 7])
    merged.merge(histogram.toDelta())
    expect([histogram.count, merged.count, merged.countAbove(0), merged.countAbove(-1)]).toEqual([
      6_000_000_001, 6_000_000_003, 1, 6_000_000_003,
    ])
    expect(merged.quantile(0.5)).toBe(0)
  })

  test('recordMany is record, many times', () => {
    fc.assert(
      fc.property(latencyMs, fc.integer({ min: 1, max: 50 }), (value, count) => {
        const many = new Histogram()
        many.recordMany(value, count)
        expect(bucketsOf(many)).toEqual(bucketsOf(histogramOf(Array.from({ length: count }, () => value))))
      }),
    )
  })
})

test.each([
  { value: 5, above: 6 },
  { value: 9.99, above: 3 },
  { value: 10, above: 2 },
  { value: 20, above: 1 },
  { value: 29, above: 1 },
  { value: 30, above: 0 },
  { value: -1, above: 7 },
  { value: Number.NaN, above: 0 },
])('of 1 6 7 8 10 20 30, $above are above $value', ({ value, above }) => {
  expect(histogramOf([1, 6, 7, 8, 10, 20, 30]).countAbove(value)).toBe(above)
})

test('the interval of a quantile holds its true value about as often as promised', () => {
  let state = 1
  const random = (): number => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
  let held = 0
  for (let round = 0; round < 400; round += 1) {
    const { lower, upper } = histogramOf(Array.from({ length: 200 }, () => 1 + random())).quantileInterval(0.9)
    if (lower <= 1.9 && upper >= 1.9) held += 1
  }
  expect(held).toBeGreaterThan(400 * 0.93)
  expect(held).toBeLessThan(400 * 0.995)
})

test('the interval is open on the side where samples are too few', () => {
  expect(histogramOf([1, 2, 3]).quantileInterval(0.99)).toEqual({ lower: 2, upper: Number.POSITIVE_INFINITY })
  expect(histogramOf([1, 2, 3]).quantileInterval(0.01)).toEqual({ lower: Number.NEGATIVE_INFINITY, upper: 2 })
})

test('a series around one value takes about a kilobyte, and release gives that back', () => {
  const memory = { bytes: 0 }
  const histogram = new Histogram(memory)
  for (let i = 0; i < 1000; i += 1) histogram.record(10 + i / 1000)
  expect(memory.bytes).toBe(histogram.bytes)
  expect(memory.bytes).toBeLessThan(1200)
  histogram.release()
  expect(histogram.count).toBe(1000)
  histogram.drain()
  histogram.release()
  expect(memory.bytes).toBe(0)
  histogram.record(3)
  expect(histogram.quantile(0.5)).toBe(3)
})

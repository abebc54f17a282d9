import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSegment, type Stripe, segmentRatio, stripeOf, wholeStripe } from './segment.ts'

const oneWorker = { index: 0, count: 1 }

function shares(sequence: string): Stripe[] {
  const points = sequence.split(',')
  return points.slice(1).map((to, index) => stripeOf({ segment: `${points[index]}:${to}`, sequence }, oneWorker))
}

function firstIndexes(stripe: Stripe, count: number): number[] {
  return Array.from({ length: count }, (_, index) => stripe.globalIndex(index))
}

test('a half and two quarters take turns, the longest first', () => {
  const [half, quarter, last] = shares('0,1/2,3/4,1')
  expect(firstIndexes(half as Stripe, 4)).toEqual([0, 2, 4, 6])
  expect(firstIndexes(quarter as Stripe, 3)).toEqual([1, 5, 9])
  expect(firstIndexes(last as Stripe, 3)).toEqual([3, 7, 11])
  expect(shares('0,1/2,3/4,1').map((share) => share.localCount(7))).toEqual([4, 2, 1])
  expect(half).toMatchObject({ start: 0, offsets: [2, 2], lcd: 4 })
  expect(last).toMatchObject({ start: 3, offsets: [4], lcd: 4 })
})

test('three thirds get every third index', () => {
  expect(shares('0,1/3,2/3,1').map((share) => firstIndexes(share, 3))).toEqual([
    [0, 3, 6],
    [1, 4, 7],
    [2, 5, 8],
  ])
})

test.each([
  { segment: '25%', sequence: undefined, index: 0, ratio: 0.25 },
  { segment: '0.5:1', sequence: undefined, index: 1, ratio: 0.5 },
  { segment: '1/3:2/3', sequence: '1/3,2/3', index: 1, ratio: 1 / 3 },
  { segment: '20%:0.7', sequence: '0,1/5,7/10,1', index: 1, ratio: 0.5 },
  { segment: '0:1', sequence: undefined, index: 0, ratio: 1 },
])('segment $segment of sequence $sequence is its part $index', ({ segment, sequence, index, ratio }) => {
  expect(parseSegment(segment, sequence).index).toBe(index)
  expect(segmentRatio({ segment, sequence })).toBeCloseTo(ratio, 12)
})

test('a sequence that does not reach from 0 to 1 is filled up', () => {
  expect(parseSegment('1/3:2/3', '1/3,2/3').points).toHaveLength(4)
})

test.each([
  ['1:0', undefined, /not a segment/],
  ['0:2', undefined, /not a segment/],
  ['x', undefined, /not a segment/],
  ['0:1/0', undefined, /not a segment/],
  ['0:1:2', undefined, /not a segment/],
  ['0:1', '0,1/2,1', /provided segment 0:1 can't be found in sequence 0,1\/2,1/],
  ['0:1/2', '1/2,0', /not a sequence/],
  ['0:1/2', '0,1/2,2', /not a sequence/],
  ['0:1/2', 'a,b', /not a sequence/],
])('segment %j in sequence %j is refused', (segment, sequence, message) => {
  expect(() => parseSegment(segment, sequence)).toThrow(
    expect.objectContaining({ code: 'PLAN_SEGMENT_INVALID', exitCode: 104, message: expect.stringMatching(message) }),
  )
})

test('segments too fine for a pattern are refused', () => {
  expect(() => stripeOf({ segment: '0:1/99999989', sequence: undefined }, oneWorker)).toThrow(
    expect.objectContaining({ code: 'PLAN_SEGMENT_TOO_FINE' }),
  )
})

const sequences = fc
  .uniqueArray(fc.integer({ min: 1, max: 59 }), { maxLength: 6 })
  .map((points) => ['0', ...points.toSorted((a, b) => a - b).map((point) => `${point}/60`), '1'].join(','))

test('shares of any sequence are disjoint and cover everything', () => {
  fc.assert(
    fc.property(sequences, fc.integer({ min: 0, max: 500 }), (sequence, index) => {
      expect(shares(sequence).filter((share) => share.owns(index))).toHaveLength(1)
    }),
  )
})

test('scaled counts add up, and never shrink as the value grows', () => {
  fc.assert(
    fc.property(sequences, fc.integer({ min: 0, max: 100_000 }), (sequence, value) => {
      const all = shares(sequence)
      expect(all.reduce((sum, share) => sum + share.localCount(value), 0)).toBe(value)
      for (const share of all) expect(share.localCount(value + 1) - share.localCount(value)).toBe(share.owns(value) ? 1 : 0)
    }),
  )
})

test('local and global numbers are inverse to each other', () => {
  fc.assert(
    fc.property(sequences, fc.integer({ min: 0, max: 1_000_000_000 }), (sequence, local) => {
      for (const share of shares(sequence)) {
        const global = share.globalIndex(local)
        expect(share.owns(global)).toBe(true)
        expect(share.localCount(global)).toBe(local)
      }
    }),
  )
})

test('start and offsets walk the same indexes as globalIndex', () => {
  fc.assert(
    fc.property(sequences, fc.integer({ min: 1, max: 4 }), (sequence, count) => {
      for (const segment of segmentsOf(sequence)) {
        const share = stripeOf({ segment, sequence }, { index: count - 1, count })
        let walked = share.start
        for (let local = 0; local < share.offsets.length * 2; local++) {
          expect(share.globalIndex(local)).toBe(walked)
          walked += share.offsets[local % share.offsets.length] ?? 0
        }
      }
    }),
    { numRuns: 30 },
  )
})

test('workers divide exactly what belongs to their instance, however many they are', () => {
  fc.assert(
    fc.property(sequences, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 400 }), (sequence, count, index) => {
      for (const segment of segmentsOf(sequence)) {
        const instance = stripeOf({ segment, sequence }, oneWorker)
        const workers = Array.from({ length: count }, (_, worker) => stripeOf({ segment, sequence }, { index: worker, count }))
        expect(workers.filter((worker) => worker.owns(index))).toHaveLength(instance.owns(index) ? 1 : 0)
        expect(workers.reduce((sum, worker) => sum + worker.localCount(index), 0)).toBe(instance.localCount(index))
        expect(workers.every((worker) => worker.instance.localCount(index) === instance.localCount(index))).toBe(true)
      }
    }),
    { numRuns: 40 },
  )
})

test('re-striped by a value, shares still cover all, keep their count of it, and those with none of it vanish', () => {
  fc.assert(
    fc.property(sequences, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 200 }), (sequence, count, value) => {
      const all = segmentsOf(sequence).flatMap((segment) =>
        Array.from({ length: count }, (_, index) => stripeOf({ segment, sequence }, { index, count })),
      )
      const again = all.map((share) => share.restripe(value))
      again.forEach((share, index) => expect(share?.localCount(value) ?? 0).toBe(all[index]?.localCount(value)))
      for (const index of [0, 1, value - 1, value, value * 3 + 1])
        expect(again.filter((share) => share?.owns(index))).toHaveLength(1)
    }),
    { numRuns: 60 },
  )
})

test('re-striping by a multiple of the pattern changes nothing, by less than one gives nobody anything', () => {
  const share = stripeOf({ segment: '0:1/3', sequence: undefined }, oneWorker)
  expect(share.restripe(6)).toBe(share)
  expect(share.restripe(0)).toBeUndefined()
  expect(wholeStripe().restripe(7)?.globalIndex(5)).toBe(5)
})

function segmentsOf(sequence: string): string[] {
  const points = sequence.split(',')
  return points.slice(1).map((to, index) => `${points[index]}:${to}`)
}

import { inflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { exportHdr } from './hdr-export.ts'
import { Histogram } from './histogram.ts'

interface Decoded {
  readonly digits: number
  readonly lowest: number
  readonly highest: number
  readonly entries: readonly { readonly low: number; readonly high: number; readonly count: number }[]
}

/** A decoder by the format's description, sharing nothing with the encoder. */
function decode(text: string): Decoded {
  const outer = Buffer.from(text, 'base64')
  expect(outer.readUInt32BE(0).toString(16)).toBe('1c849314')
  expect(outer.readUInt32BE(4)).toBe(outer.length - 8)
  const inner = inflateSync(outer.subarray(8))
  expect(inner.readUInt32BE(0).toString(16)).toBe('1c849313')
  expect(inner.readUInt32BE(4)).toBe(inner.length - 40)
  expect(inner.readUInt32BE(8)).toBe(0)
  expect(inner.readDoubleBE(32)).toBe(1)
  const entries: { low: number; high: number; count: number }[] = []
  let index = 0
  for (let at = 40; at < inner.length; ) {
    let zigzag = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = inner[at] as number
      at += 1
      zigzag |= BigInt(byte & 127) << shift
      if (byte < 128) break
    }
    const value = Number((zigzag >> 1n) ^ -(zigzag & 1n))
    if (value > 0) entries.push({ ...rangeOf(index), count: value })
    index += value < 0 ? -value : 1
  }
  return {
    digits: inner.readUInt32BE(12),
    lowest: Number(inner.readBigInt64BE(16)),
    highest: Number(inner.readBigInt64BE(24)),
    entries,
  }
}

/** Lowest and highest whole number of a counts index at 2,048 sub-buckets. */
function rangeOf(index: number): { low: number; high: number } {
  if (index < 2048) return { low: index, high: index }
  const bucket = Math.floor(index / 1024) - 1
  const low = (1024 + (index % 1024)) * 2 ** bucket
  return { low, high: low + 2 ** bucket - 1 }
}

test('what a decoder reads back are our counts, each value within the two precisions', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 3_600_000, noNaN: true }), { minLength: 1, maxLength: 200 }), (values) => {
      const histogram = new Histogram()
      for (const value of values) histogram.record(value)
      const { entries, digits, lowest, highest } = decode(exportHdr(histogram).text)
      expect([digits, lowest]).toEqual([3, 1])
      expect(highest).toBeGreaterThanOrEqual(2)
      const decoded = entries.flatMap(({ low, high, count }) => Array.from({ length: count }, () => ({ low, high })))
      const truth = values.map((value) => value * 1000).sort((a, b) => a - b)
      expect(decoded).toHaveLength(values.length)
      for (const [i, micros] of truth.entries()) {
        const { low, high } = decoded[i] as { low: number; high: number }
        expect(low).toBeLessThanOrEqual(micros * 1.001 + 0.5)
        expect(high).toBeGreaterThanOrEqual(micros * 0.999 - 0.5)
        expect(low).toBeLessThanOrEqual(highest)
      }
    }),
  )
})

test('whole microseconds up to 2,047 come back as they are', () => {
  const histogram = new Histogram()
  for (const micros of [0, 1, 2, 1023, 1024, 2047]) histogram.record(micros)
  const { entries } = decode(exportHdr(histogram, { unitsPerValue: 1 }).text)
  expect(entries.map(({ low, count }) => [low, count])).toEqual([0, 1, 2, 1023, 1024, 2047].map((value) => [value, 1]))
})

test('large counts survive', () => {
  const histogram = new Histogram()
  histogram.recordMany(1, 5_000_000_000)
  expect(decode(exportHdr(histogram).text).entries).toEqual([{ low: 1000, high: 1000, count: 5_000_000_000 }])
})

test('negative values and values beyond exact integers are left out and counted', () => {
  const histogram = new Histogram()
  histogram.recordMany(-3, 4)
  histogram.record(-0.0001)
  histogram.record(1e300)
  histogram.record(2)
  const { text, leftOutCount } = exportHdr(histogram)
  expect(leftOutCount).toBe(6)
  expect(decode(text).entries.reduce((sum, entry) => sum + entry.count, 0)).toBe(1)
})

test('an empty histogram is a valid one without counts', () => {
  expect(decode(exportHdr(new Histogram()).text).entries).toEqual([])
})

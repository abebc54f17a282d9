import { deflateSync } from 'node:zlib'
import type { Histogram } from './histogram.ts'

const encodingCookie = 0x1c84_9313
const compressedCookie = 0x1c84_9314
const headerBytes = 40
const significantDigits = 3
const halfCount = 1024
const halfCountBits = 10
/** Counts need at most 53 bits, 54 in zigzag: eight groups of seven bits. */
const maxCountBytes = 8

export interface HdrExport {
  /** HdrHistogram V2, compressed, base64: what `HistogramLogReader` and the usual plotters read. */
  readonly text: string
  /** Negative values, and values too large for an exact integer: the encoding cannot hold them. */
  readonly leftOutCount: number
}

/**
 * Encodes with three significant digits and whole numbers of `1 / unitsPerValue`: 1,000, the default, turns milliseconds
 * into microseconds. Each bucket enters as one value, so the 0.05 % of our buckets and of theirs add up.
 */
export function exportHdr(histogram: Histogram, options: { readonly unitsPerValue?: number } = {}): HdrExport {
  const unitsPerValue = options.unitsPerValue ?? 1000
  const counts = new Map<number, number>()
  let leftOutCount = 0
  let highest = 2
  let last = -1
  histogram.forEachBucket(({ value, count }) => {
    const units = Math.round(value * unitsPerValue)
    if (value < 0 || units > Number.MAX_SAFE_INTEGER) {
      leftOutCount += count
      return true
    }
    const index = hdrIndexOf(units)
    counts.set(index, (counts.get(index) ?? 0) + count)
    highest = Math.max(highest, units)
    last = Math.max(last, index)
    return true
  })
  return { text: compress(encode(counts, last, highest)).toString('base64'), leftOutCount }
}

/** Index into HdrHistogram's counts array for the lowest value 1 and three digits (2,048 sub-buckets). */
function hdrIndexOf(units: number): number {
  if (units < 2 * halfCount) return units
  const shift = Math.floor(Math.log2(units)) - halfCountBits
  // log2 rounds up just below a power of two.
  const bucket = 2 ** (shift + halfCountBits) > units ? shift - 1 : shift
  return bucket * halfCount + Math.floor(units / 2 ** bucket)
}

function encode(counts: ReadonlyMap<number, number>, last: number, highest: number): Buffer {
  const buffer = Buffer.alloc(headerBytes + (counts.size * 2 + 1) * maxCountBytes)
  let end = headerBytes
  let zeros = 0
  for (let index = 0; index <= last; index += 1) {
    const count = counts.get(index) ?? 0
    if (count === 0) {
      zeros += 1
      continue
    }
    if (zeros > 0) end = writeZigZag(buffer, end, zeros === 1 ? 0 : -zeros)
    zeros = 0
    end = writeZigZag(buffer, end, count)
  }
  buffer.writeUInt32BE(encodingCookie, 0)
  buffer.writeUInt32BE(end - headerBytes, 4)
  buffer.writeUInt32BE(0, 8)
  buffer.writeUInt32BE(significantDigits, 12)
  buffer.writeBigInt64BE(1n, 16)
  buffer.writeBigInt64BE(BigInt(highest), 24)
  buffer.writeDoubleBE(1, 32)
  return buffer.subarray(0, end)
}

/** ZigZag LEB128, as the encoding prescribes: a negative number is a run of zeros. */
function writeZigZag(buffer: Buffer, from: number, value: number): number {
  let rest = value < 0 ? -2 * value - 1 : 2 * value
  let at = from
  while (rest >= 128) {
    buffer[at] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
    at += 1
  }
  buffer[at] = rest
  return at + 1
}

function compress(payload: Buffer): Buffer {
  const deflated = deflateSync(payload)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(compressedCookie, 0)
  head.writeUInt32BE(deflated.length, 4)
  return Buffer.concat([head, deflated])
}

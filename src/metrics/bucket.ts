/**
 * Buckets of the histogram: sign, exponent and the ten highest mantissa bits of a float64. Each octave has 1,024 buckets,
 * so a bucket is at most 0.098 % wide. Indexes ascend with the values they stand for:
 *
 *     0 ........ 2_097_151 | 2_097_152 ........ 4_194_303
 *     -max          -tiny  |  zero, tiny            +max
 */
export const bucketCount = 4_194_304

const firstPositive = 2_097_152
// One write and one read in the same statement pair: a scratch, never state. A fresh buffer per call would cost more than the rest.
const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)
const highWord = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0

/** The bucket of a finite `value`. */
export function bucketIndexOf(value: number): number {
  float[0] = value
  const magnitude = ((words[highWord] as number) & 0x7fffffff) >>> 10
  return value < 0 ? firstPositive - 1 - magnitude : firstPositive + magnitude
}

/** The edge of a bucket that is nearer to zero; every value of the bucket is at least that far from zero. */
export function bucketEdge(index: number): number {
  const isNegative = index < firstPositive
  const magnitude = isNegative ? firstPositive - 1 - index : index - firstPositive
  words[highWord] = magnitude << 10
  words[1 - highWord] = 0
  const edge = float[0] as number
  return isNegative ? -edge : edge
}

/** From the edge near zero to the other one: negative below zero, 0 for the bucket that stands for zero itself. */
export function bucketSpan(index: number): number {
  const isNegative = index < firstPositive
  const magnitude = isNegative ? firstPositive - 1 - index : index - firstPositive
  if (magnitude === 0) return 0
  const width = 2 ** (Math.max(1, magnitude >>> 10) - 1033)
  return isNegative ? -width : width
}

import { bucketCount, bucketEdge, bucketIndexOf, bucketSpan } from './bucket.ts'
import { quantileRanks } from './quantile-interval.ts'
import type { HistogramDelta } from './snapshot.ts'

const uint32Max = 0xffff_ffff
const vacant = -1

/** What several histograms occupy together: each adds what its counters grow by. */
export interface MemoryUse {
  bytes: number
}

/** Bounds of a quantile; -Infinity or Infinity where the samples are too few to bound that side. */
export interface QuantileInterval {
  readonly lower: number
  readonly upper: number
}

/**
 * Counts values of any finite float64 in buckets at most 0.098 % wide; count, min and max are exact, sum to float64
 * rounding. Counters live in pages of 64 made on first touch, found through a small open-addressing directory:
 *
 *     index --(>>> 6)--> page --directory--> slot --(<< 6 | index & 63)--> counts
 *
 * Merging is addition. Values below 2.3e-308 in magnitude have an absolute error of 2.2e-311 instead of the relative one.
 */
export class Histogram {
  #count = 0
  #sum = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  #refusedCount = 0
  /** Pairs of page and slot; empty pairs hold `vacant`. */
  #directory = new Int32Array(0)
  #mask = -1
  #counts: Uint32Array | Float64Array = new Uint32Array(0)
  /** Page of each slot, in order of creation. */
  #pages: number[] = []
  /** Slots in ascending order of their pages; rebuilt when asked for after a page was added. */
  #order: Uint32Array | undefined = undefined
  readonly #memory: MemoryUse | undefined

  constructor(memory?: MemoryUse) {
    this.#memory = memory
  }

  get count(): number {
    return this.#count
  }
  get sum(): number {
    return this.#sum
  }
  /** NaN without samples. */
  get min(): number {
    return this.#count === 0 ? Number.NaN : this.#min
  }
  /** NaN without samples. */
  get max(): number {
    return this.#count === 0 ? Number.NaN : this.#max
  }
  /** NaN without samples. */
  get mean(): number {
    return this.#count === 0 ? Number.NaN : Math.min(this.#max, Math.max(this.#min, this.#sum / this.#count))
  }
  /** Values that were NaN or infinite, over the life of this object: they are in no other number. */
  get refusedCount(): number {
    return this.#refusedCount
  }
  /** Memory in use for counters and their directory. */
  get bytes(): number {
    return this.#directory.byteLength + this.#counts.byteLength
  }

  /** Counts one value. NaN and ±Infinity are refused and counted in `refusedCount`. */
  record(value: number): void {
    if (value - value !== 0) {
      this.#refusedCount += 1
      return
    }
    const index = bucketIndexOf(value)
    const at = this.#place(index)
    const counts = this.#counts
    const before = counts[at] as number
    if (before < uint32Max) counts[at] = before + 1
    else this.#raise(at, 1)
    this.#count += 1
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  /** Counts `value` as often as `count` (a whole number) says. */
  recordMany(value: number, count: number): void {
    if (count <= 0) return
    if (value - value !== 0) {
      this.#refusedCount += count
      return
    }
    this.#raise(this.#place(bucketIndexOf(value)), count)
    this.#count += count
    this.#sum += value * count
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  /** Adds what another histogram counted. Throws a RangeError on an index that is no bucket. */
  merge(delta: HistogramDelta): void {
    const { indexes, counts } = delta
    if (indexes.length !== counts.length) throw new RangeError('histogram delta: as many counts as indexes are needed')
    for (let i = 0; i < indexes.length; i += 1) {
      const index = indexes[i] as number
      if (index >= bucketCount) throw new RangeError(`histogram delta: bucket ${index} does not exist`)
      const count = counts[i] as number
      if (count === 0) continue
      this.#raise(this.#place(index), count)
      this.#count += count
    }
    if (indexes.length === 0) return
    this.#sum += delta.sum
    if (delta.min < this.#min) this.#min = delta.min
    if (delta.max > this.#max) this.#max = delta.max
  }

  /** What was counted since the last drain, and starts over; `undefined` when that is nothing. Pages are kept for reuse. */
  drain(): HistogramDelta | undefined {
    if (this.#count === 0) return undefined
    const delta = this.toDelta()
    this.#counts.fill(0, 0, this.#pages.length * 64)
    this.#count = 0
    this.#sum = 0
    this.#min = Number.POSITIVE_INFINITY
    this.#max = Number.NEGATIVE_INFINITY
    return delta
  }

  /** Gives the pages of an empty histogram back. */
  release(): void {
    if (this.#count > 0) return
    if (this.#memory) this.#memory.bytes -= this.bytes
    this.#directory = new Int32Array(0)
    this.#mask = -1
    this.#counts = new Uint32Array(0)
    this.#pages = []
    this.#order = undefined
  }

  /** All that is counted. A bucket with more than 2^32 - 1 values stands in several entries; min and max are 0 without values. */
  toDelta(): HistogramDelta {
    let length = 0
    this.#walk((_, count) => {
      length += Math.ceil(count / uint32Max)
      return true
    })
    const indexes = new Uint32Array(length)
    const counts = new Uint32Array(length)
    let at = 0
    this.#walk((index, count) => {
      for (let left = count; left > 0; left -= uint32Max) {
        indexes[at] = index
        counts[at] = Math.min(left, uint32Max)
        at += 1
      }
      return true
    })
    const isEmpty = this.#count === 0
    return { indexes, counts, sum: this.#sum, min: isEmpty ? 0 : this.#min, max: isEmpty ? 0 : this.#max }
  }

  /** Calls `visit` for each bucket that has values, ascending, until it returns false. */
  forEachBucket(visit: (bucket: { readonly value: number; readonly count: number }) => boolean): void {
    const position = this.#position()
    this.#walk((index, count) => visit({ value: this.#valueOf(index, position), count }))
  }

  /** The value at rank q·(count − 1) of the sorted values, between ranks by linear interpolation; NaN without samples. */
  quantile(q: number): number {
    if (this.#count === 0 || Number.isNaN(q)) return Number.NaN
    const rank = Math.min(1, Math.max(0, q)) * (this.#count - 1)
    const whole = Math.floor(rank)
    const [low, high] = this.#valuesAt(whole, Math.min(whole + 1, this.#count - 1))
    return whole === rank ? low : between(low, high, rank - whole)
  }

  /** How many values are over `value`; those of its own bucket (0.098 %) count as not over it. */
  countAbove(value: number): number {
    if (this.#count === 0 || value >= this.#max || Number.isNaN(value)) return 0
    if (value < this.#min) return this.#count
    const own = bucketIndexOf(value)
    let above = 0
    this.#walk((index, count) => {
      if (index > own) above += count
      return true
    })
    return above
  }

  /** Distribution-free confidence interval of a quantile: no assumption but independent samples. */
  quantileInterval(q: number, confidence = 0.95): QuantileInterval {
    const { lower, upper } = quantileRanks(this.#count, q, confidence)
    return {
      lower: lower < 1 ? Number.NEGATIVE_INFINITY : this.#valuesAt(lower - 1, lower - 1)[0],
      upper: upper > this.#count ? Number.POSITIVE_INFINITY : this.#valuesAt(upper - 1, upper - 1)[0],
    }
  }

  /** Values at two ranks from 0, the second not below the first. */
  #valuesAt(low: number, high: number): readonly [number, number] {
    const position = this.#position()
    const last = this.#count - 1
    let before = 0
    let lowValue = this.#max
    let highValue = this.#max
    this.#walk((index, count) => {
      const after = before + count
      if (low >= before && low < after) lowValue = this.#valueOf(index, position)
      if (high >= before && high < after) highValue = this.#valueOf(index, position)
      before = after
      return high >= after
    })
    const exact = (rank: number, value: number): number => (rank <= 0 ? this.#min : rank >= last ? this.#max : value)
    return [exact(low, lowValue), exact(high, highValue)]
  }

  #valueOf(index: number, position: number): number {
    return Math.min(this.#max, Math.max(this.#min, bucketEdge(index) + position * bucketSpan(index)))
  }

  /**
   * Where inside their buckets (0 at the edge near zero, 1 at the far one) the values lie on average, which the exact sum
   * tells. 0 for whole numbers up to 2,048, so that their quantiles are exact; about 0.5 for measured times.
   */
  #position(): number {
    let edges = 0
    let spans = 0
    this.#walk((index, count) => {
      edges += bucketEdge(index) * count
      spans += bucketSpan(index) * count
      return true
    })
    const excess = this.#sum - edges
    if (Math.abs(excess) <= Math.abs(this.#sum) * 1e-15) return 0
    // With both signs present the excesses cancel and say nothing.
    if (this.#min < 0 && this.#max > 0) return 0.5
    const position = excess / spans
    return Number.isNaN(position) ? 0.5 : Math.min(1, Math.max(0, position))
  }

  #walk(visit: (index: number, count: number) => boolean): void {
    const counts = this.#counts
    for (const slot of this.#sorted()) {
      const firstIndex = (this.#pages[slot] as number) << 6
      const start = slot << 6
      for (let i = 0; i < 64; i += 1) {
        const count = counts[start + i] as number
        if (count > 0 && !visit(firstIndex + i, count)) return
      }
    }
  }

  #sorted(): Uint32Array {
    this.#order ??= Uint32Array.from(this.#pages.keys()).sort((a, b) => (this.#pages[a] as number) - (this.#pages[b] as number))
    return this.#order
  }

  /** Offset in `#counts` of a bucket's counter, whose page exists from now on. */
  #place(index: number): number {
    const page = index >>> 6
    const directory = this.#directory
    const mask = this.#mask
    if (mask > 0) {
      let at = (page & mask) << 1
      let key = directory[at]
      while (key !== vacant) {
        if (key === page) return ((directory[at + 1] as number) << 6) | (index & 63)
        at = (((at >>> 1) + 1) & mask) << 1
        key = directory[at]
      }
    }
    return (this.#addPage(page) << 6) | (index & 63)
  }

  #addPage(page: number): number {
    const slot = this.#pages.length
    this.#pages.push(page)
    this.#order = undefined
    const slots = this.#counts.length >>> 6
    if (slot >= slots) this.#resize(Math.max(2, slots * 2))
    else this.#enter(page, slot)
    return slot
  }

  #resize(slots: number): void {
    const before = this.bytes
    const isWide = this.#counts instanceof Float64Array
    const counts = isWide ? new Float64Array(slots * 64) : new Uint32Array(slots * 64)
    counts.set(this.#counts)
    this.#counts = counts
    this.#mask = slots * 2 - 1
    this.#directory = new Int32Array(slots * 4).fill(vacant)
    for (const [slot, page] of this.#pages.entries()) this.#enter(page, slot)
    if (this.#memory) this.#memory.bytes += this.bytes - before
  }

  /** Half of the directory stays vacant, so this ends. */
  #enter(page: number, slot: number): void {
    let at = page & this.#mask
    while (this.#directory[at << 1] !== vacant) at = (at + 1) & this.#mask
    this.#directory[at << 1] = page
    this.#directory[(at << 1) + 1] = slot
  }

  /** Adds to a counter; all counters become float64 once one of them no longer fits into 32 bits. */
  #raise(at: number, count: number): void {
    const after = (this.#counts[at] as number) + count
    if (after > uint32Max && this.#counts instanceof Uint32Array) this.#counts = Float64Array.from(this.#counts)
    this.#counts[at] = after
  }
}

/** The value at `ratio` (0 to 1) of the way from `low` up to `high`, never beyond either. */
function between(low: number, high: number, ratio: number): number {
  const span = high - low
  if (Number.isFinite(span)) return Math.min(high, low + span * ratio)
  // The span of two huge values of opposite signs is no number: go half of it twice.
  const step = (high / 2 - low / 2) * ratio
  return Math.min(high, low + step + step)
}

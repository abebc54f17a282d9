import { exitCode } from '../base/exit-code.ts'
import { UserError } from '../base/user-error.ts'
import type { Segment } from './command.ts'
import { compare, type Fraction, formatFraction, fraction, parseFraction, subtract } from './fraction.ts'
import type { SegmentPlan } from './plan.ts'
import { countsBelow, globalIndexOf, localCountOf, stripe, wholeStriping } from './striping.ts'

/**
 * A worker's share of everything that is numbered through a run: VUs, ticks, iterations. Shares of one run are disjoint
 * and cover all. Numbers count from 0.
 */
export interface Stripe {
  /** The part of the pattern of `lcd` numbers that is ours: first number, then the gaps, the last one into the next round. */
  readonly start: number
  readonly offsets: readonly number[]
  readonly lcd: number
  /** The share of this whole instance, of which this worker has a part; a stripe without workers is its own. */
  readonly instance: Stripe
  /** The global number of our `localIndex`-th one. */
  globalIndex(localIndex: number): number
  /** How many of the first `globalCount` numbers are ours: scales VUs and iterations so that all shares add up. */
  localCount(globalCount: number): number
  owns(globalIndex: number): boolean
  /**
   * The same share with lengths rounded to multiples of `1/value`, so that who has none of `value` VUs gets no work at all;
   * `undefined` when that is us.
   */
  restripe(value: number): Stripe | undefined
}

/** Points of a segment sequence (0 first, 1 last) and which gap between two of them is ours. */
export interface ParsedSegment {
  readonly points: readonly Fraction[]
  readonly index: number
}

/** Everything belongs to us. */
export function wholeStripe(): Stripe {
  return plainStripe([fraction(1n, 1n)], 0)
}

/** The user's segment (everything when undefined), divided into `worker.count` equal parts, of which ours is `worker.index`. */
export function stripeOf(segment: SegmentPlan | undefined, worker: Segment): Stripe {
  const parsed = segment === undefined ? undefined : parseSegment(segment.segment, segment.sequence)
  const instance = parsed === undefined ? wholeStripe() : plainStripe(lengthsOf(parsed.points), parsed.index)
  if (worker.count === 1) return instance
  const equal = Array.from({ length: worker.count }, () => fraction(1n, BigInt(worker.count)))
  return nestedStripe(instance, plainStripe(equal, worker.index))
}

/** How much of the whole the segment is, 0 to 1. */
export function segmentRatio(segment: SegmentPlan | undefined): number {
  if (segment === undefined) return 1
  const { points, index } = parseSegment(segment.segment, segment.sequence)
  const { numerator, denominator } = lengthsOf(points)[index] ?? fraction(1n, 1n)
  return Number(numerator) / Number(denominator)
}

/**
 * Parses `1/4:1/2` (fractions, decimals or percentages; a single value `x` is `0:x`) and `0,1/4,1/2,1`. A sequence that does
 * not reach from 0 to 1 is filled up. Throws UserError `PLAN_SEGMENT_INVALID`.
 */
export function parseSegment(segmentText: string, sequenceText?: string): ParsedSegment {
  const [from, to] = parseEnds(segmentText)
  const points = fillUp(sequenceText === undefined ? [from, to] : parseSequence(sequenceText))
  const index = points.findIndex((point, at) => compare(point, from) === 0 && compare(points[at + 1] ?? zero, to) === 0)
  if (index === -1) {
    const segment = `${formatFraction(from)}:${formatFraction(to)}`
    throw invalid(
      `provided segment ${segment} can't be found in sequence ${points.map(formatFraction).join(',')}`,
      'name both of its ends in executionSegmentSequence',
    )
  }
  return { points, index }
}

const zero = fraction(0n, 1n)
const one = fraction(1n, 1n)

function parseEnds(text: string): readonly [Fraction, Fraction] {
  const parts = text.split(':')
  const ends = (parts.length === 1 ? ['0', ...parts] : parts).map(parseFraction)
  const [from, to] = ends
  if (ends.length !== 2 || from === undefined || to === undefined || compare(to, one) > 0 || compare(from, to) >= 0) {
    throw invalid(
      `executionSegment ${JSON.stringify(text)} is not a segment`,
      'write two ascending fractions between 0 and 1, such as 1/4:1/2, 0:0.25 or 25%',
    )
  }
  return [from, to]
}

function parseSequence(text: string): readonly Fraction[] {
  const points = text.split(',').map(parseFraction)
  const known = points.filter((point) => point !== undefined)
  const ascends = known.every((point, index) => index === 0 || compare(known[index - 1] ?? one, point) < 0)
  if (points.length < 2 || known.length !== points.length || !ascends || compare(known.at(-1) ?? one, one) > 0) {
    throw invalid(
      `executionSegmentSequence ${JSON.stringify(text)} is not a sequence`,
      'write ascending fractions from 0 to 1, such as 0,1/3,2/3,1',
    )
  }
  return known
}

function fillUp(points: readonly Fraction[]): readonly Fraction[] {
  const head = compare(points[0] ?? zero, zero) === 0 ? [] : [zero]
  const tail = compare(points.at(-1) ?? one, one) === 0 ? [] : [one]
  return [...head, ...points, ...tail]
}

function invalid(message: string, hint: string): UserError {
  return new UserError('PLAN_SEGMENT_INVALID', message, { hint, exitCode: exitCode.invalidConfig })
}

function lengthsOf(points: readonly Fraction[]): readonly Fraction[] {
  return points.slice(1).map((point, index) => subtract(point, points[index] ?? zero))
}

function plainStripe(lengths: readonly Fraction[], member: number): Stripe {
  const striping = lengths.length === 1 ? wholeStriping : stripe(lengths, member)
  const self: Stripe = {
    lcd: striping.lcd,
    start: globalIndexOf(striping, 0),
    get offsets() {
      return gapsOf(self, striping.positions.length)
    },
    get instance() {
      return self
    },
    globalIndex: (localIndex) => globalIndexOf(striping, localIndex),
    localCount: (globalCount) => localCountOf(striping, globalCount),
    owns: (globalIndex) => localCountOf(striping, globalIndex + 1) > localCountOf(striping, globalIndex),
    restripe(value) {
      if (value < 1) return undefined
      if (value % striping.lcd === 0) return self
      const counts = countsBelow(lengths, value)
      if (counts[member] === 0) return undefined
      const kept = counts.flatMap((count, index) =>
        count > 0 ? [{ index, length: fraction(BigInt(count), BigInt(value)) }] : [],
      )
      return plainStripe(
        kept.map(({ length }) => length),
        kept.findIndex(({ index }) => index === member),
      )
    },
  }
  return self
}

/** `inner` deals out what belongs to `outer`: processes of one instance share its segment whatever their number. */
function nestedStripe(outer: Stripe, inner: Stripe): Stripe {
  const self: Stripe = {
    instance: outer,
    lcd: outer.lcd * inner.lcd,
    start: outer.globalIndex(inner.start),
    get offsets() {
      return gapsOf(self, self.localCount(self.lcd))
    },
    globalIndex: (localIndex) => outer.globalIndex(inner.globalIndex(localIndex)),
    localCount: (globalCount) => inner.localCount(outer.localCount(globalCount)),
    owns: (globalIndex) => self.localCount(globalIndex + 1) > self.localCount(globalIndex),
    restripe(value) {
      const [nextOuter, nextInner] = [outer.restripe(value), inner.restripe(outer.localCount(value))]
      return nextOuter === undefined || nextInner === undefined ? undefined : nestedStripe(nextOuter, nextInner)
    },
  }
  return self
}

function gapsOf(stripe: Stripe, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => stripe.globalIndex(index + 1) - stripe.globalIndex(index))
}

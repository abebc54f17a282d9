import { exitCode } from '../base/exit-code.ts'
import { UserError } from '../base/user-error.ts'
import { type Fraction, leastCommonMultiple } from './fraction.ts'

/** Longest repeating pattern that we lay out in memory; finer segments are a mistake. */
const maxPatternLength = 20_000_000n

/**
 * One member's share of an endless sequence of indexes, as a repeating pattern of `lcd` indexes of which `positions`
 * (ascending, each below `lcd`) are its own.
 */
export interface Striping {
  readonly lcd: number
  readonly positions: Uint32Array
}

/** Everything: one member owns each index. */
export const wholeStriping: Striping = { lcd: 1, positions: new Uint32Array([0]) }

/**
 * Deals indexes out to members in proportion to their lengths (which add up to 1) and returns what member `member` got.
 * Members take turns, the longest first, each as soon as the share it was dealt has fallen behind `index * length`.
 * Deterministic, so processes that never talk agree. Throws UserError `PLAN_SEGMENT_TOO_FINE`.
 */
export function stripe(lengths: readonly Fraction[], member: number): Striping {
  const { lcd, shares } = sharesOf(lengths)
  const positions = new Uint32Array(shares[member] ?? 0)
  deal(shares, { lcd, until: lcd, take: (taker, nth, index) => (taker === member ? void (positions[nth] = index) : undefined) })
  return { lcd, positions }
}

/** How many of the first `value` indexes each member gets. */
export function countsBelow(lengths: readonly Fraction[], value: number): readonly number[] {
  const { lcd, shares } = sharesOf(lengths)
  const rounds = Math.floor(value / lcd)
  const counts = shares.map((share) => share * rounds)
  deal(shares, { lcd, until: value - rounds * lcd, take: (taker) => void (counts[taker] = (counts[taker] ?? 0) + 1) })
  return counts
}

function sharesOf(lengths: readonly Fraction[]): { lcd: number; shares: readonly number[] } {
  const lcd = lengths.reduce((multiple, { denominator }) => leastCommonMultiple(multiple, denominator), 1n)
  if (lcd > maxPatternLength) {
    throw new UserError(
      'PLAN_SEGMENT_TOO_FINE',
      `the execution segments have a common denominator of ${lcd}, the most is ${maxPatternLength}`,
      {
        hint: 'use simple fractions such as 1/3 in executionSegmentSequence',
        exitCode: exitCode.invalidConfig,
      },
    )
  }
  return { lcd: Number(lcd), shares: lengths.map(({ numerator, denominator }) => Number((numerator * lcd) / denominator)) }
}

interface Deal {
  readonly lcd: number
  readonly until: number
  readonly take: (member: number, nth: number, index: number) => void
}

function deal(shares: readonly number[], { lcd, until, take }: Deal): void {
  const order = shares
    .map((share, member) => ({ member, share, dealt: 0 }))
    .sort((left, right) => right.share - left.share || left.member - right.member)
  for (let index = 0; index < until; index++) {
    for (const taker of order) {
      if (taker.dealt * lcd > index * taker.share) continue
      take(taker.member, taker.dealt++, index)
      break
    }
  }
}

/** The global index of this member's `local`-th index (both from 0). */
export function globalIndexOf({ lcd, positions }: Striping, local: number): number {
  const count = positions.length
  const round = Math.floor(local / count)
  return round * lcd + (positions[local - round * count] ?? Number.NaN)
}

/** How many of the global indexes below `value` belong to this member. */
export function localCountOf({ lcd, positions }: Striping, value: number): number {
  const rounds = Math.floor(value / lcd)
  return rounds * positions.length + countBelow(positions, value - rounds * lcd)
}

function countBelow(positions: Uint32Array, limit: number): number {
  let [low, high] = [0, positions.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((positions[middle] ?? 0) < limit) low = middle + 1
    else high = middle
  }
  return low
}

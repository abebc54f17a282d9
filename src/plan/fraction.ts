/** An exact fraction in lowest terms, `denominator` positive. */
export interface Fraction {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** Reduced to lowest terms. Throws a RangeError for a zero denominator. */
export function fraction(numerator: bigint, denominator: bigint): Fraction {
  if (denominator === 0n) throw new RangeError('a fraction with denominator 0')
  const sign = denominator < 0n ? -1n : 1n
  const divisor = greatestCommonDivisor(numerator, denominator)
  return { numerator: (sign * numerator) / divisor, denominator: (sign * denominator) / divisor }
}

/** `1/3`, `0.25`, `30%`, `1`; `undefined` when the text is none of these. */
export function parseFraction(text: string): Fraction | undefined {
  const match = /^\s*(\d{1,15})(?:\.(\d{1,12})|\s*\/\s*(\d{1,15}))?\s*(%)?\s*$/.exec(text)
  if (!match) return undefined
  const [, whole = '', decimals = '', divisor, percent] = match
  const denominator = divisor === undefined ? 10n ** BigInt(decimals.length) : BigInt(divisor)
  if (denominator === 0n || (divisor !== undefined && percent !== undefined)) return undefined
  return fraction(BigInt(whole + decimals), percent === undefined ? denominator : denominator * 100n)
}

export function subtract(left: Fraction, right: Fraction): Fraction {
  return fraction(left.numerator * right.denominator - right.numerator * left.denominator, left.denominator * right.denominator)
}

/** Negative, zero or positive as `left` is below, equal to or above `right`. */
export function compare(left: Fraction, right: Fraction): number {
  const difference = left.numerator * right.denominator - right.numerator * left.denominator
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

export function leastCommonMultiple(left: bigint, right: bigint): bigint {
  return (left / greatestCommonDivisor(left, right)) * right
}

/** `1/3`; whole numbers without a denominator. */
export function formatFraction(value: Fraction): string {
  return value.denominator === 1n ? String(value.numerator) : `${value.numerator}/${value.denominator}`
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let [a, b] = [left < 0n ? -left : left, right < 0n ? -right : right]
  while (b !== 0n) [a, b] = [b, a % b]
  return a === 0n ? 1n : a
}

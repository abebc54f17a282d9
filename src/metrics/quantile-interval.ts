/** Ranks count from 1; 0 and `count + 1` mean that no sample bounds that side. */
export interface RankInterval {
  readonly lower: number
  readonly upper: number
}

/**
 * Distribution-free confidence interval of quantile `q` of `count` independent samples: ranks l < u with
 * P(l <= B < u) >= `confidence` for B binomial(count, q). Both tails get the same share; where one side cannot be bounded
 * with half of the error but can with all of it, it takes what it needs. Time grows with the square root of `count`.
 */
export function quantileRanks(count: number, q: number, confidence = 0.95): RankInterval {
  if (count < 1 || q <= 0 || q >= 1) return { lower: 0, upper: count + 1 }
  const { first, weights, total } = binomialWeights(count, q)
  const share = tailShares({ none: Math.exp(count * Math.log1p(-q)), all: Math.exp(count * Math.log(q)) }, 1 - confidence)
  return { lower: lowerRank(first, weights, share.lower * total), upper: upperRank(first, weights, share.upper * total) }
}

/** The fewest samples for which a bound of quantile `q` on its far side exists: 5 for the median, 59 for p95, 2,995 for p99.9. */
export function minimumCountFor(q: number, confidence = 0.95): number {
  const far = Math.max(q, 1 - q)
  return far >= 1 ? 1 : Math.ceil(Math.log(1 - confidence) / Math.log(far))
}

/**
 * Splits the error between the tails: in halves, unless a side can be bounded only with more than half of it. `none` and
 * `all` are the chances that no sample, or that every sample, is below the quantile. The upper side goes first.
 */
function tailShares(chances: { none: number; all: number }, error: number): { lower: number; upper: number } {
  const needsMoreThanHalf = (chance: number): boolean => chance > error / 2 && chance <= error * slack
  if (needsMoreThanHalf(chances.all)) return { lower: error - chances.all, upper: chances.all }
  if (needsMoreThanHalf(chances.none)) return { lower: chances.none, upper: error - chances.none }
  return { lower: error / 2, upper: error / 2 }
}

// Rounding must not deny the rank that exactly exhausts its share.
const slack = 1 + 1e-9

/** Largest l with P(B < l) <= share. */
function lowerRank(first: number, weights: Float64Array, share: number): number {
  let sum = 0
  for (const [i, weight] of weights.entries()) {
    sum += weight
    if (sum > share * slack) return first + i
  }
  return first + weights.length
}

/** Smallest u with P(B >= u) <= share. */
function upperRank(first: number, weights: Float64Array, share: number): number {
  let sum = 0
  for (let i = weights.length - 1; i >= 0; i -= 1) {
    sum += weights[i] as number
    if (sum > share * slack) return first + i + 1
  }
  return first
}

/** Weights proportional to the binomial probabilities around the mode; what is left out weighs under 1e-16 of the mode. */
function binomialWeights(count: number, q: number): { first: number; weights: Float64Array; total: number } {
  const mode = Math.min(count, Math.floor((count + 1) * q))
  const odds = q / (1 - q)
  const down: number[] = []
  const up: number[] = []
  let total = 1
  for (let k = mode, weight = 1; k > 0 && weight > 1e-16; k -= 1) {
    weight *= k / ((count - k + 1) * odds)
    down.push(weight)
    total += weight
  }
  for (let k = mode, weight = 1; k < count && weight > 1e-16; k += 1) {
    weight *= ((count - k) * odds) / (k + 1)
    up.push(weight)
    total += weight
  }
  return { first: mode - down.length, weights: Float64Array.from([...down.reverse(), 1, ...up]), total }
}

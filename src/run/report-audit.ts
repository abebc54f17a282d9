import { seriesKey } from '../metrics/selector.ts'
import type { SeriesDelta } from '../metrics/snapshot.ts'

/** Sums of the same numbers in the same order differ by nothing; this much is let be. */
const toleranceRatio = 1e-9

/** Adds up what one worker reported second by second, to compare it with the totals that it tells at its end. */
export class ReportAudit {
  readonly #reported = new Map<string, number>()

  add(series: readonly SeriesDelta[]): void {
    for (const delta of series) {
      const amount = amountOf(delta)
      if (amount === undefined) continue
      const key = seriesKey(delta.metric.name, delta.tags)
      this.#reported.set(key, (this.#reported.get(key) ?? 0) + amount)
    }
  }

  /** Names of the metrics whose reports do not add up to these totals, each once. */
  differences(totals: readonly SeriesDelta[]): string[] {
    const names = totals.filter((total) => {
      const amount = amountOf(total)
      if (amount === undefined) return false
      const reported = this.#reported.get(seriesKey(total.metric.name, total.tags)) ?? 0
      return Math.abs(reported - amount) > toleranceRatio * Math.max(Math.abs(reported), Math.abs(amount))
    })
    return [...new Set(names.map(({ metric }) => metric.name))]
  }
}

/** What adds up over seconds; gauges do not. */
function amountOf(delta: SeriesDelta): number | undefined {
  switch (delta.type) {
    case 'counter':
      return delta.sum
    case 'rate':
      return delta.count
    case 'trend':
      return countOf(delta.histogram.counts)
    case 'ledger':
      return delta.entries.length
    case 'gauge':
      return undefined
  }
}

function countOf(counts: Uint32Array): number {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}

const unitMs: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000001,
}
const part = /(\d+(?:\.\d+)?|\.\d+)(d|h|ms|m|us|µs|ns|s)/y

/** Milliseconds of `1d2h3m4s5ms`, of a plain number (ms) or of a numeric string (ms); `undefined` when it is not a duration. */
export function parseDurationMs(input: unknown): number | undefined {
  if (typeof input === 'number') return Number.isFinite(input) ? input : undefined
  if (typeof input !== 'string' || input === '') return undefined
  if (/^-?\d+(\.\d+)?$/.test(input)) return Number(input)
  const negative = input.startsWith('-')
  let index = negative ? 1 : 0
  let totalMs = 0
  while (index < input.length) {
    part.lastIndex = index
    const match = part.exec(input)
    if (!match) return undefined
    totalMs += Number(match[1]) * (unitMs[match[2] ?? ''] ?? Number.NaN)
    index = part.lastIndex
  }
  if (index === (negative ? 1 : 0)) return undefined
  return negative ? -totalMs : totalMs
}

/**
 * `90061000` becomes `25h1m1s`, `1500` becomes `1.5s`, `250` becomes `250ms`; `0` becomes `0s`. From a second on rounded to
 * 1 ms, below to 1 us.
 */
export function formatDurationMs(ms: number): string {
  if (ms < 0) return `-${formatDurationMs(-ms)}`
  if (ms === 0) return '0s'
  if (round(ms) < 1000) return `${round(ms)}ms`
  // Rounded before it is taken apart, or 59,999.9 ms would be 60s and not 1m0s.
  const wholeMs = Math.round(ms)
  const hours = Math.floor(wholeMs / 3_600_000)
  const minutes = Math.floor((wholeMs % 3_600_000) / 60_000)
  const seconds = (wholeMs % 60_000) / 1000
  const parts = [hours > 0 ? `${hours}h` : '', hours > 0 || minutes > 0 ? `${minutes}m` : '', `${seconds}s`]
  return parts.join('')
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}

import type { MetricDefinition } from '../../metrics/definition.ts'

export type TimeUnit = 's' | 'ms' | 'us'

const fixedUnits: Readonly<Record<TimeUnit, { readonly perMs: number; readonly suffix: string }>> = {
  s: { perMs: 0.001, suffix: 's' },
  ms: { perMs: 1, suffix: 'ms' },
  us: { perMs: 1000, suffix: 'µs' },
}

/** `926.81µs`, `12.5ms`, `1.23s`, `1m5s`, `1h2m3s`: decimals are cut, not rounded. With a unit always that one and two rounded decimals. */
export function formatTime(ms: number, unit?: TimeUnit): string {
  if (unit !== undefined) return `${(ms * fixedUnits[unit].perMs).toFixed(2)}${fixedUnits[unit].suffix}`
  if (!Number.isFinite(ms)) return String(ms)
  if (ms < 0) return `-${formatTime(-ms)}`
  if (ms === 0) return '0s'
  if (ms < 0.001) return `${Math.trunc(ms * 1e6)}ns`
  if (ms < 1) return `${cut(ms * 1000, 2)}µs`
  if (ms < 1000) return `${cut(ms, 2)}ms`
  if (ms < 60_000) return `${cut(ms / 1000, 2)}s`
  const seconds = Math.trunc(ms / 1000)
  const hours = Math.trunc(seconds / 3600)
  return `${hours > 0 ? `${hours}h` : ''}${Math.trunc((seconds % 3600) / 60)}m${seconds % 60}s`
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB']

/** `650 B`, `8.4 kB`, `12 MB`: steps of 1,000. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return String(bytes)
  if (bytes < 0) return `-${formatBytes(-bytes)}`
  let unit = 0
  let scaled = bytes
  while (scaled >= 999.5 && unit < byteUnits.length - 1) {
    scaled /= 1000
    unit += 1
  }
  const isSmall = unit > 0 && scaled < 9.95
  return `${isSmall ? scaled.toFixed(1) : String(Math.round(scaled))} ${byteUnits[unit]}`
}

/** `47.82%`; cut, so that only all of it is `100.00%`. */
export function formatRatio(ratio: number): string {
  return `${cut(ratio * 100, 2).toFixed(2)}%`
}

/** At most six decimals, cut. */
export function formatNumber(value: number): string {
  return Math.abs(value) < 1e15 ? String(cut(value, 6)) : String(value)
}

/** `12,345`. */
export function formatCount(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : formatNumber(value)
}

/** A rate as people read it: `1,234/s`, `12.3/s`. */
export function formatPerSecond(value: number): string {
  return `${value >= 100 ? Math.round(value).toLocaleString('en-US') : cut(value, value >= 10 ? 1 : 2)}/s`
}

/** A value of a metric in the metric's own unit. */
export function formatValue(value: number, contains: MetricDefinition['contains'], unit?: TimeUnit): string {
  if (contains === 'time') return formatTime(value, unit)
  return contains === 'data' ? formatBytes(value) : formatNumber(value)
}

/** Cuts after so many decimals; what binary fractions lose (1.15 * 100) is not cut. */
function cut(value: number, decimals: number): number {
  const factor = 10 ** decimals
  return Math.trunc(Number((value * factor).toPrecision(15))) / factor
}

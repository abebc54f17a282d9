import { type Exchange, Refusal } from '../exchange.ts'

/** A whole number from a path or query, or a Refusal (400) that names it. */
export function wholeNumber(text: string, limits: { name: string; min: number; max: number }): number {
  const value = Number(text)
  if (/^-?\d+$/.test(text) && value >= limits.min && value <= limits.max) return value
  throw new Refusal(400, `invalid ${limits.name}: "${text}" is no whole number in [${limits.min}, ${limits.max}]`)
}

/** A query parameter as a whole number; `fallback` when absent. */
export function queryNumber(exchange: Exchange, name: string, limits: { min: number; max: number; fallback: number }): number {
  const text = exchange.search.get(name)
  return text === null || text === '' ? limits.fallback : wholeNumber(text, { name, ...limits })
}

const unitMs: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `1.5` seconds or a duration as `200ms` or `1m30s`, in milliseconds; a Refusal (400) outside of 0 to `maxMs`. */
export function durationMs(text: string, name: string, maxMs: number): number {
  const ms = parseMs(text)
  if (ms >= 0 && ms <= maxMs) return ms
  throw new Refusal(400, `invalid ${name}: "${text}" is no duration in [0, ${maxMs / 1000}s]`)
}

/** A query parameter as a duration in milliseconds; `fallback` when absent. */
export function queryMs(exchange: Exchange, name: string, limits: { maxMs: number; fallback: number }): number {
  const text = exchange.search.get(name)
  return text === null || text === '' ? limits.fallback : durationMs(text, name, limits.maxMs)
}

function parseMs(text: string): number {
  if (/^\d*\.?\d+$/.test(text)) return Number(text) * 1000
  if (!/^(?:\d*\.?\d+(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return Number.NaN
  let sum = 0
  for (const [, amount, unit] of text.matchAll(/(\d*\.?\d+)(ns|us|µs|ms|s|m|h)/g))
    sum += Number(amount) * (unitMs[unit ?? ''] ?? 0)
  return sum
}

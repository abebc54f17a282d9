import type { Random } from '../../random.ts'

/** How long the target waits before it answers, in milliseconds; `maxMs` cuts the tail, `seed` makes it repeat. */
export type LatencySpec = { readonly seed?: number; readonly maxMs?: number } & (
  | { readonly kind: 'fixed'; readonly ms: number }
  | { readonly kind: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: 'exponential'; readonly meanMs: number }
  | { readonly kind: 'lognormal'; readonly medianMs: number; readonly sigma: number }
)

/** Draws one latency in milliseconds. */
export function drawLatencyMs(spec: LatencySpec, random: Random): number {
  return Math.min(draw(spec, random), spec.maxMs ?? Number.POSITIVE_INFINITY)
}

function draw(spec: LatencySpec, random: Random): number {
  switch (spec.kind) {
    case 'fixed':
      return spec.ms
    case 'uniform':
      return spec.minMs + random.next() * (spec.maxMs - spec.minMs)
    case 'exponential':
      return -Math.log(1 - random.next()) * spec.meanMs
    case 'lognormal':
      return spec.medianMs * Math.exp(spec.sigma * random.normal())
    default:
      throw new Error(`no such latency: ${String(spec satisfies never)}`)
  }
}

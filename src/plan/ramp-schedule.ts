import type { RampingVus } from './plan.ts'
import type { Stripe } from './segment.ts'

/** From `atMs` after scenario start on, `vus` VUs. Steps come in order of time; of two at one time the later one holds. */
export interface VuStep {
  readonly atMs: number
  readonly vus: number
}

export type Ramp = Pick<RampingVus, 'startVus' | 'stages'>

/** Regular length of a scenario made of stages. */
export function stagesDurationMs(stages: RampingVus['stages']): number {
  return stages.reduce((sum, stage) => sum + stage.durationMs, 0)
}

/** Most VUs that a ramp reaches, over all workers. */
export function peakVus({ startVus, stages }: Ramp): number {
  return stages.reduce((most, { target }) => Math.max(most, target), startVus)
}

/**
 * How many of our VUs should be iterating: VU number k is wanted from the moment a rising line reaches k until a falling
 * one does. The staircases of all workers add up to the global one. Does not drop to 0 at the end.
 */
export function* rampSteps({ startVus, stages }: Ramp, stripe: Stripe): Generator<VuStep> {
  let [endMs, from] = [0, startVus]
  let current = stripe.localCount(startVus)
  yield { atMs: 0, vus: current }
  for (const { durationMs, target } of stages) {
    endMs += durationMs
    const wanted = stripe.localCount(target)
    const perVuMs = durationMs / Math.abs(target - from)
    if (durationMs === 0 && wanted !== current) {
      current = wanted
      yield { atMs: endMs, vus: current }
    }
    for (; current < wanted; current++) {
      const number = stripe.globalIndex(current) + 1
      yield { atMs: endMs - (target - number) * perVuMs, vus: current + 1 }
    }
    for (; current > wanted; current--) {
      const number = stripe.globalIndex(current - 1) + 1
      yield { atMs: endMs - (number - 1 - target) * perVuMs, vus: current - 1 }
    }
    from = target
  }
}

/**
 * How many of our VUs may still be running: `steps` with each decrease delayed by `gracefulRampDownMs`, that is the most
 * that was wanted within the last `gracefulRampDownMs`. Ends with 0 at `endMs` (regular end plus graceful stop).
 */
export function* gracefulSteps(
  steps: Iterable<VuStep>,
  { gracefulRampDownMs, endMs }: { gracefulRampDownMs: number; endMs: number },
): Generator<VuStep> {
  // A sliding-window maximum: counts still reserved, falling from `head` on, and when each reservation ends.
  const reserved: { readonly vus: number; untilMs: number }[] = []
  let head = 0
  let allowed = -1
  function* expire(beforeMs: number): Generator<VuStep> {
    for (let first = reserved[head]; first !== undefined && first.untilMs < beforeMs; first = reserved[head]) {
      allowed = reserved[++head]?.vus ?? 0
      if (head > 1024) head -= reserved.splice(0, head).length
      yield { atMs: first.untilMs, vus: allowed }
    }
  }
  for (const { atMs, vus } of steps) {
    // A reservation that ends at this very moment is not over if as many VUs are wanted again.
    yield* expire(Math.min(atMs, endMs))
    const last = reserved.at(-1)
    if (last !== undefined) last.untilMs = atMs + gracefulRampDownMs
    while (reserved.length > head && (reserved.at(-1)?.vus ?? 0) <= vus) reserved.pop()
    reserved.push({ vus, untilMs: Number.POSITIVE_INFINITY })
    const most = reserved[head]?.vus ?? vus
    if (most > allowed) yield { atMs, vus: most }
    allowed = Math.max(allowed, most)
  }
  yield* expire(endMs)
  yield { atMs: endMs, vus: 0 }
}

import type { Stripe } from '../plan/segment.ts'
import type { IterationSource } from './vu-roster.ts'

/** Iterations without end, numbered in the order in which they start; each worker has numbers of its own. */
export function endlessSource(stripe: Stripe): IterationSource {
  let startedCount = 0
  return {
    take: () => stripe.globalIndex(startedCount++),
    refill: () => Promise.resolve(false),
  }
}

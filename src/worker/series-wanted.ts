import type { Tags } from '../metrics/definition.ts'
import type { TestPlan } from '../plan/plan.ts'

/** Break-downs that every summary shows: checks by name, requests by outcome, groups, iterations by scenario. */
const groupings = [
  { metric: 'checks', keys: ['check', 'group'] },
  { metric: 'group_duration', keys: ['group'] },
  { metric: 'http_reqs', keys: ['status'] },
  { metric: 'http_reqs', keys: ['error', 'error_code'] },
  { metric: 'iterations', keys: ['scenario'] },
  { metric: 'dropped_iterations', keys: ['scenario'] },
] as const

/** Which series a registry must keep apart: those of thresholds and of the summary. */
export function seriesWanted(plan: TestPlan | undefined): {
  selectors: readonly { metric: string; tags: Tags }[]
  groupings: readonly { metric: string; keys: readonly string[] }[]
} {
  const judged = (plan?.thresholds ?? [])
    .filter((each) => Object.keys(each.selector).length > 0)
    .map((each) => ({ metric: each.metric, tags: each.selector }))
  return { selectors: [{ metric: 'http_req_duration', tags: { expected_response: 'true' } }, ...judged], groupings }
}

import { expect, test } from 'vitest'
import { describeLoad, describePlan, describeScenario } from './describe.ts'
import { parsePlan } from './parse.ts'
import type { TestPlan } from './plan.ts'
import { stripeOf, wholeStripe } from './segment.ts'

function parse(options: unknown): TestPlan {
  const dialect = { whenBusy: 'queue', userAgent: 'x', isNoDataAPass: false } as const
  return parsePlan({
    layers: [{ source: 'script', options }],
    exports: ['default', 'browse'],
    metrics: [],
    dialect,
    warn: () => undefined,
  })
}

test.each([
  [{ executor: 'constant-vus', vus: 10, duration: '30s' }, '10 looping VUs for 30s (gracefulStop: 30s)'],
  [{ executor: 'constant-vus', vus: 10, duration: '1h', gracefulStop: 0 }, '10 looping VUs for 1h0m0s'],
  [
    { executor: 'shared-iterations', vus: 2, iterations: 6 },
    '6 iterations shared among 2 VUs (maxDuration: 10m0s, gracefulStop: 30s)',
  ],
  [
    { executor: 'per-vu-iterations', vus: 2, iterations: 10, maxDuration: '1s', gracefulStop: '100ms' },
    '10 iterations for each of 2 VUs (maxDuration: 1s, gracefulStop: 100ms)',
  ],
  [
    {
      executor: 'ramping-vus',
      startVUs: 0,
      gracefulRampDown: '1s',
      stages: [
        { duration: '3s', target: 6 },
        { duration: '4s', target: 0 },
      ],
    },
    'Up to 6 looping VUs for 7s over 2 stages (gracefulRampDown: 1s, gracefulStop: 30s)',
  ],
  [
    { executor: 'constant-arrival-rate', rate: 5, duration: '2s', preAllocatedVUs: 2, exec: 'browse', startTime: '5s' },
    '5.00 iterations/s for 2s (maxVUs: 2, exec: browse, startTime: 5s, gracefulStop: 30s)',
  ],
  [
    { executor: 'constant-arrival-rate', rate: 20, duration: '2s', preAllocatedVUs: 1, maxVUs: 3, gracefulStop: '1s' },
    '20.00 iterations/s for 2s (maxVUs: 1-3, gracefulStop: 1s)',
  ],
  [
    {
      executor: 'ramping-arrival-rate',
      stages: [
        { duration: '6s', target: 4 },
        { duration: '1s', target: 600 },
      ],
      timeUnit: '1m',
      preAllocatedVUs: 5,
    },
    'Up to 10.00 iterations/s for 7s over 2 stages (maxVUs: 5, gracefulStop: 30s)',
  ],
])('%j', (scenario, line) => {
  const [parsed] = parse({ scenarios: { a: scenario } }).scenarios
  expect(parsed && describeScenario(parsed, { stripe: wholeStripe(), ratio: 1 })).toBe(line)
})

test('a share is described with its own numbers', () => {
  const [scenario] = parse({ vus: 5, iterations: 11 }).scenarios
  const line =
    scenario &&
    describeScenario(scenario, { stripe: stripeOf({ segment: '1/2', sequence: undefined }, { index: 0, count: 1 }), ratio: 0.5 })
  expect(line).toBe('7 iterations shared among 3 VUs (maxDuration: 10m0s, gracefulStop: 30s)')
})

test('the headline counts scenarios, VUs and time', () => {
  expect(describeLoad(parse({ vus: 2, duration: '10m' }))).toEqual([
    '(100.00%) 1 scenario, 2 max VUs, 10m30s max duration (incl. graceful stop):',
    '* default: 2 looping VUs for 10m0s (gracefulStop: 30s)',
  ])
})

test('the whole plan, without secrets', () => {
  const plan = parse({
    vus: 4,
    duration: '1s',
    baseUrl: 'http://me:secret@a.test',
    targets: ['a.test'],
    rps: 5,
    executionSegment: '1/2',
    thresholds: { checks: [{ threshold: 'rate>0.9', abortOnFail: true, window: '10s' }], 'http_reqs{status:200}': 'count>5' },
  })
  expect(describePlan(plan)).toEqual([
    'scenarios: (50.00%) 1 scenario, 2 max VUs, 31s max duration (incl. graceful stop):',
    '  * default: 2 looping VUs for 1s (gracefulStop: 30s)',
    'thresholds:',
    '  * checks: rate>0.9 (aborts the run, over the last 10s)',
    '  * http_reqs{status:200}: count>5',
    'workers: auto',
    'base URL: http://***@a.test',
    'targets: a.test',
    'at most 5 requests/s',
    'segment: 1/2',
  ])
  expect(describePlan(parse({})).slice(2)).toEqual(['thresholds: none', 'workers: auto', 'targets: any host'])
})

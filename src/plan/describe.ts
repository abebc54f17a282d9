import { formatDurationMs } from '../base/duration.ts'
import { arrivalSchedule } from './arrival-schedule.ts'
import type { Scenario, TestPlan } from './plan.ts'
import { peakVus } from './ramp-schedule.ts'
import { regularDurationMs, requirementsOf } from './requirements.ts'
import { type Stripe, segmentRatio, stripeOf } from './segment.ts'

/** One line on what a scenario does; VUs and rates are those of `stripe`, whose share of the run is `ratio`. */
export function describeScenario(scenario: Scenario, { stripe, ratio }: { stripe: Stripe; ratio: number }): string {
  const duration = formatDurationMs(regularDurationMs(scenario))
  switch (scenario.executor) {
    case 'shared-iterations': {
      const iterations = stripe.restripe(scenario.vus)?.localCount(scenario.iterations) ?? 0
      return `${iterations} iterations shared among ${stripe.localCount(scenario.vus)} VUs${facts(scenario, `maxDuration: ${duration}`)}`
    }
    case 'per-vu-iterations':
      return `${scenario.iterations} iterations for each of ${stripe.localCount(scenario.vus)} VUs${facts(scenario, `maxDuration: ${duration}`)}`
    case 'constant-vus':
      return `${stripe.localCount(scenario.vus)} looping VUs for ${duration}${facts(scenario)}`
    case 'ramping-vus': {
      const rampDown = `gracefulRampDown: ${formatDurationMs(scenario.gracefulRampDownMs)}`
      return `Up to ${stripe.localCount(peakVus(scenario))} looping VUs for ${duration} over ${scenario.stages.length} stages${facts(scenario, rampDown)}`
    }
    case 'constant-arrival-rate':
      return `${rate(scenario, ratio)} iterations/s for ${duration}${facts(scenario, maxVus(scenario, stripe))}`
    case 'ramping-arrival-rate':
      return `Up to ${rate(scenario, ratio)} iterations/s for ${duration} over ${scenario.stages.length} stages${facts(scenario, maxVus(scenario, stripe))}`
  }
}

type OpenScenario = Parameters<typeof arrivalSchedule>[0]

function rate(scenario: OpenScenario, ratio: number): string {
  return (arrivalSchedule(scenario).peakPerSecond * ratio).toFixed(2)
}

function maxVus({ preAllocatedVus, maxVus }: OpenScenario, stripe: Stripe): string {
  const [planned, most] = [stripe.localCount(preAllocatedVus), stripe.localCount(maxVus)]
  return `maxVUs: ${planned === most ? most : `${planned}-${most}`}`
}

function facts({ exec, startTimeMs, gracefulStopMs }: Scenario, ...first: readonly string[]): string {
  const all = [
    ...first,
    ...(exec === 'default' ? [] : [`exec: ${exec}`]),
    ...(startTimeMs > 0 ? [`startTime: ${formatDurationMs(startTimeMs)}`] : []),
    ...(gracefulStopMs > 0 ? [`gracefulStop: ${formatDurationMs(gracefulStopMs)}`] : []),
  ]
  return all.length === 0 ? '' : ` (${all.join(', ')})`
}

/** The plan's load for people: a headline, then a line for each scenario. Holds no secrets. */
export function describeLoad(plan: Pick<TestPlan, 'scenarios' | 'segment'>): readonly string[] {
  const stripe = stripeOf(plan.segment, { index: 0, count: 1 })
  const ratio = segmentRatio(plan.segment)
  const { maxVus, maxDurationMs } = requirementsOf(plan, stripe)
  const count = plan.scenarios.length
  return [
    `(${(ratio * 100).toFixed(2)}%) ${count} scenario${count === 1 ? '' : 's'}, ${maxVus} max VUs, ${formatDurationMs(maxDurationMs)} max duration (incl. graceful stop):`,
    ...plan.scenarios.map((scenario) => `* ${scenario.name}: ${describeScenario(scenario, { stripe, ratio })}`),
  ]
}

/** The whole plan for `brunt inspect`: load, thresholds, and the settings that are not at rest. Holds no secrets. */
export function describePlan(plan: TestPlan): readonly string[] {
  const { http, network, workers } = plan
  const thresholds = plan.thresholds.map(({ metric, selector, source, abortOnFail, windowMs }) => {
    const tags = Object.entries(selector).map(([key, value]) => `${key}:${value}`)
    const notes = [
      ...(abortOnFail ? ['aborts the run'] : []),
      ...(windowMs === undefined ? [] : [`over the last ${formatDurationMs(windowMs)}`]),
    ]
    return `* ${metric}${tags.length > 0 ? `{${tags.join(',')}}` : ''}: ${source}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`
  })
  const [headline = '', ...scenarios] = describeLoad(plan)
  return [
    `scenarios: ${headline}`,
    ...scenarios.map(indent),
    ...(thresholds.length > 0 ? ['thresholds:', ...thresholds.map(indent)] : ['thresholds: none']),
    `workers: ${workers}`,
    ...(http.baseUrl === undefined ? [] : [`base URL: ${http.baseUrl.replace(/\/\/[^/@]*@/, '//***@')}`]),
    ...(network.targets === undefined ? ['targets: any host'] : [`targets: ${network.targets.join(', ')}`]),
    ...(http.rps > 0 ? [`at most ${http.rps} requests/s`] : []),
    ...(plan.segment === undefined
      ? []
      : [`segment: ${plan.segment.segment}${plan.segment.sequence === undefined ? '' : ` of ${plan.segment.sequence}`}`]),
  ]
}

function indent(line: string): string {
  return `  ${line}`
}

import { arrivalSchedule } from './arrival-schedule.ts'
import type { Scenario, SegmentPlan, SharedIterations, TestPlan } from './plan.ts'
import { gracefulSteps, rampSteps, stagesDurationMs } from './ramp-schedule.ts'
import { type Stripe, stripeOf, wholeStripe } from './segment.ts'

/** From `atMs` of the run on: VUs that must be ready, and VUs that may be added beyond them. */
export interface ExecutionStep {
  readonly atMs: number
  readonly plannedVus: number
  readonly unplannedVus: number
}

export interface Requirements {
  /** VUs to initialise before the start: the most that are planned at one time over all scenarios. */
  readonly plannedVus: number
  /** With those that arrival rates may add. */
  readonly maxVus: number
  /** End of the last graceful stop, in run time. */
  readonly maxDurationMs: number
}

/** What one worker (`stripe`) must have ready. */
export function requirementsOf(plan: Pick<TestPlan, 'scenarios'>, stripe: Stripe): Requirements {
  const scenarioSteps = plan.scenarios.map((scenario) => executionSteps(scenario, stripe))
  const total = peaksOf(scenarioSteps)
  return {
    plannedVus: total.plannedVus,
    maxVus: total.plannedVus + total.unplannedVus,
    maxDurationMs: Math.max(
      0,
      ...plan.scenarios.map((scenario) => scenario.startTimeMs + regularDurationMs(scenario) + scenario.gracefulStopMs),
    ),
  }
}

/** Planned length of a scenario from its start, without the graceful stop. */
export function regularDurationMs(scenario: Scenario): number {
  switch (scenario.executor) {
    case 'shared-iterations':
    case 'per-vu-iterations':
      return scenario.maxDurationMs
    case 'constant-vus':
    case 'constant-arrival-rate':
      return scenario.durationMs
    case 'ramping-vus':
    case 'ramping-arrival-rate':
      return stagesDurationMs(scenario.stages)
  }
}

/** The needs of one scenario in one worker, in order of time; the last step is all zeros. */
export function* executionSteps(scenario: Scenario, stripe: Stripe): Generator<ExecutionStep> {
  const { startTimeMs } = scenario
  const endMs = regularDurationMs(scenario) + scenario.gracefulStopMs
  if (scenario.executor === 'ramping-vus') {
    for (const { atMs, vus } of gracefulSteps(rampSteps(scenario, stripe), {
      gracefulRampDownMs: scenario.gracefulRampDownMs,
      endMs,
    })) {
      yield { atMs: startTimeMs + atMs, plannedVus: vus, unplannedVus: 0 }
    }
    return
  }
  const isOpen = scenario.executor === 'constant-arrival-rate' || scenario.executor === 'ramping-arrival-rate'
  const plannedVus = stripe.localCount(isOpen ? scenario.preAllocatedVus : scenario.vus)
  const mostVus = isOpen ? stripe.localCount(scenario.maxVus) : plannedVus
  yield { atMs: startTimeMs, plannedVus, unplannedVus: mostVus - plannedVus }
  yield { atMs: startTimeMs + endMs, plannedVus: 0, unplannedVus: 0 }
}

/** How many numbers of shared iterations the workers of this instance are granted: its share of `iterations`. */
export function grantedIterations(scenario: SharedIterations, segment: SegmentPlan | undefined): number {
  if (segment === undefined) return scenario.iterations
  return stripeOf(segment, { index: 0, count: 1 }).restripe(scenario.vus)?.localCount(scenario.iterations) ?? 0
}

const vusPerWorker = 100
const arrivalsPerWorker = 2000
/** A process has 20,000 descriptors on many machines; some are ours. */
const socketsPerWorker = 19_000

/**
 * Workers that a run needs: one for each 100 VUs or 2,000 arrivals/s, at most one per core (small runs stay one process), but
 * enough for a socket per VU, and never more than VUs. A number in the plan wins.
 */
export function workerCountFor(
  plan: Pick<TestPlan, 'scenarios' | 'workers' | 'segment'>,
  { coreCount }: { coreCount: number },
): number {
  if (plan.workers !== 'auto') return plan.workers
  const stripe = plan.segment === undefined ? wholeStripe() : stripeOf(plan.segment, { index: 0, count: 1 })
  const { plannedVus, maxVus } = requirementsOf(plan, stripe)
  const byLoad = Math.max(
    Math.ceil(plannedVus / vusPerWorker),
    Math.ceil(peakArrivalsPerSecond(plan.scenarios) / arrivalsPerWorker),
  )
  const bySockets = Math.ceil(maxVus / socketsPerWorker)
  return Math.max(1, Math.min(maxVus, Math.max(bySockets, Math.min(byLoad, coreCount))))
}

/** The most arrivals a second that are planned at one time, taking each scenario at its peak. */
function peakArrivalsPerSecond(scenarios: readonly Scenario[]): number {
  const steps = scenarios.flatMap((scenario) => {
    if (scenario.executor !== 'constant-arrival-rate' && scenario.executor !== 'ramping-arrival-rate') return []
    const { peakPerSecond, durationMs } = arrivalSchedule(scenario)
    const { startTimeMs } = scenario
    return [
      [
        { atMs: startTimeMs, plannedVus: peakPerSecond, unplannedVus: 0 },
        { atMs: startTimeMs + durationMs, plannedVus: 0, unplannedVus: 0 },
      ],
    ]
  })
  return peaksOf(steps).plannedVus
}

/** The highest sums over scenarios at one time, of planned and of unplanned VUs. Keeps no steps: a ramp may have millions. */
function peaksOf(scenarioSteps: readonly Iterable<ExecutionStep>[]): { plannedVus: number; unplannedVus: number } {
  const lanes = scenarioSteps.map((steps) => new StepLane(steps))
  const sum = { plannedVus: 0, unplannedVus: 0 }
  const most = { plannedVus: 0, unplannedVus: 0 }
  for (let lane = nextLane(lanes); lane?.next !== undefined; lane = nextLane(lanes)) {
    const step = lane.next
    sum.plannedVus += step.plannedVus - lane.current.plannedVus
    sum.unplannedVus += step.unplannedVus - lane.current.unplannedVus
    most.plannedVus = Math.max(most.plannedVus, sum.plannedVus)
    most.unplannedVus = Math.max(most.unplannedVus, sum.unplannedVus)
    lane.advance()
  }
  return most
}

/** Where one scenario stands while all are walked through in order of time. */
class StepLane {
  current: ExecutionStep = { atMs: 0, plannedVus: 0, unplannedVus: 0 }
  next: ExecutionStep | undefined
  readonly #steps: Iterator<ExecutionStep>

  constructor(steps: Iterable<ExecutionStep>) {
    this.#steps = steps[Symbol.iterator]()
    this.next = this.#pull()
  }

  advance(): void {
    this.current = this.next ?? this.current
    this.next = this.#pull()
  }

  get isFalling(): boolean {
    return this.next !== undefined && this.next.plannedVus < this.current.plannedVus
  }

  #pull(): ExecutionStep | undefined {
    const result = this.#steps.next()
    return result.done ? undefined : result.value
  }
}

/** Where one scenario ends as another starts, VUs are handed over: decreases come first. */
function nextLane(lanes: readonly StepLane[]): StepLane | undefined {
  let best: StepLane | undefined
  for (const lane of lanes) {
    if (lane.next === undefined) continue
    const isSooner = best?.next === undefined || lane.next.atMs < best.next.atMs
    if (isSooner || (lane.next.atMs === best?.next?.atMs && lane.isFalling && !best.isFalling)) best = lane
  }
  return best
}

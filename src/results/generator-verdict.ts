import { builtin } from '../metrics/definition.ts'
import type { Totals } from '../metrics/totals.ts'
import type { TestPlan } from '../plan/plan.ts'
import type { HealthLog, WorkerHealth } from './health-log.ts'
import { isArrivalRate, type ReachedRate } from './rate-log.ts'
import { histogramOf, sumOf } from './series.ts'
import type { GeneratorVerdict } from './summary.ts'
import { countOf, listText, percentText, timeText } from './words.ts'

/** What the merged totals say about our own machine. */
export interface GeneratorFacts {
  readonly loopDelayMsP99: number
  /** p99 of `http_req_duration`, without HTTP of `iteration_duration`; `undefined` without either. */
  readonly responseMsP99: number | undefined
  /** Starts that had an idle VU when they fell due, and those of them that came over 10 ms late. */
  readonly punctualityCount: number
  readonly lateStarts: number
  readonly localSocketErrors: number
  readonly dropped: number
  readonly iterations: number
}

export interface GeneratorInput {
  readonly plan: TestPlan
  readonly workers: number
  readonly health: HealthLog
  readonly facts: GeneratorFacts
  readonly rates: readonly ReachedRate[]
}

const lateMs = 10
const saturatedSecondsRatio = 0.05
const lateStartRatio = 0.01
const delayToResponseRatio = 0.25
/** Below this share of its plan a rate was not reached. */
export const reachedRatio = 0.99

export function generatorFactsOf(totals: Totals): GeneratorFacts {
  const lateness = histogramOf(totals, builtin.lateStart)
  const response = histogramOf(totals, builtin.httpReqDuration) ?? histogramOf(totals, builtin.iterationDuration)
  return {
    loopDelayMsP99: histogramOf(totals, builtin.loopDelay)?.quantile(0.99) ?? 0,
    responseMsP99: response?.quantile(0.99),
    punctualityCount: lateness?.count ?? 0,
    lateStarts: lateness?.countAbove(lateMs) ?? 0,
    localSocketErrors: sumOf(totals, builtin.localSocketErrors),
    dropped: sumOf(totals, builtin.droppedIterations),
    iterations: sumOf(totals, builtin.iterations),
  }
}

/**
 * Says whether throughput and latency are the target's or ours, by these numbers. `limited`: a worker was out of CPU in
 * more than 5 % of its seconds. `unreliable`, which wins: the event loop's delay p99 is over 10 ms and over 25 % of the
 * response p99, more than 1 % of the starts came over 10 ms late, sockets failed on this machine, or a planned rate was
 * missed with idle VUs. `reasons` lists both kinds, the latter first.
 */
export function judgeGenerator(input: GeneratorInput): GeneratorVerdict {
  const { facts } = input
  const health = input.health.workers()
  const unreliable = [...loopReasons(facts), ...latenessReasons(facts), ...socketReasons(facts), ...rateReasons(input.rates)]
  const limited = saturationReasons(health, input.plan)
  return {
    verdict: unreliable.length > 0 ? 'unreliable' : limited.length > 0 ? 'limited' : 'ok',
    reasons: [...unreliable, ...limited],
    workers: input.workers,
    cpuRatio: Math.max(0, ...health.map((worker) => worker.meanCpuRatio)),
    loopDelayMsP99: facts.loopDelayMsP99,
    lateStarts: facts.lateStarts,
    censored:
      facts.dropped > 0 ? { dropped: facts.dropped, ratio: facts.dropped / (facts.dropped + facts.iterations) } : undefined,
  }
}

function loopReasons({ loopDelayMsP99, responseMsP99 }: GeneratorFacts): string[] {
  if (responseMsP99 === undefined || loopDelayMsP99 <= lateMs || loopDelayMsP99 <= delayToResponseRatio * responseMsP99) return []
  return [
    `Our event loop ran up to ${timeText(loopDelayMsP99)} late (p99), against a response p99 of ${timeText(responseMsP99)}: part of the measured latency is ours. Do less work per iteration in the script, lower the load, or use more workers (--workers).`,
  ]
}

function latenessReasons({ lateStarts, punctualityCount }: GeneratorFacts): string[] {
  if (punctualityCount === 0 || lateStarts <= lateStartRatio * punctualityCount) return []
  return [
    `${countOf(lateStarts, 'iteration')} (${percentText(lateStarts / punctualityCount)}) started over ${lateMs} ms late although a VU was idle: this machine could not keep the schedule. Use more workers (--workers), or a machine with less else to do.`,
  ]
}

function socketReasons({ localSocketErrors }: GeneratorFacts): string[] {
  if (localSocketErrors === 0) return []
  return [
    `${countOf(localSocketErrors, 'connection')} failed on this machine (out of descriptors, ports or buffers), not at the target. Run "brunt doctor", raise the limits that it names, or reuse connections.`,
  ]
}

function rateReasons(rates: readonly ReachedRate[]): string[] {
  return rates
    .filter(wasMissedWithIdleVus)
    .map(
      ({ scenario, planned, started }) =>
        `Scenario "${scenario}" started ${started.toLocaleString('en-US')} of ${countOf(planned, 'planned iteration')} (${percentText(started / planned)}) although VUs were idle: this machine could not keep the rate. Use more workers (--workers) or a lower rate.`,
    )
}

function wasMissedWithIdleVus({ planned, started, dropped, idleRatio }: ReachedRate): boolean {
  return idleRatio > 0.5 && isUnderPlan(planned, started) && isUnderPlan(planned, started + dropped)
}

/** Under 99 % of the plan, and by more than the one iteration that falls on the very end. */
export function isUnderPlan(planned: number, started: number): boolean {
  return started < planned * reachedRatio && planned - started > 1
}

function saturationReasons(health: readonly WorkerHealth[], plan: TestPlan): string[] {
  const saturated = health.filter((worker) => worker.saturatedRatio > saturatedSecondsRatio)
  if (saturated.length === 0) return []
  const worst = Math.max(...saturated.map((worker) => worker.saturatedRatio))
  const isThrottled = saturated.some((worker) => worker.throttledRatio > saturatedSecondsRatio)
  const who =
    saturated.length > 4 ? countOf(saturated.length, 'worker') : `Worker ${listText(saturated.map((worker) => worker.workerId))}`
  const what = isThrottled ? 'had to wait for CPU (a quota or other processes)' : 'had no CPU to spare'
  const share = `in ${worst === saturated.at(0)?.saturatedRatio && saturated.length === 1 ? '' : 'up to '}${percentText(worst)} of the seconds`
  return [
    `${who} ${what} ${share}: the throughput is the most that we could send, not the most that the target can take. ${advice(plan, isThrottled)}`,
  ]
}

function advice(plan: TestPlan, isThrottled: boolean): string {
  if (plan.scenarios.every((scenario) => !isArrivalRate(scenario)) && !isThrottled) {
    return 'That is normal for VUs that loop flat out and no fault of the target; for a load that is the same in every run use an arrival rate, for more load use more workers (--workers) or machines.'
  }
  return isThrottled
    ? 'Give this machine more CPU, stop what else runs on it, or lower the load.'
    : 'Use more workers (--workers) or machines, or lower the load.'
}

import { builtin, type MetricDefinition } from '../../metrics/definition.ts'
import { Histogram } from '../../metrics/histogram.ts'
import type { ScenarioState, SeriesDelta, Snapshot } from '../../metrics/snapshot.ts'

const historyLength = 120

/** What the live view shows: the last second, sums since the start, and the p95 of each of the last seconds. */
export class LiveState {
  second = -1
  scenarios: readonly ScenarioState[] = []
  /** Of the last second. */
  iterationsPerSecond = 0
  requestsPerSecond = 0
  cpuRatio = 0
  loopDelayMs = 0
  /** Since the start. */
  requests = 0
  failedRequests = 0
  failedChecks = 0
  exceptions = 0
  hasHttp = false
  /** p95 in ms of requests, without HTTP of iterations, by second; `undefined` where there were none. */
  readonly p95History: (number | undefined)[] = []

  add(snapshot: Snapshot): void {
    const spanSeconds = Math.max(1, snapshot.second - this.second)
    const roots = new Map(snapshot.series.filter(isRoot).map((series) => [series.metric.name, series]))
    const requests = sum(roots, builtin.httpReqs)
    this.second = Math.max(this.second, snapshot.second)
    this.scenarios = snapshot.scenarios.length > 0 ? snapshot.scenarios : this.scenarios
    this.iterationsPerSecond = sum(roots, builtin.iterations) / spanSeconds
    this.requestsPerSecond = requests / spanSeconds
    this.requests += requests
    this.hasHttp ||= requests > 0
    this.failedRequests += trueCount(roots, builtin.httpReqFailed)
    this.failedChecks += falseCount(roots, builtin.checks)
    this.exceptions += sum(roots, builtin.iterationErrors)
    this.cpuRatio = histogramOf(roots, builtin.cpuRatio)?.max ?? this.cpuRatio
    this.loopDelayMs = histogramOf(roots, builtin.loopDelay)?.quantile(0.99) ?? 0
    const timed = histogramOf(roots, this.hasHttp ? builtin.httpReqDuration : builtin.iterationDuration)
    this.p95History.push(timed?.quantile(0.95))
    if (this.p95History.length > historyLength) this.p95History.shift()
  }

  get activeVus(): number {
    return this.scenarios.reduce((total, scenario) => total + scenario.activeVus, 0)
  }
  get initializedVus(): number {
    return this.scenarios.reduce((total, scenario) => total + scenario.initializedVus, 0)
  }
  get completed(): number {
    return this.scenarios.reduce((total, scenario) => total + scenario.completed, 0)
  }
  get interrupted(): number {
    return this.scenarios.reduce((total, scenario) => total + scenario.interrupted, 0)
  }
  get dropped(): number {
    return this.scenarios.reduce((total, scenario) => total + scenario.dropped, 0)
  }
}

type Roots = ReadonlyMap<string, SeriesDelta>

function isRoot({ tags }: SeriesDelta): boolean {
  return Object.keys(tags).length === 0
}

function sum(roots: Roots, metric: MetricDefinition): number {
  const series = roots.get(metric.name)
  return series?.type === 'counter' ? series.sum : 0
}

function trueCount(roots: Roots, metric: MetricDefinition): number {
  const series = roots.get(metric.name)
  return series?.type === 'rate' ? series.trueCount : 0
}

function falseCount(roots: Roots, metric: MetricDefinition): number {
  const series = roots.get(metric.name)
  return series?.type === 'rate' ? series.count - series.trueCount : 0
}

function histogramOf(roots: Roots, metric: MetricDefinition): Histogram | undefined {
  const series = roots.get(metric.name)
  if (series?.type !== 'trend') return undefined
  const histogram = new Histogram()
  histogram.merge(series.histogram)
  return histogram.count > 0 ? histogram : undefined
}

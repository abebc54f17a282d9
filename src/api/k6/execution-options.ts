import { formatDurationMs } from '../../base/duration.ts'
import { seriesKey } from '../../metrics/selector.ts'
import type { Scenario, Stage, TestPlan, ThresholdPlan } from '../../plan/plan.ts'
import { deepFreeze } from './deep-freeze.ts'

/** Names that the plan says nothing of, or says otherwise: they are as the script exported them, or null. */
const asExported = [
  'paused', 'executionSegment', 'executionSegmentSequence', 'tlsVersion', 'tlsAuth', 'ext', 'metricSamplesBufferSize',
  'features', 'consoleOutput', 'cloud',
] // biome-ignore format: a list

/**
 * What `exec.test.options` shows: the options of the run with flags and variables laid over those of the script, frozen.
 * Where nobody chose, the value in effect stands.
 */
export function executionOptions(plan: TestPlan, exported: unknown): Readonly<Record<string, unknown>> {
  const own = typeof exported === 'object' && exported !== null ? (exported as Readonly<Record<string, unknown>>) : {}
  const shown = {
    ...Object.fromEntries(asExported.map((name) => [name, own[name] ?? null])),
    scenarios: Object.fromEntries(plan.scenarios.map((scenario) => [scenario.name, scenarioOptions(scenario)])),
    thresholds: thresholdOptions(plan.thresholds),
    noSetup: plan.isSetupSkipped,
    setupTimeout: formatDurationMs(plan.setupTimeoutMs),
    noTeardown: plan.isTeardownSkipped,
    teardownTimeout: formatDurationMs(plan.teardownTimeoutMs),
    handleSummaryTimeout: formatDurationMs(plan.handleSummaryTimeoutMs ?? 120_000),
    minIterationDuration: formatDurationMs(plan.minIterationDurationMs),
    throw: plan.throwOnError,
    tags: plan.tags,
    systemTags: plan.systemTags,
    summaryTrendStats: plan.summaryTrendStats,
    summaryTimeUnit: plan.summaryTimeUnit ?? null,
    ...httpOptions(plan),
    ...networkOptions(plan),
  }
  // A copy: the plan itself belongs to the engine.
  return deepFreeze(JSON.parse(JSON.stringify(shown)) as Record<string, unknown>)
}

function httpOptions({ http }: TestPlan): Readonly<Record<string, unknown>> {
  return {
    rps: http.rps,
    maxRedirects: http.maxRedirects,
    userAgent: http.userAgent,
    batch: http.batch,
    batchPerHost: http.batchPerHost,
    httpDebug: http.debug === 'off' ? null : http.debug,
    noConnectionReuse: http.noConnectionReuse,
    noVUConnectionReuse: http.noVuConnectionReuse,
    noCookiesReset: http.noCookiesReset,
    discardResponseBodies: http.discardResponseBodies,
  }
}

function networkOptions({ network }: TestPlan): Readonly<Record<string, unknown>> {
  const { dns, tls } = network
  return {
    dns: { ttl: Number.isFinite(dns.ttlMs) ? formatDurationMs(dns.ttlMs) : 'inf', select: dns.select, policy: dns.policy },
    hosts: network.hosts,
    blockHostnames: network.blockHostnames,
    blacklistIPs: network.blacklistIps,
    localIPs: network.localIps,
    insecureSkipTLSVerify: tls.isVerificationSkipped,
    tlsCipherSuites: tls.cipherSuites,
  }
}

function thresholdOptions(thresholds: readonly ThresholdPlan[]): Readonly<Record<string, readonly unknown[]>> {
  const byMetric: Record<string, unknown[]> = {}
  for (const { metric, selector, source, abortOnFail, delayAbortEvalMs } of thresholds) {
    const shown = abortOnFail ? { threshold: source, abortOnFail, delayAbortEval: formatDurationMs(delayAbortEvalMs) } : source
    ;(byMetric[seriesKey(metric, selector)] ??= []).push(shown)
  }
  return byMetric
}

function scenarioOptions(scenario: Scenario): Readonly<Record<string, unknown>> {
  const { executor, exec, env, tags, options } = scenario
  return {
    executor,
    exec,
    env,
    tags,
    options,
    startTime: formatDurationMs(scenario.startTimeMs),
    gracefulStop: formatDurationMs(scenario.gracefulStopMs),
    ...workloadOptions(scenario),
  }
}

function workloadOptions(scenario: Scenario): Readonly<Record<string, unknown>> {
  switch (scenario.executor) {
    case 'shared-iterations':
    case 'per-vu-iterations':
      return { vus: scenario.vus, iterations: scenario.iterations, maxDuration: formatDurationMs(scenario.maxDurationMs) }
    case 'constant-vus':
      return { vus: scenario.vus, duration: formatDurationMs(scenario.durationMs) }
    case 'ramping-vus':
      return {
        startVUs: scenario.startVus,
        stages: stagesOf(scenario.stages),
        gracefulRampDown: formatDurationMs(scenario.gracefulRampDownMs),
      }
    case 'constant-arrival-rate':
      return { ...poolOf(scenario), rate: scenario.rate, duration: formatDurationMs(scenario.durationMs) }
    case 'ramping-arrival-rate':
      return { ...poolOf(scenario), startRate: scenario.startRate, stages: stagesOf(scenario.stages) }
    default:
      return scenario satisfies never
  }
}

function poolOf(scenario: { timeUnitMs: number; preAllocatedVus: number; maxVus: number }): Readonly<Record<string, unknown>> {
  return {
    timeUnit: formatDurationMs(scenario.timeUnitMs),
    preAllocatedVUs: scenario.preAllocatedVus,
    maxVUs: scenario.maxVus,
  }
}

function stagesOf(stages: readonly Stage[]): readonly unknown[] {
  return stages.map(({ durationMs, target }) => ({ duration: formatDurationMs(durationMs), target }))
}

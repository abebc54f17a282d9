import type { TestPlan } from '../plan/plan.ts'
import type { RunHeader, RunOutcome } from './run-outcome.ts'
import type { Summary } from './summary.ts'

/** A plan to start from in tests of what comes after a run. */
export function examplePlan(changes: Partial<TestPlan> = {}): TestPlan {
  return {
    scenarios: [
      {
        name: 'browse',
        exec: 'default',
        executor: 'constant-arrival-rate',
        rate: 50,
        timeUnitMs: 1000,
        durationMs: 10_000,
        preAllocatedVus: 5,
        maxVus: 5,
        whenBusy: 'queue',
        maxQueue: 1000,
        startTimeMs: 0,
        gracefulStopMs: 30_000,
        env: {},
        tags: {},
        options: {},
      },
    ],
    thresholds: [],
    http: {
      baseUrl: undefined,
      userAgent: 'brunt',
      maxRedirects: 10,
      timeoutMs: 60_000,
      discardResponseBodies: false,
      noConnectionReuse: false,
      noVuConnectionReuse: false,
      noCookiesReset: false,
      debug: 'off',
      batch: 20,
      batchPerHost: 6,
      rps: 0,
      isHttp2Enabled: true,
    },
    network: {
      hosts: {},
      blockHostnames: [],
      blacklistIps: [],
      targets: undefined,
      dns: { ttlMs: 300_000, select: 'random', policy: 'preferIPv4' },
      localIps: [],
      tls: { isVerificationSkipped: false, minVersion: undefined, maxVersion: undefined, cipherSuites: [], auth: [], ca: [] },
      proxy: { http: undefined, https: undefined, noProxy: [] },
    },
    setupTimeoutMs: 60_000,
    teardownTimeoutMs: 60_000,
    isSetupSkipped: false,
    isTeardownSkipped: false,
    areThresholdsSkipped: false,
    tags: {},
    systemTags: [
      'proto',
      'subproto',
      'status',
      'method',
      'url',
      'name',
      'group',
      'check',
      'error',
      'error_code',
      'tls_version',
      'scenario',
      'service',
      'expected_response',
    ],
    minIterationDurationMs: 0,
    throwOnError: false,
    summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)'],
    summaryTimeUnit: undefined,
    seed: 1,
    workers: 'auto',
    onWorkerLoss: 'continue',
    isGeneratorStrict: false,
    segment: undefined,
    ...changes,
  }
}

/** What an output is told at the start of the example run. */
export function exampleHeader(changes: Partial<RunHeader> = {}): RunHeader {
  return {
    runId: '20261122-123446-a1b2',
    script: '/home/ann/shop.ts',
    startedAtEpochMs: Date.UTC(2026, 10, 22, 12, 34, 46),
    plan: examplePlan(),
    workers: 1,
    metrics: [],
    outputs: [],
    ...changes,
  }
}

/** A run that passed, without a single sample. */
export function exampleSummary(changes: Partial<Summary> = {}): Summary {
  return {
    schemaVersion: 1,
    run: {
      id: '20261122-123446-a1b2',
      script: '/home/ann/shop.ts',
      startedAt: '2026-11-22T12:34:46.000Z',
      durationMs: 10_000,
      status: 'passed',
      partial: false,
      exitCode: 0,
      seed: 1,
    },
    plan: examplePlan(),
    generator: { verdict: 'ok', reasons: [], workers: 1, cpuRatio: 0.2, loopDelayMsP99: 1.5, lateStarts: 0, censored: undefined },
    metrics: {},
    submetrics: {},
    thresholds: [],
    checks: [],
    groups: [],
    monitors: {},
    notes: [],
    ...changes,
  }
}

/** The end of the example run. */
export function exampleOutcome(changes: Partial<RunOutcome> = {}): RunOutcome {
  return { exitCode: 0, summary: exampleSummary(), files: {}, error: undefined, ...changes }
}

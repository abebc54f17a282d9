import { describe, expect, test } from 'vitest'
import type { UserError } from '../base/user-error.ts'
import { type OptionLayer, type PlanDialect, parsePlan } from './parse.ts'
import type { TestPlan } from './plan.ts'

const dialect: PlanDialect = { whenBusy: 'queue', userAgent: 'brunt/test', isNoDataAPass: false }
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'

interface Given {
  layers?: readonly OptionLayer[]
  exports?: readonly string[]
  environment?: Record<string, string>
  dialect?: PlanDialect
}

function parse(options: unknown, given: Given = {}): { plan: TestPlan; warnings: string[] } {
  const warnings: string[] = []
  const plan = parsePlan({
    layers: given.layers ?? [{ source: 'script', options }],
    exports: given.exports ?? ['default', 'browse'],
    metrics: [{ name: 'my_trend', type: 'trend', contains: 'time' }],
    dialect: given.dialect ?? dialect,
    environment: given.environment ?? {},
    warn: (text) => warnings.push(text),
  })
  return { plan, warnings }
}

function errorOf(options: unknown, given: Given = {}): UserError {
  try {
    parse(options, given)
  } catch (error) {
    return error as UserError
  }
  throw new Error('no error was thrown')
}

const base = { name: 'default', exec: 'default', startTimeMs: 0, gracefulStopMs: 30_000, env: {}, tags: {}, options: {} }

describe('what options without scenarios stand for', () => {
  test.each([
    ['nothing', {}, { executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDurationMs: 600_000 }],
    ['vus alone', { vus: 4 }, { executor: 'shared-iterations', vus: 4, iterations: 4, maxDurationMs: 600_000 }],
    ['iterations', { iterations: 9 }, { executor: 'shared-iterations', vus: 1, iterations: 9, maxDurationMs: 600_000 }],
    [
      'iterations with duration',
      { vus: 2, iterations: 9, duration: '5s' },
      { executor: 'shared-iterations', vus: 2, iterations: 9, maxDurationMs: 5000 },
    ],
    ['duration', { duration: '1m30s' }, { executor: 'constant-vus', vus: 1, durationMs: 90_000 }],
    ['vus and duration', { vus: '7', duration: 1500 }, { executor: 'constant-vus', vus: 7, durationMs: 1500 }],
    [
      'stages',
      { stages: [{ duration: '2s', target: 5 }] },
      { executor: 'ramping-vus', startVus: 1, stages: [{ durationMs: 2000, target: 5 }], gracefulRampDownMs: 30_000 },
    ],
    [
      'stages from no VU',
      { vus: 0, stages: [{ duration: '2s', target: '5' }] },
      { executor: 'ramping-vus', startVus: 0, stages: [{ durationMs: 2000, target: 5 }], gracefulRampDownMs: 30_000 },
    ],
  ])('%s', (_, options, expected) => {
    expect(parse(options).plan.scenarios).toEqual([{ ...base, ...expected }])
  })

  test.each([
    [{ duration: '5s', stages: [{ duration: 1, target: 1 }] }, /"stages" and "duration" cannot/],
    [{ iterations: 5, stages: [{ duration: 1, target: 1 }] }, /"stages" and "iterations" cannot/],
    [
      { iterations: 5, duration: '9s', scenarios: { a: { executor: 'constant-vus', duration: '1s' } } },
      /"scenarios" and "duration", "iterations" cannot/,
    ],
  ])('%j contradicts itself', (options, message) => {
    expect(errorOf(options)).toMatchObject({
      code: 'PLAN_OPTION_CONFLICT',
      exitCode: 104,
      message: expect.stringMatching(message),
    })
  })

  test('vus beside scenarios, and empty scenarios, are said to mean nothing', () => {
    expect(parse({ vus: 3, scenarios: { a: { executor: 'constant-vus', duration: '1s' } } }).warnings).toEqual([
      'option "vus" is ignored because "scenarios" is set',
    ])
    const empty = parse({ scenarios: {} })
    expect(empty.plan.scenarios).toMatchObject([{ executor: 'per-vu-iterations' }])
    expect(empty.warnings).toHaveLength(1)
  })
})

describe('scenarios', () => {
  test.each([
    [{ executor: 'shared-iterations' }, { executor: 'shared-iterations', vus: 1, iterations: 1, maxDurationMs: 600_000 }],
    [
      { executor: 'per-vu-iterations', vus: 3, iterations: 2, maxDuration: '9s' },
      { executor: 'per-vu-iterations', vus: 3, iterations: 2, maxDurationMs: 9000 },
    ],
    [
      { executor: 'constant-vus', duration: '10s' },
      { executor: 'constant-vus', vus: 1, durationMs: 10_000 },
    ],
    [
      { executor: 'ramping-vus', stages: [{ duration: 0, target: 3 }], gracefulRampDown: '0s' },
      { executor: 'ramping-vus', startVus: 1, stages: [{ durationMs: 0, target: 3 }], gracefulRampDownMs: 0 },
    ],
    [
      { executor: 'constant-arrival-rate', rate: 5000, duration: '1s', preAllocatedVUs: 10, maxVUs: 20 },
      {
        executor: 'constant-arrival-rate',
        rate: 5000,
        durationMs: 1000,
        timeUnitMs: 1000,
        preAllocatedVus: 10,
        maxVus: 20,
        whenBusy: 'queue',
        maxQueue: 50_000,
      },
    ],
    [
      { executor: 'constant-arrival-rate', rate: 60, timeUnit: '1m', duration: '1s', preAllocatedVUs: 1, whenBusy: 'drop' },
      {
        executor: 'constant-arrival-rate',
        rate: 60,
        durationMs: 1000,
        timeUnitMs: 60_000,
        preAllocatedVus: 1,
        maxVus: 1,
        whenBusy: 'drop',
        maxQueue: 1000,
      },
    ],
    [
      { executor: 'ramping-arrival-rate', stages: [{ duration: '1s', target: 300 }], preAllocatedVUs: 0, maxVUs: 2, maxQueue: 7 },
      {
        executor: 'ramping-arrival-rate',
        startRate: 0,
        stages: [{ durationMs: 1000, target: 300 }],
        timeUnitMs: 1000,
        preAllocatedVus: 0,
        maxVus: 2,
        whenBusy: 'queue',
        maxQueue: 7,
      },
    ],
  ])('%j', (scenario, expected) => {
    const { plan, warnings } = parse({ scenarios: { default: scenario } })
    expect(plan.scenarios).toEqual([{ ...base, ...expected }])
    expect(warnings).toEqual([])
  })

  test('common fields', () => {
    const scenario = {
      executor: 'constant-vus',
      duration: '1s',
      exec: 'browse',
      startTime: '5s',
      gracefulStop: 0,
      env: { A: 1 },
      tags: { b: true },
      options: { browser: { type: 'chromium' } },
    }
    expect(parse({ scenarios: { first: scenario, 'second-1_': scenario } }).plan.scenarios).toMatchObject([
      {
        name: 'first',
        exec: 'browse',
        startTimeMs: 5000,
        gracefulStopMs: 0,
        env: { A: '1' },
        tags: { b: 'true' },
        options: { browser: { type: 'chromium' } },
      },
      { name: 'second-1_' },
    ])
  })

  test('arrival rates take the dialect of the script family', () => {
    const scenarios = { a: { executor: 'constant-arrival-rate', rate: 1, duration: '1s', preAllocatedVUs: 1 } }
    expect(parse({ scenarios }, { dialect: { ...dialect, whenBusy: 'drop' } }).plan.scenarios).toMatchObject([
      { whenBusy: 'drop' },
    ])
  })

  const constantVus = { executor: 'constant-vus', duration: '1s' }
  const arrivals = { executor: 'constant-arrival-rate', rate: 1, duration: '1s', preAllocatedVUs: 1 }
  const ramp = { executor: 'ramping-vus', stages: [{ duration: '1s', target: 1 }] }
  test.each([
    ['PLAN_OPTION_INVALID', 7, 'option "scenarios.a" is 7, expected an object'],
    ['PLAN_OPTION_MISSING', {}, 'option "scenarios.a.executor" is missing'],
    [
      'PLAN_EXECUTOR_UNKNOWN',
      { executor: 'externally-controlled' },
      'option "scenarios.a.executor" is "externally-controlled", which is no executor',
    ],
    ['PLAN_OPTION_MISSING', { executor: 'constant-vus' }, 'option "scenarios.a.duration" is missing'],
    [
      'PLAN_OPTION_INVALID',
      { ...constantVus, duration: '0.5s' },
      'option "scenarios.a.duration" is "0.5s", expected a duration of at least 1s',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...constantVus, duration: '366d' },
      'option "scenarios.a.duration" is "366d", expected a duration of at least 1s and at most 365d',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...constantVus, duration: Number.NaN },
      'option "scenarios.a.duration" is NaN, expected a duration of at least 1s',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...constantVus, vus: 0 },
      'option "scenarios.a.vus" is 0, expected a whole number from 1 to 10000000',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...constantVus, vus: 1.5 },
      'option "scenarios.a.vus" is 1.5, expected a whole number from 1 to 10000000',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...constantVus, vus: 1e9 },
      'option "scenarios.a.vus" is 1000000000, expected a whole number from 1 to 10000000',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...constantVus, vus: 'ten' },
      'option "scenarios.a.vus" is "ten", expected a whole number from 1 to 10000000',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...constantVus, startTime: -1 },
      'option "scenarios.a.startTime" is -1, expected a duration (a text such as 1m30s, or milliseconds)',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...constantVus, gracefulStop: '5 apples' },
      'option "scenarios.a.gracefulStop" is "5 apples", expected a duration (a text such as 1m30s, or milliseconds)',
    ],
    ['PLAN_OPTION_INVALID', { ...constantVus, env: { A: {} } }, 'option "scenarios.a.env.A" is {}, expected a text'],
    ['PLAN_OPTION_INVALID', { ...constantVus, tags: 'x' }, 'option "scenarios.a.tags" is "x", expected an object of texts'],
    ['PLAN_OPTION_INVALID', { ...constantVus, exec: 4 }, 'option "scenarios.a.exec" is 4, expected a text'],
    ['PLAN_EXEC_MISSING', { ...constantVus, exec: 'brwse' }, "function 'brwse' not found in exports"],
    [
      'PLAN_OPTION_INVALID',
      { executor: 'shared-iterations', vus: 5, iterations: 3 },
      'option "scenarios.a.iterations" is 3, expected at least one for each of the 5 VUs',
    ],
    ['PLAN_OPTION_MISSING', { executor: 'ramping-vus' }, 'option "scenarios.a.stages" is missing'],
    ['PLAN_OPTION_INVALID', { ...ramp, stages: [] }, 'option "scenarios.a.stages" is [], expected at least one stage'],
    ['PLAN_OPTION_INVALID', { ...ramp, stages: {} }, 'option "scenarios.a.stages" is {}, expected a list of stages'],
    ['PLAN_OPTION_MISSING', { ...ramp, stages: [{ target: 1 }] }, 'option "scenarios.a.stages[0].duration" is missing'],
    ['PLAN_OPTION_MISSING', { ...ramp, stages: [{ duration: 1 }] }, 'option "scenarios.a.stages[0].target" is missing'],
    [
      'PLAN_OPTION_INVALID',
      { ...ramp, stages: [{ duration: 1, target: -1 }] },
      'option "scenarios.a.stages[0].target" is -1, expected a whole number from 0 to 10000000',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...ramp, stages: [{ duration: 1, targt: 1, target: 1 }] },
      'option "scenarios.a.stages[0].targt" is 1, expected duration and target only',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...ramp, startVUs: -1 },
      'option "scenarios.a.startVUs" is -1, expected a whole number from 0 to 10000000',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...ramp, startVUs: 0, stages: [{ duration: 1, target: 0 }] },
      'option "scenarios.a.stages" is [{"durationMs":1,"target":0}], expected a target above 0 in a stage, or startVUs above 0',
    ],
    ['PLAN_OPTION_MISSING', { ...arrivals, rate: undefined }, 'option "scenarios.a.rate" is missing'],
    [
      'PLAN_OPTION_INVALID',
      { ...arrivals, rate: 0 },
      'option "scenarios.a.rate" is 0, expected a whole number from 1 to 1000000000',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...arrivals, rate: 0.5 },
      'option "scenarios.a.rate" is 0.5, expected a whole number from 1 to 1000000000',
    ],
    ['PLAN_OPTION_INVALID', { ...arrivals, timeUnit: 0 }, 'option "scenarios.a.timeUnit" is 0, expected a duration above 0'],
    ['PLAN_OPTION_MISSING', { ...arrivals, preAllocatedVUs: null }, 'option "scenarios.a.preAllocatedVUs" is missing'],
    [
      'PLAN_OPTION_INVALID',
      { ...arrivals, preAllocatedVUs: 0 },
      'option "scenarios.a.preAllocatedVUs" is 0, expected at least 1, or maxVUs above 0',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...arrivals, preAllocatedVUs: 5, maxVUs: 4 },
      'option "scenarios.a.maxVUs" is 4, expected at least preAllocatedVUs (5)',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...arrivals, whenBusy: 'wait' },
      'option "scenarios.a.whenBusy" is "wait", expected one of queue, drop',
    ],
    [
      'PLAN_OPTION_INVALID',
      { ...arrivals, maxQueue: -1 },
      'option "scenarios.a.maxQueue" is -1, expected a whole number from 0 to 10000000',
    ],
  ])('%s: %j', (code, scenario, message) => {
    const error = errorOf({ scenarios: { a: scenario } })
    expect(error.message).toBe(message)
    expect(error).toMatchObject({ name: 'UserError', code, exitCode: 104 })
    expect(error.hint).toMatch(/\w/)
  })

  test('errors suggest what may have been meant', () => {
    expect(errorOf({ scenarios: { a: { executor: 'constant-vu' } } }).hint).toMatch(/did you mean 'constant-vus'/)
    expect(errorOf({ scenarios: { a: { ...constantVus, exec: 'brwse' } } }).hint).toMatch(/did you mean 'browse'/)
  })

  test('a name that no tag could hold is refused', () => {
    expect(errorOf({ scenarios: { 'a b': constantVus } })).toMatchObject({ code: 'PLAN_SCENARIO_NAME', exitCode: 104 })
  })

  test('a script without a default function needs exec everywhere', () => {
    expect(errorOf({}, { exports: ['browse'] })).toMatchObject({
      code: 'PLAN_EXEC_MISSING',
      message: "function 'default' not found in exports",
    })
    expect(parse({ scenarios: { a: { ...constantVus, exec: 'browse' } } }, { exports: ['browse'] }).plan.scenarios).toHaveLength(
      1,
    )
  })

  test('keys that an executor does not know are pointed out', () => {
    expect(parse({ scenarios: { a: { ...constantVus, gracefulstop: '1s', rate: 5 } } }).warnings).toEqual([
      'unknown option "scenarios.a.gracefulstop" is ignored (did you mean "gracefulStop"?)',
      'unknown option "scenarios.a.rate" is ignored',
    ])
  })
})

describe('layers', () => {
  const scenarios = { a: { executor: 'constant-vus', vus: 3, duration: '1s' } }
  const layers = (...all: [OptionLayer['source'], unknown][]): Given => ({
    layers: all.map(([source, options]) => ({ source, options })),
  })

  test('a higher layer wins, whole values are replaced', () => {
    const { plan } = parse(
      undefined,
      layers(
        ['config', { vus: 1, tags: { a: '1' }, batch: 3 }],
        ['script', { vus: 5, duration: '9s', tags: { b: '2' } }],
        ['environment', {}],
        ['command-line', { vus: 7 }],
      ),
    )
    expect(plan.scenarios).toMatchObject([{ executor: 'constant-vus', vus: 7, durationMs: 9000 }])
    expect(plan).toMatchObject({ tags: { b: '2' }, http: { batch: 3 } })
  })

  test('a layer that says how long erases how lower layers said it, except VUs', () => {
    const { plan, warnings } = parse(
      undefined,
      layers(['script', { vus: 4, stages: [{ duration: '1s', target: 2 }] }], ['command-line', { duration: '5s' }]),
    )
    expect(plan.scenarios).toMatchObject([{ executor: 'constant-vus', vus: 4, durationMs: 5000 }])
    expect(warnings).toEqual([])
  })

  test('scenarios that are lost this way are mentioned', () => {
    const { plan, warnings } = parse(undefined, layers(['script', { scenarios }], ['command-line', { iterations: 2 }]))
    expect(plan.scenarios).toMatchObject([{ executor: 'shared-iterations', iterations: 2 }])
    expect(warnings).toEqual(['"cli" level configuration overrode scenarios configuration entirely'])
  })

  test('null and absent layers and values say nothing', () => {
    expect(
      parse(
        undefined,
        layers(['config', null], ['script', { scenarios }], ['environment', undefined], ['command-line', { duration: null }]),
      ).plan.scenarios,
    ).toHaveLength(1)
  })

  test.each([7, 'x', [1]])('a layer that is %j is refused', (options) => {
    expect(errorOf(options)).toMatchObject({ code: 'PLAN_OPTION_INVALID', message: expect.stringMatching(/from script/) })
  })

  test('unknown options are warnings with the name that was meant', () => {
    expect(parse({ durration: '1s', tresholds: {}, zzz: 1, linger: true, cloud: {} }).warnings).toEqual([
      'option "linger" has no effect',
      'unknown option "durration" is ignored (did you mean "duration"?)',
      'unknown option "tresholds" is ignored (did you mean "thresholds"?)',
      'unknown option "zzz" is ignored',
    ])
  })
})

describe('thresholds', () => {
  test('texts, objects and lists of both', () => {
    const thresholds = {
      http_req_duration: [
        'p(95)<300',
        { threshold: 'avg < 100', abortOnFail: true, delayAbortEval: '10s', optional: true, window: '5s' },
      ],
      'my_trend{kind:slow}': 'max<1000',
    }
    expect(parse({ thresholds }).plan.thresholds).toEqual([
      {
        metric: 'http_req_duration',
        selector: {},
        source: 'p(95)<300',
        abortOnFail: false,
        delayAbortEvalMs: 0,
        isOptional: false,
        windowMs: undefined,
      },
      {
        metric: 'http_req_duration',
        selector: {},
        source: 'avg < 100',
        abortOnFail: true,
        delayAbortEvalMs: 10_000,
        isOptional: true,
        windowMs: 5000,
      },
      {
        metric: 'my_trend',
        selector: { kind: 'slow' },
        source: 'max<1000',
        abortOnFail: false,
        delayAbortEvalMs: 0,
        isOptional: false,
        windowMs: undefined,
      },
    ])
  })

  test.each([
    [{ nope: ['count>1'] }, 'THRESHOLD_METRIC_UNKNOWN'],
    [{ checks: ['p(95)<'] }, 'THRESHOLD_MALFORMED'],
    [{ checks: ['p(95)<1'] }, 'THRESHOLD_AGGREGATE_UNSUPPORTED'],
    [{ 'checks{a': ['rate>1'] }, 'SELECTOR_INVALID'],
    [{ checks: 5 }, 'PLAN_OPTION_INVALID'],
    [{ checks: [null] }, 'PLAN_OPTION_INVALID'],
    [{ checks: null }, 'PLAN_OPTION_INVALID'],
    [{ checks: { abortOnFail: true } }, 'PLAN_OPTION_MISSING'],
    [{ checks: { threshold: 'rate>1', abortOnFail: 'yes' } }, 'PLAN_OPTION_INVALID'],
    [{ checks: { threshold: 'rate>1', window: '1ms' } }, 'PLAN_OPTION_INVALID'],
    [['checks'], 'PLAN_OPTION_INVALID'],
  ])('%j is refused', (thresholds, code) => {
    expect(errorOf({ thresholds })).toMatchObject({ code, exitCode: 104 })
  })

  test('misspelt conditions are pointed out', () => {
    expect(parse({ thresholds: { checks: [{ threshold: 'rate>0.9', abortOnFali: true }] } }).warnings).toEqual([
      'unknown option "thresholds.checks[0].abortOnFali" is ignored (did you mean "abortOnFail"?)',
    ])
  })
})

describe('everything else', () => {
  test('the defaults', () => {
    const { plan } = parse({})
    expect(plan).toMatchObject({
      thresholds: [],
      setupTimeoutMs: 60_000,
      teardownTimeoutMs: 60_000,
      handleSummaryTimeoutMs: 120_000,
      isSetupSkipped: false,
      isTeardownSkipped: false,
      areThresholdsSkipped: false,
      isNoDataAPass: false,
      tags: {},
      minIterationDurationMs: 0,
      throwOnError: false,
      summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)'],
      summaryTimeUnit: undefined,
      workers: 'auto',
      onWorkerLoss: 'continue',
      isGeneratorStrict: false,
      segment: undefined,
      http: {
        baseUrl: undefined,
        userAgent: 'brunt/test',
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
    })
    expect(plan.systemTags).toContain('expected_response')
    expect(Number.isInteger(plan.seed)).toBe(true)
  })

  test.each([
    [{ userAgent: '' }, { http: { userAgent: '' } }],
    [{ httpDebug: true }, { http: { debug: 'headers' } }],
    [{ httpDebug: 'full' }, { http: { debug: 'full' } }],
    [{ rps: '2.5' }, { http: { rps: 2.5 } }],
    [{ baseUrl: 'https://a.test/x' }, { http: { baseUrl: 'https://a.test/x' } }],
    [
      { timeout: '5s', http2: false, noVUConnectionReuse: true },
      { http: { timeoutMs: 5000, isHttp2Enabled: false, noVuConnectionReuse: true } },
    ],
    [
      { throw: true, noSetup: true, noTeardown: true, noThresholds: true },
      { throwOnError: true, isSetupSkipped: true, isTeardownSkipped: true, areThresholdsSkipped: true },
    ],
    [
      { dns: 'ttl=inf,select=first,policy=onlyIPv6' },
      { network: { dns: { ttlMs: Number.POSITIVE_INFINITY, select: 'first', policy: 'onlyIPv6' } } },
    ],
    [{ dns: { ttl: 0 } }, { network: { dns: { ttlMs: 0, select: 'random' } } }],
    [
      { hosts: { 'a.test': '127.0.0.1', 'b.test:443': '127.0.0.1:8443', '*.c.test': '[::1]:80', 'd.test': '::1' } },
      { network: { hosts: { 'd.test': '::1' } } },
    ],
    [
      { blacklistIPs: ['10.0.0.0/8', 'fd00::/8', '1.2.3.4'] },
      { network: { blacklistIps: ['10.0.0.0/8', 'fd00::/8', '1.2.3.4'] } },
    ],
    [
      { targets: ['api.test', '*.b.test', '127.0.0.1:8080', '10.0.0.0/8', 'localhost:80'] },
      { network: { targets: ['api.test', '*.b.test', '127.0.0.1:8080', '10.0.0.0/8', 'localhost:80'] } },
    ],
    [
      { localIPs: ['127.0.0.2', '127.0.0.9-127.0.0.11', '127.0.1.0/30', '::1'] },
      { network: { localIps: ['127.0.0.2', '127.0.0.9', '127.0.0.10', '127.0.0.11', '127.0.1.1', '127.0.1.2', '::1'] } },
    ],
    [{ tlsVersion: 'tls1.2' }, { network: { tls: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } } }],
    [{ tlsVersion: { min: 'TLSv1.2' } }, { network: { tls: { minVersion: 'TLSv1.2', maxVersion: undefined } } }],
    [
      { tlsAuth: [{ domains: ['*.a.test'], cert: pem, key: pem }], tlsCa: pem },
      { network: { tls: { auth: [{ domains: ['*.a.test'], cert: pem, key: pem, password: undefined }], ca: [pem] } } },
    ],
    [
      { executionSegment: '1/3:2/3', executionSegmentSequence: '0,1/3,2/3,1' },
      { segment: { segment: '1/3:2/3', sequence: '0,1/3,2/3,1' } },
    ],
    [
      { workers: 3, seed: 7, onWorkerLoss: 'stop', strictGenerator: true },
      { workers: 3, seed: 7, onWorkerLoss: 'stop', isGeneratorStrict: true },
    ],
    [
      { summaryTrendStats: ['med', 'p(99.9)', 'count'], summaryTimeUnit: 'us', systemTags: ['vu', 'url'] },
      { summaryTrendStats: ['med', 'p(99.9)', 'count'], summaryTimeUnit: 'us', systemTags: ['vu', 'url'] },
    ],
  ])('%j', (options, expected) => {
    const { plan, warnings } = parse(options)
    expect(plan).toMatchObject(expected)
    expect(warnings).toEqual([])
  })

  test.each([
    [{ userAgent: 5 }, 'userAgent'],
    [{ httpDebug: 'some' }, 'httpDebug'],
    [{ baseUrl: '/x' }, 'baseUrl'],
    [{ baseUrl: 'ftp://x' }, 'baseUrl'],
    [{ timeout: 0 }, 'timeout'],
    [{ batch: 0 }, 'batch'],
    [{ rps: -1 }, 'rps'],
    [{ maxRedirects: 'many' }, 'maxRedirects'],
    [{ throw: 'yes' }, 'throw'],
    [{ dns: { ttl: 'x' } }, 'dns.ttl'],
    [{ dns: { select: 'best' } }, 'dns.select'],
    [{ dns: 4 }, 'dns'],
    [{ hosts: { a: 'b' } }, 'hosts.a'],
    [{ hosts: { 'a b': '1.2.3.4' } }, 'hosts'],
    [{ blockHostnames: ['a.*.b'] }, 'blockHostnames[0]'],
    [{ blockHostnames: 'a' }, 'blockHostnames'],
    [{ blacklistIPs: ['10.0.0.0/33'] }, 'blacklistIPs[0]'],
    [{ targets: ['http://x'] }, 'targets[0]'],
    [{ targets: [7] }, 'targets[0]'],
    [{ localIPs: ['10.0.0.0/8'] }, 'localIPs[0]'],
    [{ localIPs: ['10.0.0.9-10.0.0.1'] }, 'localIPs[0]'],
    [{ tlsVersion: 'tls9' }, 'tlsVersion'],
    [{ tlsVersion: { min: 'tls1.3', max: 'tls1.2' } }, 'tlsVersion'],
    [{ tlsVersion: 5 }, 'tlsVersion'],
    [{ tlsAuth: [{ cert: 'file.pem', key: pem }] }, 'tlsAuth[0].cert'],
    [{ tlsCa: ['ca.pem'] }, 'tlsCa'],
    [{ workers: 0 }, 'workers'],
    [{ onWorkerLoss: 'cry' }, 'onWorkerLoss'],
    [{ seed: 1.5 }, 'seed'],
    [{ summaryTrendStats: ['p(101)'] }, 'summaryTrendStats[0]'],
    [{ summaryTimeUnit: 'min' }, 'summaryTimeUnit'],
    [{ systemTags: ['urls'] }, 'systemTags[0]'],
    [{ setupTimeout: '-1s' }, 'setupTimeout'],
    [{ duration: 0 }, 'duration'],
    [{ vus: -1 }, 'vus'],
    [{ vus: Number.POSITIVE_INFINITY }, 'vus'],
    [{ stages: 'up' }, 'stages'],
  ])('%j names the option and gives a fix', (options, path) => {
    const error = errorOf(options)
    expect(error).toMatchObject({ code: 'PLAN_OPTION_INVALID', exitCode: 104 })
    expect(error.message).toContain(`option "${path}" is `)
    expect(error.hint).toMatch(/write|read/)
  })

  test('a wrong key never shows up in an error', () => {
    expect(errorOf({ tlsAuth: [{ cert: pem, key: 'top secret' }] }).message).not.toContain('secret')
  })

  test('a segment that is not in its sequence is refused', () => {
    expect(errorOf({ executionSegmentSequence: '0,1/2,1' })).toMatchObject({ code: 'PLAN_SEGMENT_INVALID' })
  })

  test('base URL and proxies come from the environment when no option says otherwise', () => {
    const environment = {
      BASE_URL: 'http://127.0.0.1:1',
      HTTP_PROXY: 'http://p:1',
      https_proxy: 'http://p:2',
      NO_PROXY: 'a.test, .b.test,',
    }
    const { plan } = parse({}, { environment })
    expect(plan.http.baseUrl).toBe('http://127.0.0.1:1')
    expect(plan.network.proxy).toEqual({ http: 'http://p:1', https: 'http://p:2', noProxy: ['a.test', '.b.test'] })
    expect(parse({ baseUrl: 'http://b.test' }, { environment }).plan.http.baseUrl).toBe('http://b.test')
    expect(errorOf({}, { environment: { BASE_URL: 'x' } }).message).toContain('option "BASE_URL"')
  })

  test('the plan is frozen to the ground', () => {
    const { plan } = parse({
      scenarios: { a: { executor: 'ramping-vus', stages: [{ duration: 1, target: 1 }], env: { A: 'b' } } },
    })
    const isFrozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen))
    expect(isFrozen(plan)).toBe(true)
  })
})

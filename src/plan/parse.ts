import { randomInt } from 'node:crypto'
import type { MetricDefinition, Tags } from '../metrics/definition.ts'
import type { PlanDialect } from './dialect.ts'
import { invalidOption, OptionBag } from './option-bag.ts'
import { mergeLayers, type OptionLayer } from './option-layers.ts'
import { parseExecution } from './parse-execution.ts'
import { parseHttp } from './parse-http.ts'
import { parseNetwork } from './parse-network.ts'
import { parseThresholds } from './parse-thresholds.ts'
import type { SegmentPlan, TestPlan } from './plan.ts'
import { parseSegment } from './segment.ts'

export type { PlanDialect } from './dialect.ts'
export type { OptionLayer } from './option-layers.ts'

export interface PlanInput {
  /** Lowest first: config file, script, environment, command line. */
  readonly layers: readonly OptionLayer[]
  /** Names of the functions that the script exports. */
  readonly exports: readonly string[]
  /** Metrics that the script's init defined; built-in ones are added. */
  readonly metrics: readonly MetricDefinition[]
  readonly dialect: PlanDialect
  /** Variables: BASE_URL, HTTP_PROXY, HTTPS_PROXY, NO_PROXY are read. */
  readonly environment?: Tags
  readonly warn: (text: string) => void
}

const systemTags = [
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
]
const moreSystemTags = ['vu', 'iter', 'ocsp_status', 'ip']
const trendStats = ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)']
const lifecycleTimeoutMs = 60_000
const summaryTimeoutMs = 120_000

/** Options of other programs and versions that mean nothing here, and that scripts carry around. */
const ignored = [
  'cloud',
  'ext',
  'noUsageReport',
  'compatibilityMode',
  'consoleOutput',
  'features',
  'summaryMode',
  'summaryExport',
]

/**
 * Turns options of any origin into one frozen plan. Throws a UserError (exit code 104) that names the option, its value, what
 * was expected and a fix: PLAN_OPTION_INVALID, PLAN_OPTION_MISSING, PLAN_OPTION_CONFLICT, PLAN_SCENARIO_NAME,
 * PLAN_EXECUTOR_UNKNOWN, PLAN_EXEC_MISSING, PLAN_SEGMENT_INVALID, and those of thresholds and selectors.
 */
export function parsePlan(input: PlanInput): TestPlan {
  const { layers, exports, metrics, dialect, environment = {}, warn } = input
  const bag = new OptionBag('', mergeLayers(layers, warn))
  const reportUnknown = (part: OptionBag): void => {
    for (const { name, suggestion } of part.unknown()) {
      warn(
        `unknown option "${part.pathOf(name)}" is ignored${suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`}`,
      )
    }
  }
  const plan: TestPlan = {
    scenarios: parseExecution(bag, { exports, dialect, reportUnknown, warn }),
    thresholds: parseThresholds(bag, metrics, reportUnknown),
    http: parseHttp(bag, dialect, environment),
    network: parseNetwork(bag, environment, reportUnknown),
    ...parseLifecycle(bag),
    ...parseReporting(bag, dialect),
    ...parseEngine(bag),
  }
  for (const name of ignored) bag.raw(name)
  for (const name of ['paused', 'linger']) if (bag.boolean(name)) warn(`option "${name}" has no effect`)
  reportUnknown(bag)
  return deepFreeze(plan)
}

type Lifecycle =
  | 'setupTimeoutMs'
  | 'teardownTimeoutMs'
  | 'handleSummaryTimeoutMs'
  | 'isSetupSkipped'
  | 'isTeardownSkipped'
  | 'minIterationDurationMs'
  | 'throwOnError'

function parseLifecycle(bag: OptionBag): Pick<TestPlan, Lifecycle> {
  return {
    setupTimeoutMs: bag.durationMs('setupTimeout') ?? lifecycleTimeoutMs,
    teardownTimeoutMs: bag.durationMs('teardownTimeout') ?? lifecycleTimeoutMs,
    handleSummaryTimeoutMs: bag.durationMs('handleSummaryTimeout') ?? summaryTimeoutMs,
    isSetupSkipped: bag.boolean('noSetup') ?? false,
    isTeardownSkipped: bag.boolean('noTeardown') ?? false,
    minIterationDurationMs: bag.durationMs('minIterationDuration') ?? 0,
    throwOnError: bag.boolean('throw') ?? false,
  }
}

type Reporting = 'tags' | 'systemTags' | 'summaryTrendStats' | 'summaryTimeUnit' | 'areThresholdsSkipped' | 'isNoDataAPass'

function parseReporting(bag: OptionBag, dialect: PlanDialect): Pick<TestPlan, Reporting> {
  return {
    tags: bag.map('tags') ?? {},
    systemTags: parseSystemTags(bag),
    summaryTrendStats: parseTrendStats(bag) ?? dialect.summaryTrendStats ?? trendStats,
    summaryTimeUnit: bag.oneOf('summaryTimeUnit', ['s', 'ms', 'us']),
    areThresholdsSkipped: bag.boolean('noThresholds') ?? false,
    isNoDataAPass: dialect.isNoDataAPass,
  }
}

function parseEngine(bag: OptionBag): Pick<TestPlan, 'seed' | 'workers' | 'onWorkerLoss' | 'isGeneratorStrict' | 'segment'> {
  return {
    seed: bag.integer('seed', { min: 0, max: 4_294_967_295 }) ?? randomInt(2 ** 31),
    workers: bag.raw('workers') === 'auto' ? 'auto' : (bag.integer('workers', { min: 1, max: 1024 }) ?? 'auto'),
    onWorkerLoss: bag.oneOf('onWorkerLoss', ['continue', 'stop']) ?? 'continue',
    isGeneratorStrict: bag.boolean('strictGenerator') ?? false,
    segment: parseSegmentPlan(bag),
  }
}

function parseSystemTags(bag: OptionBag): readonly string[] {
  const tags = bag.texts('systemTags')
  const known = [...systemTags, ...moreSystemTags]
  const wrong = tags?.findIndex((tag) => !known.includes(tag)) ?? -1
  if (wrong === -1) return tags ?? systemTags
  throw invalidOption({
    path: `systemTags[${wrong}]`,
    value: tags?.[wrong],
    expected: `one of ${known.join(', ')}`,
    hint: `write  systemTags: ['url', 'name', 'status']`,
  })
}

function parseTrendStats(bag: OptionBag): readonly string[] | undefined {
  const stats = bag.texts('summaryTrendStats')
  const isStat = (stat: string): boolean => /^(?:avg|min|med|max|count|sum|p\((?:\d{1,2}(?:\.\d+)?|100(?:\.0+)?)\))$/.test(stat)
  const wrong = stats?.findIndex((stat) => !isStat(stat)) ?? -1
  if (wrong === -1) return stats
  throw invalidOption({
    path: `summaryTrendStats[${wrong}]`,
    value: stats?.[wrong],
    expected: 'avg, min, med, max, count, sum or p(N)',
    hint: `write  summaryTrendStats: ['med', 'p(99)']`,
  })
}

/** Checks the segment; a sequence alone speaks about the segment 0:1. */
function parseSegmentPlan(bag: OptionBag): SegmentPlan | undefined {
  const segment = bag.text('executionSegment') || undefined
  const sequence = bag.text('executionSegmentSequence') || undefined
  if (segment === undefined && sequence === undefined) return undefined
  const plan = { segment: segment ?? '0:1', sequence }
  parseSegment(plan.segment, plan.sequence)
  return plan
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}

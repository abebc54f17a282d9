import { exitCode } from '../base/exit-code.ts'
import { UserError } from '../base/user-error.ts'
import type { PlanDialect } from './dialect.ts'
import { invalidOption, missingOption, nearest, OptionBag } from './option-bag.ts'
import type { Scenario, Stage, WhenBusy } from './plan.ts'

/** What a scenario is parsed against. */
export interface ScenarioSetting {
  /** Names of the functions that the script exports. */
  readonly exports: readonly string[]
  readonly dialect: PlanDialect
  /** Receives keys that no one knows. */
  reportUnknown(bag: OptionBag): void
}

/** Hundreds of times what one machine holds: more is a typing mistake. */
export const maxVus = 10_000_000
export const maxIterations = Number.MAX_SAFE_INTEGER
export const defaultGracefulStopMs = 30_000
export const defaultMaxDurationMs = 600_000
/** Shortest regular length of a scenario. */
export const minDurationMs = 1000

const defaultRampDownMs = 30_000
/** A queue of iterations may hold so much of the peak rate, and never less than `minQueue`. */
const queueSeconds = 10
const minQueue = 1000

type Executor = Scenario['executor']
type Base = Pick<Scenario, 'name' | 'exec' | 'startTimeMs' | 'gracefulStopMs' | 'env' | 'tags' | 'options'>

const parsers: {
  readonly [Name in Executor]: (base: Base, bag: OptionBag, dialect: PlanDialect) => Extract<Scenario, { executor: Name }>
} = {
  'shared-iterations': (base, bag) => {
    const { vus, iterations, maxDurationMs } = iterationCounts(bag)
    requireIterationPerVu({ vus, iterations }, bag.pathOf('iterations'))
    return { ...base, executor: 'shared-iterations', vus, iterations, maxDurationMs }
  },
  'per-vu-iterations': (base, bag) => ({ ...base, executor: 'per-vu-iterations', ...iterationCounts(bag) }),
  'constant-vus': (base, bag) => ({
    ...base,
    executor: 'constant-vus',
    vus: bag.integer('vus', { min: 1, max: maxVus }) ?? 1,
    durationMs: requiredDurationMs(bag),
  }),
  'ramping-vus': (base, bag) => {
    const startVus = bag.integer('startVUs', { min: 0, max: maxVus }) ?? 1
    const stages = parseStages(bag, { min: 0, max: maxVus })
    requireSomeVus({ startVus, stages }, bag.pathOf('stages'))
    return {
      ...base,
      executor: 'ramping-vus',
      startVus,
      stages,
      gracefulRampDownMs: bag.durationMs('gracefulRampDown') ?? defaultRampDownMs,
    }
  },
  'constant-arrival-rate': (base, bag, dialect) => {
    const timeUnitMs = parseTimeUnitMs(bag)
    const rate = bag.integer('rate', { min: 1, max: maxRate(timeUnitMs) })
    if (rate === undefined) throw missingOption(bag.pathOf('rate'), 'add  rate: 50  (iterations per timeUnit)')
    const durationMs = requiredDurationMs(bag)
    return {
      ...base,
      executor: 'constant-arrival-rate',
      rate,
      durationMs,
      timeUnitMs,
      ...arrivalVus(bag, (rate * 1000) / timeUnitMs, dialect),
    }
  },
  'ramping-arrival-rate': (base, bag, dialect) => {
    const timeUnitMs = parseTimeUnitMs(bag)
    const limits = { min: 0, max: maxRate(timeUnitMs) }
    const startRate = bag.integer('startRate', limits) ?? 0
    const stages = parseStages(bag, limits)
    const peak = Math.max(startRate, ...stages.map(({ target }) => target))
    return {
      ...base,
      executor: 'ramping-arrival-rate',
      startRate,
      stages,
      timeUnitMs,
      ...arrivalVus(bag, (peak * 1000) / timeUnitMs, dialect),
    }
  },
}

/** The executors, as users name them. */
export const executorNames = Object.keys(parsers) as readonly Executor[]

/** Parses `options.scenarios`. */
export function parseScenarios(bag: OptionBag, names: readonly string[], setting: ScenarioSetting): readonly Scenario[] {
  return names.map((name) => parseScenario(name, bag, setting))
}

function parseScenario(name: string, scenarios: OptionBag, setting: ScenarioSetting): Scenario {
  if (!/^[0-9a-zA-Z_-]+$/.test(name)) {
    throw new UserError('PLAN_SCENARIO_NAME', `the scenario name ${JSON.stringify(name)} is not allowed`, {
      hint: 'use letters, digits, "_" and "-" only',
      exitCode: exitCode.invalidConfig,
    })
  }
  const bag = scenarios.bag(name, `write  ${name}: { executor: 'constant-vus', vus: 10, duration: '30s' }`)
  if (bag === undefined)
    throw missingOption(scenarios.pathOf(name), `write  ${name}: { executor: 'constant-vus', vus: 10, duration: '30s' }`)
  const executor = parseExecutorName(bag)
  const base = parseBase(name, bag, setting)
  const scenario = parsers[executor](base, bag, setting.dialect)
  setting.reportUnknown(bag)
  return scenario
}

function parseExecutorName(bag: OptionBag): Executor {
  const value = bag.raw('executor')
  const known = `executors are ${executorNames.join(', ')}`
  if (value === undefined) throw missingOption(bag.pathOf('executor'), `add  executor: 'constant-vus';  ${known}`)
  const executor = executorNames.find((name) => name === value)
  if (executor !== undefined) return executor
  const suggestion = typeof value === 'string' ? nearest(value, executorNames) : undefined
  throw new UserError(
    'PLAN_EXECUTOR_UNKNOWN',
    `option "${bag.pathOf('executor')}" is ${JSON.stringify(value)}, which is no executor`,
    {
      hint: suggestion === undefined ? known : `did you mean '${suggestion}'? ${known}`,
      exitCode: exitCode.invalidConfig,
    },
  )
}

function parseBase(name: string, bag: OptionBag, { exports }: ScenarioSetting): Base {
  const exec = bag.text('exec') ?? 'default'
  requireExport(exec, bag.pathOf('exec'), exports)
  return {
    name,
    exec,
    startTimeMs: bag.durationMs('startTime') ?? 0,
    gracefulStopMs: bag.durationMs('gracefulStop') ?? defaultGracefulStopMs,
    env: bag.map('env') ?? {},
    tags: bag.map('tags') ?? {},
    options: bag.bag('options') === undefined ? {} : (bag.raw('options') as Readonly<Record<string, unknown>>),
  }
}

/** Throws UserError `PLAN_EXEC_MISSING` when the script exports no such function. */
export function requireExport(exec: string, path: string, exports: readonly string[]): void {
  if (exports.includes(exec)) return
  const suggestion = nearest(exec, exports)
  const fix =
    exec === 'default' ? 'add  export default function () { … }' : `add  export function ${exec}() { … }  or correct ${path}`
  throw new UserError('PLAN_EXEC_MISSING', `function '${exec}' not found in exports`, {
    hint: suggestion === undefined ? fix : `did you mean '${suggestion}'? ${fix}`,
    exitCode: exitCode.invalidConfig,
  })
}

/** Throws when some VU would find no iteration. */
export function requireIterationPerVu({ vus, iterations }: { vus: number; iterations: number }, path: string): void {
  if (iterations >= vus) return
  throw invalidOption({
    path,
    value: iterations,
    expected: `at least one for each of the ${vus} VUs`,
    hint: `write  iterations: ${vus}  or lower vus to ${iterations}`,
  })
}

/** Throws when a ramp never has a VU. */
export function requireSomeVus({ startVus, stages }: { startVus: number; stages: readonly Stage[] }, path: string): void {
  if (startVus > 0 || stages.some(({ target }) => target > 0)) return
  throw invalidOption({
    path,
    value: stages,
    expected: 'a target above 0 in a stage, or startVUs above 0',
    hint: `write  stages: [{ duration: '30s', target: 10 }]`,
  })
}

/** The option `stages`, at least one, each with duration and target. */
export function parseStages(bag: OptionBag, target: { min: number; max: number }): readonly Stage[] {
  const example = `[{ duration: '30s', target: 10 }]`
  const list = bag.list('stages', 'a list of stages')
  if (list === undefined) throw missingOption(bag.pathOf('stages'), `add  stages: ${example}`)
  if (list.length === 0)
    throw invalidOption({
      path: bag.pathOf('stages'),
      value: list,
      expected: 'at least one stage',
      hint: `write  stages: ${example}`,
    })
  return list.map((value, index) => {
    const stage = new OptionBag(`${bag.pathOf('stages')}[${index}]`, value, `write  { duration: '30s', target: 10 }`)
    const durationMs = stage.durationMs('duration')
    const to = stage.integer('target', target)
    if (durationMs === undefined) throw missingOption(stage.pathOf('duration'), `add  duration: '30s'  (0 jumps)`)
    if (to === undefined) throw missingOption(stage.pathOf('target'), 'add  target: 10')
    const [unknown] = stage.unknown()
    if (unknown)
      throw invalidOption({
        path: stage.pathOf(unknown.name),
        value: stage.raw(unknown.name),
        expected: 'duration and target only',
        hint: 'take it out',
      })
    return { durationMs, target: to }
  })
}

function iterationCounts(bag: OptionBag): { vus: number; iterations: number; maxDurationMs: number } {
  return {
    vus: bag.integer('vus', { min: 1, max: maxVus }) ?? 1,
    iterations: bag.integer('iterations', { min: 1, max: maxIterations }) ?? 1,
    maxDurationMs: bag.durationMs('maxDuration', minDurationMs) ?? defaultMaxDurationMs,
  }
}

function requiredDurationMs(bag: OptionBag): number {
  const durationMs = bag.durationMs('duration', minDurationMs)
  if (durationMs === undefined) throw missingOption(bag.pathOf('duration'), `add  duration: '30s'`)
  return durationMs
}

function parseTimeUnitMs(bag: OptionBag): number {
  const timeUnitMs = bag.durationMs('timeUnit') ?? 1000
  if (timeUnitMs >= 1e-6) return timeUnitMs
  throw invalidOption({
    path: bag.pathOf('timeUnit'),
    value: bag.raw('timeUnit'),
    expected: 'a duration above 0',
    hint: `write  timeUnit: '1s'`,
  })
}

/** Ticks are at least a nanosecond apart. */
function maxRate(timeUnitMs: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.floor(timeUnitMs * 1e6))
}

function arrivalVus(
  bag: OptionBag,
  peakPerSecond: number,
  dialect: PlanDialect,
): { preAllocatedVus: number; maxVus: number; whenBusy: WhenBusy; maxQueue: number } {
  const preAllocatedVus = bag.integer('preAllocatedVUs', { min: 0, max: maxVus })
  if (preAllocatedVus === undefined)
    throw missingOption(bag.pathOf('preAllocatedVUs'), 'add  preAllocatedVUs: 50  (about rate times seconds an iteration takes)')
  const most = bag.integer('maxVUs', { min: 1, max: maxVus }) ?? preAllocatedVus
  if (most < preAllocatedVus || most === 0) {
    const expected = most === 0 ? 'at least 1, or maxVUs above 0' : `at least preAllocatedVUs (${preAllocatedVus})`
    const name = most === 0 ? 'preAllocatedVUs' : 'maxVUs'
    throw invalidOption({
      path: bag.pathOf(name),
      value: most,
      expected,
      hint: `write  ${name}: ${Math.max(1, preAllocatedVus)}`,
    })
  }
  return {
    preAllocatedVus,
    maxVus: most,
    whenBusy: bag.oneOf('whenBusy', ['queue', 'drop']) ?? dialect.whenBusy,
    maxQueue: bag.integer('maxQueue', { min: 0, max: maxVus }) ?? Math.max(minQueue, Math.ceil(peakPerSecond * queueSeconds)),
  }
}

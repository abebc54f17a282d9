import type { OptionBag } from './option-bag.ts'
import { conflictingOptions, invalidOption } from './option-bag.ts'
import {
  defaultGracefulStopMs,
  defaultMaxDurationMs,
  maxIterations,
  maxVus,
  minDurationMs,
  parseScenarios,
  parseStages,
  requireExport,
  requireIterationPerVu,
  requireSomeVus,
  type ScenarioSetting,
} from './parse-scenario.ts'
import type { Scenario } from './plan.ts'

const defaults = {
  name: 'default',
  exec: 'default',
  startTimeMs: 0,
  gracefulStopMs: defaultGracefulStopMs,
  env: {},
  tags: {},
  options: {},
} as const

/** The scenarios: those of `scenarios`, or the one that vus, duration, iterations and stages stand for, or one iteration. */
export function parseExecution(bag: OptionBag, setting: ScenarioSetting & { warn(text: string): void }): readonly Scenario[] {
  const [hasDuration, hasIterations, hasStages] = [bag.has('duration'), bag.has('iterations'), bag.has('stages')]
  const scenarios = bag.bag('scenarios', `write  scenarios: { browse: { executor: 'constant-vus', vus: 10, duration: '30s' } }`)
  refuseConflicts({ hasDuration, hasIterations, hasStages, hasScenarios: scenarios !== undefined })
  if (scenarios !== undefined) {
    const names = Object.keys(bag.raw('scenarios') as object)
    if (names.length > 0 && bag.has('vus')) setting.warn('option "vus" is ignored because "scenarios" is set')
    if (names.length > 0) return parseScenarios(scenarios, names, setting)
    setting.warn('option "scenarios" is empty: one VU runs one iteration')
  }
  requireExport('default', 'scenarios', setting.exports)
  if (hasStages) return [rampingVus(bag)]
  if (hasIterations) return [sharedIterations(bag)]
  if (hasDuration) return [constantVus(bag)]
  const vus = bag.integer('vus', { min: 1, max: maxVus })
  if (vus === undefined)
    return [{ ...defaults, executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDurationMs: defaultMaxDurationMs }]
  return [{ ...defaults, executor: 'shared-iterations', vus, iterations: vus, maxDurationMs: defaultMaxDurationMs }]
}

function refuseConflicts({
  hasDuration,
  hasIterations,
  hasStages,
  hasScenarios,
}: Readonly<Record<`has${'Duration' | 'Iterations' | 'Stages' | 'Scenarios'}`, boolean>>): void {
  const shortcuts = [hasDuration ? 'duration' : '', hasIterations ? 'iterations' : '', hasStages ? 'stages' : ''].filter(
    (name) => name !== '',
  )
  const clash = hasScenarios ? shortcuts : hasStages ? shortcuts.filter((name) => name !== 'stages') : []
  if (clash.length === 0) return
  const other = hasScenarios ? 'scenarios' : 'stages'
  throw conflictingOptions(
    `options "${other}" and "${clash.join('", "')}" cannot be set together`,
    hasScenarios ? `move ${clash.join(' and ')} into a scenario` : `take out ${clash.join(' and ')}, or write scenarios`,
  )
}

function rampingVus(bag: OptionBag): Scenario {
  const startVus = bag.integer('vus', { min: 0, max: maxVus }) ?? 1
  const stages = parseStages(bag, { min: 0, max: maxVus })
  requireSomeVus({ startVus, stages }, 'stages')
  return { ...defaults, executor: 'ramping-vus', startVus, stages, gracefulRampDownMs: 30_000 }
}

function sharedIterations(bag: OptionBag): Scenario {
  const vus = bag.integer('vus', { min: 1, max: maxVus }) ?? 1
  const iterations = bag.integer('iterations', { min: 1, max: maxIterations }) ?? 1
  requireIterationPerVu({ vus, iterations }, 'iterations')
  const maxDurationMs = bag.durationMs('duration', minDurationMs) ?? defaultMaxDurationMs
  return { ...defaults, executor: 'shared-iterations', vus, iterations, maxDurationMs }
}

function constantVus(bag: OptionBag): Scenario {
  const vus = bag.integer('vus', { min: 1, max: maxVus }) ?? 1
  const durationMs = bag.durationMs('duration')
  if (durationMs === undefined || durationMs < minDurationMs) {
    throw invalidOption({
      path: 'duration',
      value: bag.raw('duration'),
      expected: 'a duration of at least 1s',
      hint: `write  duration: '30s'`,
    })
  }
  return { ...defaults, executor: 'constant-vus', vus, durationMs }
}

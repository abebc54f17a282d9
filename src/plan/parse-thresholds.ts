import { builtin, type MetricDefinition } from '../metrics/definition.ts'
import { parseSelector } from '../metrics/selector.ts'
import { validateThresholds } from '../metrics/threshold.ts'
import { invalidOption, missingOption, OptionBag } from './option-bag.ts'
import type { ThresholdPlan } from './plan.ts'

type Conditions = Pick<ThresholdPlan, 'source' | 'abortOnFail' | 'delayAbortEvalMs' | 'isOptional' | 'windowMs'>

const example = `{ http_req_duration: ['p(95)<300'] }`

/** The option `thresholds`, each condition checked against the metric it is about. */
export function parseThresholds(
  bag: OptionBag,
  metrics: readonly MetricDefinition[],
  reportUnknown: (bag: OptionBag) => void,
): readonly ThresholdPlan[] {
  const thresholds = bag.bag('thresholds', `write  thresholds: ${example}`)
  if (thresholds === undefined) return []
  const plans = Object.keys(bag.raw('thresholds') as object).flatMap((key) => {
    const { metric, tags } = parseSelector(key)
    const value = thresholds.raw(key)
    const path = thresholds.pathOf(key)
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (value === undefined)
      throw invalidOption({ path, value, expected: 'a condition or a list of conditions', hint: `write  thresholds: ${example}` })
    return list.map((condition, index) => ({
      metric,
      selector: tags,
      ...parseConditions(condition, Array.isArray(value) ? `${path}[${index}]` : path, reportUnknown),
    }))
  })
  const defined = new Set(metrics.map(({ name }) => name))
  validateThresholds(plans, [...metrics, ...Object.values(builtin).filter(({ name }) => !defined.has(name))])
  return plans
}

function parseConditions(value: unknown, path: string, reportUnknown: (bag: OptionBag) => void): Conditions {
  if (typeof value === 'string')
    return { source: value.trim(), abortOnFail: false, delayAbortEvalMs: 0, isOptional: false, windowMs: undefined }
  const hint = `write  'p(95)<300'  or  { threshold: 'p(95)<300', abortOnFail: true }`
  if (typeof value !== 'object' || value === null) throw invalidOption({ path, value, expected: 'a condition', hint })
  const bag = new OptionBag(path, value, hint)
  const source = bag.text('threshold')
  if (source === undefined) throw missingOption(bag.pathOf('threshold'), `add  threshold: 'p(95)<300'`)
  const conditions = {
    source: source.trim(),
    abortOnFail: bag.boolean('abortOnFail') ?? false,
    delayAbortEvalMs: bag.durationMs('delayAbortEval') ?? 0,
    isOptional: bag.boolean('optional') ?? false,
    windowMs: bag.durationMs('window', 1000),
  }
  reportUnknown(bag)
  return conditions
}

import { UserError } from '../../../base/user-error.ts'
import type { MetricDefinition, MetricId } from '../../../metrics/definition.ts'
import type { Vu } from '../../../vu/vu.ts'
import { GoError } from '../go-error.ts'
import type { K6Host, K6Module } from '../host.ts'
import { tagsOf } from '../metric-tags.ts'

/** The module `k6/metrics`: Counter, Gauge, Rate, Trend. */
export const metricsModule: K6Module = (vu, host) => {
  // Called with `new`: what a constructor returns is what the script gets.
  const maker = (type: MetricDefinition['type']) =>
    function Metric(name: unknown, isTime?: unknown): ScriptMetric {
      return new ScriptMetric(vu, host, { name: String(name), type, contains: isTime ? 'time' : 'default' })
    }
  const members = { Counter: maker('counter'), Gauge: maker('gauge'), Rate: maker('rate'), Trend: maker('trend') }
  return { ...members, default: members }
}

/** A metric of the script's own, in the hands of one VU. */
class ScriptMetric {
  readonly name: string
  readonly #vu: Vu
  readonly #host: K6Host
  readonly #id: MetricId

  constructor(vu: Vu, host: K6Host, definition: MetricDefinition) {
    const { name } = definition
    if (vu.phase !== 'init') {
      throw new UserError('METRIC_OUTSIDE_INIT', `metric "${name}" was made outside init`, {
        hint: 'make it at the top level of the script, not inside a function',
      })
    }
    this.name = name
    this.#vu = vu
    this.#host = host
    this.#id = vu.define(definition)
  }

  /** Adds a sample and tells whether it counts: what is no number is warned of, or thrown with the option `throw`. */
  add(value: unknown, tags?: unknown): boolean {
    this.#host.enter('a metric')
    const number = numberOf(value)
    if (Number.isNaN(number)) return this.#refuse(value)
    const vu = this.#vu
    const extra = tagsOf(tags)
    vu.record(this.#id, number, extra === undefined ? vu.tags : vu.tagSet(vu.tags, extra))
    return true
  }

  #refuse(value: unknown): false {
    const given = typeof value === 'number' || value === null ? String(value) : typeof value
    const error = new GoError(`metric "${this.name}" was given ${given}, which is no number`, 'give a number or a boolean')
    if (this.#vu.world.plan?.throwOnError) throw error
    this.#vu.warn(error.message)
    return false
  }
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  if (value === null || typeof value === 'symbol' || typeof value === 'bigint') return Number.NaN
  return Number(value)
}

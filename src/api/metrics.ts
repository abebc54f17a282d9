import { UserError } from '../base/user-error.ts'
import type { MetricDefinition, MetricId, Tags } from '../metrics/definition.ts'
import type { ClientContext } from '../protocols/context.ts'
import type { VuWorld } from '../vu/world.ts'

/** A metric of the script's own, made in init (at the top level of the script). */
export interface CustomMetric<Value> {
  readonly name: string
  /** Adds one sample with the tags of this moment and `tags`. NaN is ignored and counted. */
  add(value: Value, tags?: Tags): void
}

export interface MetricsModule {
  /** Sums what is added. */
  readonly Counter: new (
    name: string,
    options?: { readonly isBytes?: boolean },
  ) => CustomMetric<number>
  /** Keeps the last value, the least and the greatest. */
  readonly Gauge: new (
    name: string,
    options?: MetricUnit,
  ) => CustomMetric<number>
  /** The share of truths. */
  readonly Rate: new (
    name: string,
  ) => CustomMetric<boolean | number>
  /** Percentiles, mean, least and greatest; `true` or `isTime` shows it in milliseconds. */
  readonly Trend: new (
    name: string,
    options?: MetricUnit | boolean,
  ) => CustomMetric<number>
}

export interface MetricUnit {
  readonly isTime?: boolean
  readonly isBytes?: boolean
}

const moduleKey = Symbol('metrics module')

/** One module per worker: an object made in a script's init remembers the VU whose init ran. @internal */
export function metricsModule(world: VuWorld): MetricsModule {
  return world.shared(moduleKey, () => ({
    Counter: metricClass(world, 'counter'),
    Gauge: metricClass(world, 'gauge'),
    Rate: metricClass(world, 'rate'),
    Trend: metricClass(world, 'trend'),
  }))
}

function metricClass(
  world: VuWorld,
  type: MetricDefinition['type'],
): new (
  name: string,
  options?: MetricUnit | boolean,
) => CustomMetric<number | boolean> {
  return class implements CustomMetric<number | boolean> {
    readonly name: string
    readonly #vu: ClientContext
    readonly #id: MetricId

    constructor(name: string, options: MetricUnit | boolean = {}) {
      const unit: MetricUnit = typeof options === 'boolean' ? { isTime: options } : options
      const vu = world.initializing
      if (!vu)
        throw new UserError('METRIC_OUTSIDE_INIT', `metric "${name}" was made outside init`, {
          hint: 'make it at the top level of the script, not inside a function',
        })
      this.name = name
      this.#vu = vu
      this.#id = world.registry.define({ name, type, contains: unit.isTime ? 'time' : unit.isBytes ? 'data' : 'default' })
    }

    add(value: number | boolean, tags?: Tags): void {
      const vu = this.#vu
      const number = typeof value === 'boolean' ? Number(value) : value
      if (typeof number !== 'number') {
        throw new UserError('METRIC_VALUE_INVALID', `metric "${this.name}" was given ${typeof value}`, { hint: 'give a number' })
      }
      vu.record(this.#id, number, tags ? vu.tagSet(vu.tags, tags) : vu.tags)
    }
  }
}

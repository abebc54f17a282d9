import { UserError } from '../base/user-error.ts'
import { builtin } from '../metrics/definition.ts'
import type { MetricId, TagSetId, Tags } from '../metrics/definition.ts'
import type { MetricRegistry } from '../metrics/registry.ts'
import type { Sink } from '../metrics/sink.ts'
import type { Vu } from '../vu/vu.ts'

/** A value to judge by its truthiness, or a predicate of the checked value. */
export type CheckSet<T> = Readonly<Record<string, boolean | ((value: T) => boolean)>>
export type AsyncCheckSet<T> = Readonly<Record<string, boolean | ((value: T) => boolean | Promise<boolean>)>>

export interface Check {
  /** Judges `value` by each named condition, counts each in the metric `checks` and returns whether all held. A failed check does not fail the iteration. */
  <T>(value: T, conditions: CheckSet<T>, tags?: Tags): boolean
  /** With a predicate that returns a promise: the same, awaited. */
  <T>(value: T, conditions: AsyncCheckSet<T>, tags?: Tags): Promise<boolean>
}

/** Sinks of one worker by tag set and check name, so that a check in the hot path makes no object. */
class CheckSinks {
  readonly #registry: MetricRegistry
  readonly #metric: MetricId
  readonly #isTagged: boolean
  readonly #byTags: (Map<string, Sink> | undefined)[] = []

  constructor(registry: MetricRegistry, isTagged: boolean) {
    this.#registry = registry
    this.#metric = registry.define(builtin.checks)
    this.#isTagged = isTagged
  }

  get(tags: TagSetId, name: string): Sink {
    const byName = (this.#byTags[tags] ??= new Map())
    let sink = byName.get(name)
    if (!sink) {
      if (name.includes('::'))
        throw new UserError('CHECK_NAME_INVALID', `the check name "${name}" contains "::"`, {
          hint: 'use another separator, such as " - "',
        })
      const withName = this.#isTagged ? this.#registry.tagSet(tags, { check: name }) : tags
      sink = this.#registry.sink(this.#metric, withName)
      if (byName.size < 10_000) byName.set(name, sink)
    }
    return sink
  }
}

const sinksKey = Symbol('check sinks')

/** `check` of one VU. @internal */
export function bindCheck(vu: Vu): Check {
  const sinks = vu.world.shared(
    sinksKey,
    () => new CheckSinks(vu.world.registry, vu.world.plan?.systemTags.includes('check') ?? true),
  )
  const check = <T>(value: T, conditions: AsyncCheckSet<T>, tags?: Tags): boolean | Promise<boolean> => {
    vu.throwIfInterrupted()
    if (typeof conditions !== 'object' || conditions === null) {
      throw new UserError('CHECK_CONDITIONS_MISSING', 'check() was given no conditions', {
        hint: "write  check(response, { 'status is 200': (r) => r.status === 200 })",
      })
    }
    const base = tags ? vu.tagSet(vu.tags, tags) : vu.tags
    let haveAllHeld = true
    let waiting: Promise<boolean>[] | undefined
    for (const name in conditions) {
      const condition = conditions[name]
      const sink = sinks.get(base, name)
      if (typeof condition !== 'function') {
        sink.add(condition ? 1 : 0)
        haveAllHeld &&= Boolean(condition)
        continue
      }
      let held: boolean | Promise<boolean>
      try {
        held = condition(value)
      } catch (error) {
        sink.add(0)
        throw error
      }
      if (held instanceof Promise) {
        waiting ??= []
        waiting.push(settle(held, sink))
      } else {
        sink.add(held ? 1 : 0)
        haveAllHeld &&= held
      }
    }
    return waiting ? Promise.all(waiting).then((each) => haveAllHeld && each.every(Boolean)) : haveAllHeld
  }
  return check as Check
}

async function settle(held: Promise<boolean>, sink: Sink): Promise<boolean> {
  try {
    const value = await held
    sink.add(value ? 1 : 0)
    return value
  } catch (error) {
    sink.add(0)
    throw error
  }
}

import { RunAborted } from '../vu/interruption.ts'
import type { Vu } from '../vu/vu.ts'
import { UserError } from '../base/user-error.ts'

/** Where a script finds out what runs it. */
export interface Execution {
  readonly scenario: {
    readonly name: string
    readonly executor: string
    /** Epoch ms. */
    readonly startTime: number
    /** 0 to 1. */
    readonly progress: number
    /** Number of this iteration among all of the scenario, over all workers, from 0. */
    readonly iterationInTest: number
  }
  readonly vu: {
    /** From 1; 0 in init, setup and teardown. */
    readonly id: number
    readonly idInInstance: number
    /** Iterations of this VU before this one, over all scenarios. */
    readonly iterationInInstance: number
    readonly iterationInScenario: number
    /** Tags of the samples of this iteration; assign to add one. Reset when the iteration ends. */
    readonly tags: Record<string, string>
  }
  /** Over all workers, as of the last second. */
  readonly run: {
    /** Ms since the run started. */
    readonly elapsedMs: number
    /** Ms (run time) at which this iteration was due; `undefined` in closed models. */
    readonly dueAtMs: number | undefined
    readonly iterationsCompleted: number
    readonly iterationsInterrupted: number
    readonly vusActive: number
    readonly vusInitialized: number
  }
  /** Ends this iteration and the whole run, exit code 108; teardown and the summary still happen. */
  abort(message?: string): never
  /** Lets the run go on and marks it as failed, exit code 110. */
  fail(message?: string): void
}

/** One per VU, made on first use; getters live on the prototype so that thousands of VUs cost little. @internal */
export class VuExecution implements Execution {
  readonly #vu: Vu

  constructor(vu: Vu) {
    this.#vu = vu
  }

  get scenario(): Execution['scenario'] {
    const vu = this.#vu
    const scenario = vu.scenario
    if (!scenario)
      throw new UserError('EXECUTION_OUTSIDE_SCENARIO', 'execution.scenario exists only while a scenario runs', {
        hint: 'read it inside an iteration, not in init, setup or teardown',
      })
    const { view } = vu.world
    return {
      name: scenario.name,
      executor: scenario.executor,
      startTime: view.startedAtEpochMs(scenario.name),
      progress: view.progressOf(scenario.name),
      iterationInTest: vu.iteration,
    }
  }

  get vu(): Execution['vu'] {
    const vu = this.#vu
    return {
      id: vu.id,
      idInInstance: vu.idInInstance,
      iterationInInstance: vu.iterationInInstance,
      iterationInScenario: vu.iterationInScenario,
      tags: new Proxy<Record<string, string>>({}, new TagsOfVu(vu)),
    }
  }

  get run(): Execution['run'] {
    const { view, clock } = this.#vu.world
    return {
      elapsedMs: Math.max(0, clock.nowMs()),
      dueAtMs: this.#vu.dueAtMs,
      iterationsCompleted: view.completedCount,
      iterationsInterrupted: view.interruptedCount,
      vusActive: view.activeVuCount,
      vusInitialized: view.initializedVuCount,
    }
  }

  abort(message = 'the script called execution.abort()'): never {
    this.#vu.world.view.abort(message)
    throw new RunAborted(message)
  }

  fail(message = 'the script called execution.fail()'): void {
    this.#vu.world.view.fail(message)
  }
}

/** `execution.vu.tags`: reads give the VU's tags, writes add one. */
class TagsOfVu implements ProxyHandler<Record<string, string>> {
  readonly #vu: Vu

  constructor(vu: Vu) {
    this.#vu = vu
  }

  #all(): Record<string, string> {
    const vu = this.#vu
    return {
      ...vu.world.plan?.tags,
      ...(vu.scenario ? { scenario: vu.scenario.name, ...vu.scenario.tags } : {}),
      group: vu.groupPath,
      ...vu.userTags,
    }
  }

  get(_target: object, name: string | symbol): string | undefined {
    return typeof name === 'string' ? this.#all()[name] : undefined
  }

  set(_target: object, name: string | symbol, value: unknown): boolean {
    if (typeof name !== 'string' || !['string', 'number', 'boolean'].includes(typeof value)) {
      throw new UserError('TAG_VALUE_INVALID', `tag "${String(name)}" was given ${typeof value}`, {
        hint: 'a tag is a string, a number or a boolean',
      })
    }
    this.#vu.setTag(name, String(value))
    return true
  }

  ownKeys(): string[] {
    return Object.keys(this.#all())
  }

  getOwnPropertyDescriptor(_target: object, name: string | symbol): PropertyDescriptor | undefined {
    const value = this.get(_target, name)
    return value === undefined ? undefined : { value, enumerable: true, configurable: true, writable: true }
  }
}

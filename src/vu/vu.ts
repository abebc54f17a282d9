import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/user-error.ts'
import type { MetricDefinition, MetricId, TagSetId, Tags } from '../metrics/definition.ts'
import type { Sink } from '../metrics/sink.ts'
import type { Scenario } from '../plan/plan.ts'
import type { AttachedClient, ClientContext } from '../protocols/context.ts'
import { IterationInterrupted } from './interruption.ts'
import type { VuWorld } from './world.ts'

/** The exports of one script instance. */
export type ScriptExports = Readonly<Record<string, unknown>>

export type VuPhase = 'init' | 'setup' | 'idle' | 'iteration' | 'teardown' | 'summary'

/** Something that waits and must be told when the iteration is interrupted. */
export interface Pending {
  interrupt(reason: Error): void
}

/**
 * One virtual user: a script instance with its own module state, its own clients, tags and groups. It is what protocol
 * clients see as their context. VU 0 runs init (options), setup, teardown and handleSummary; VUs from 1 run iterations.
 */
export class Vu implements ClientContext {
  readonly id: number
  /** Number of this VU in its worker's instance, from 1. */
  readonly idInInstance: number
  readonly world: VuWorld
  exports: ScriptExports = {}
  /** What setup returned, this VU's own copy. */
  setupData: unknown = undefined
  phase: VuPhase = 'init'
  scenario: Scenario | undefined
  /** Number in the test of the running iteration; -1 before the first. */
  iteration = -1
  iterationInInstance = -1
  iterationInScenario = -1
  dueAtMs: number | undefined
  startedAtMs = 0
  /** `''` or `::outer::inner`. */
  groupPath = ''
  tags: TagSetId
  /** Set while an interrupted iteration has not ended. */
  interruption: IterationInterrupted | undefined
  /** Tags of the scenario, the state at each iteration's start. */
  #scenarioTags: TagSetId
  /** What the script set by itself, for reading back. */
  #userTags: Record<string, string> | undefined
  #abort: AbortController | undefined
  /** What waits; a second one at the same time is rare. */
  #pending: Pending | undefined
  #morePending: Set<Pending> | undefined
  #clients: AttachedClient[] | undefined

  constructor(ids: { id: number; idInInstance: number }, world: VuWorld) {
    this.id = ids.id
    this.idInInstance = ids.idInInstance
    this.world = world
    this.#scenarioTags = world.registry.root
    this.tags = world.registry.root
  }

  get clock(): Clock {
    return this.world.clock
  }
  get dialer(): ClientContext['dialer'] {
    return this.world.dialer
  }
  get localAddress(): string | undefined {
    const addresses = this.world.plan?.network.localIps
    return addresses && addresses.length > 0 ? addresses[(this.id - 1 + addresses.length) % addresses.length] : undefined
  }
  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    if (this.interruption && !this.#abort.signal.aborted) this.#abort.abort(this.interruption)
    return this.#abort.signal
  }
  /** The tags that the script added in this iteration, beyond scenario and group. */
  get userTags(): Tags {
    return this.#userTags ?? {}
  }

  define(definition: MetricDefinition): MetricId {
    return this.world.registry.define(definition)
  }
  tagSet(base: TagSetId, extra: Tags): TagSetId {
    return this.world.registry.tagSet(base, extra)
  }
  record(metric: MetricId, value: number, tags: TagSetId): void {
    this.world.registry.record(metric, value, tags)
  }
  sink(metric: MetricId, tags: TagSetId): Sink {
    return this.world.registry.sink(metric, tags)
  }
  warn(text: string): void {
    this.world.log.log({ level: 'warn', message: text, source: 'engine' })
  }
  debug(text: string): void {
    this.world.log.log({ level: 'debug', message: text, source: 'engine' })
  }

  attach(client: AttachedClient): void {
    this.#clients = [...(this.#clients ?? []), client]
  }

  /** Gives this VU to a scenario: tags and counters start anew, module state stays. */
  enter(scenario: Scenario, tags: TagSetId): void {
    this.scenario = scenario
    this.iterationInScenario = -1
    this.#scenarioTags = tags
    this.resetTags()
  }

  beginIteration(index: number, dueAtMs: number | undefined): void {
    this.phase = 'iteration'
    this.iteration = index
    this.iterationInInstance += 1
    this.iterationInScenario += 1
    this.dueAtMs = dueAtMs
    if (this.groupPath !== '' || this.#userTags) this.resetTags()
  }

  endIteration(): void {
    this.phase = 'idle'
    if (this.#clients === undefined) return
    for (const client of this.#clients) {
      try {
        client.iterationEnded()
      } catch (error) {
        this.warn(`a client failed at the end of an iteration: ${messageOf(error)}`)
      }
    }
  }

  resetTags(): void {
    this.groupPath = ''
    this.#userTags = undefined
    this.tags = this.#scenarioTags
  }

  setTag(name: string, value: string): void {
    this.#userTags = { ...this.#userTags, [name]: value }
    this.tags = this.world.registry.tagSet(this.tags, { [name]: value })
  }

  enterGroup(path: string): void {
    this.groupPath = path
    if (this.world.plan?.systemTags.includes('group') ?? true) this.tags = this.world.registry.tagSet(this.tags, { group: path })
  }

  /** Registers something that waits; give the same object to `removePending` when it is over. */
  addPending(pending: Pending): void {
    if (this.#pending === undefined) this.#pending = pending
    else (this.#morePending ??= new Set()).add(pending)
  }
  removePending(pending: Pending): void {
    if (this.#pending === pending) this.#pending = undefined
    else this.#morePending?.delete(pending)
  }

  /** Rejects everything the running iteration waits for. Later calls of that iteration find `interruption` set. */
  interrupt(why: string): void {
    if (this.interruption) return
    const reason = new IterationInterrupted(why)
    this.interruption = reason
    const pending = [...(this.#pending ? [this.#pending] : []), ...(this.#morePending ?? [])]
    this.#pending = undefined
    this.#morePending = undefined
    for (const each of pending) each.interrupt(reason)
    for (const client of this.#clients ?? []) this.#tell('interruption', () => client.interrupted(reason))
    this.#abort?.abort(reason)
  }

  /** The interrupted iteration has ended: the VU may run again. */
  recover(): void {
    this.interruption = undefined
    this.#abort = undefined
  }

  /** Throws when the running iteration was interrupted: every call into the engine asks first. */
  throwIfInterrupted(): void {
    if (this.interruption) throw this.interruption
  }

  retire(): void {
    for (const client of this.#clients ?? []) this.#tell('retirement', () => client.retired())
    this.#clients = undefined
  }

  #tell(moment: string, call: () => void): void {
    try {
      call()
    } catch (error) {
      this.warn(`a client failed at ${moment}: ${messageOf(error)}`)
    }
  }
}

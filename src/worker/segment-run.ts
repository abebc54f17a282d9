import { usableCoreCount } from '../base/cores.ts'
import { deferred } from '../base/deferred.ts'
import type { Deferred } from '../base/deferred.ts'
import { UserError, messageOf } from '../base/user-error.ts'
import type { Range } from '../base/range.ts'
import { createExecutor } from '../executors/registry.ts'
import type { Executor } from '../executors/executor.ts'
import { builtin } from '../metrics/definition.ts'
import type { RunEvent, ScenarioState } from '../metrics/snapshot.ts'
import type { ScenarioCommand } from '../plan/command.ts'
import type { Scenario } from '../plan/plan.ts'
import { requirementsOf } from '../plan/requirements.ts'
import { stripeOf } from '../plan/segment.ts'
import type { Stripe } from '../plan/segment.ts'
import type { Assignment } from '../wire/messages.ts'
import { HealthProbe } from './health.ts'
import type { RunClock } from './run-clock.ts'
import { ScenarioPool } from './scenario-pool.ts'
import type { ScriptHost } from './script-host.ts'
import { VuStore } from './vu-store.ts'
import type { WorkerWorld } from './worker-world.ts'

export interface SegmentRunOptions {
  readonly assignment: Assignment
  readonly host: ScriptHost
  readonly world: WorkerWorld
  readonly clock: RunClock
  /** Asks the coordinator for numbers of shared iterations; the answer arrives as a `grant` command. */
  askForIterations(scenario: string): void
}

/** Executors end within an iteration's clean-up (half a second) once they are stopped. */
const giveUpAfterMs = 1500

interface Lane {
  readonly scenario: Scenario
  readonly executor: Executor
  readonly pool: ScenarioPool
  dropped: number
  wants: Deferred<readonly Range[]> | undefined
}

/** This worker's share of one run: its VUs and the executors of its scenarios. */
export class SegmentRun {
  readonly #options: SegmentRunOptions
  readonly #stripe: Stripe
  readonly #store: VuStore
  readonly #health: HealthProbe
  readonly #lanes = new Map<string, Lane>()
  readonly #stopping = new AbortController()
  readonly #abort = new AbortController()
  readonly #givenUp = deferred<PromiseSettledResult<void>[]>()
  #stoppedNowAtMs: number | undefined

  constructor(options: SegmentRunOptions) {
    const { assignment, host, world } = options
    const { plan } = assignment
    this.#options = options
    this.#stripe = stripeOf(plan.segment, assignment.segment)
    this.#health = new HealthProbe(world.registry, Math.min(1, usableCoreCount() / assignment.segment.count))
    this.#store = new VuStore(async (localIndex) => {
      const vu = await host.makeVu(
        { id: this.#stripe.globalIndex(localIndex) + assignment.firstVuId, idInInstance: localIndex + 1 },
        world,
      )
      if (this.#setupJson !== undefined) vu.setupData = JSON.parse(this.#setupJson)
      return vu
    })
    for (const scenario of plan.scenarios) {
      if (!assignment.scenarios.includes(scenario.name)) continue
      this.#lanes.set(scenario.name, {
        scenario,
        executor: createExecutor(scenario),
        pool: this.#poolFor(scenario),
        dropped: 0,
        wants: undefined,
      })
    }
  }

  #setupJson: string | undefined

  #poolFor(scenario: Scenario): ScenarioPool {
    const { world, assignment } = this.#options
    const { plan } = assignment
    const isNamed = plan.systemTags.includes('scenario')
    const runTags = world.registry.tagSet(world.registry.root, plan.tags)
    return new ScenarioPool({
      scenario,
      store: this.#store,
      registry: world.registry,
      tags: world.registry.tagSet(runTags, { ...(isNamed ? { scenario: scenario.name } : {}), ...scenario.tags }),
      minIterationDurationMs: plan.minIterationDurationMs,
      plannedVus: requirementsOf({ scenarios: [scenario] }, this.#stripe).plannedVus,
      maxVus: 'maxVus' in scenario ? this.#stripe.localCount(scenario.maxVus) : Number.MAX_SAFE_INTEGER,
      growFailed: (error) =>
        world.log.log({
          level: 'error',
          message: `a new VU could not be initialised: ${this.#options.host.describe(error)}`,
          source: 'engine',
        }),
    })
  }

  /** Initialises the planned VUs; rejects with what the script's init threw. */
  async prepare(): Promise<number> {
    const planned = requirementsOf(this.#options.assignment.plan, this.#stripe).plannedVus
    for (let index = 0; index < planned; index += 1) await this.#store.add()
    return planned
  }

  /** Runs all scenarios; resolves when every one is over. */
  async run(start: { setupJson: string | undefined; grants: Readonly<Record<string, readonly Range[]>> }): Promise<void> {
    this.#setupJson = start.setupJson
    if (start.setupJson !== undefined) this.#store.forEach((vu) => void (vu.setupData = JSON.parse(start.setupJson as string)))
    this.#health.start()
    const { world } = this.#options
    const dropped = world.registry.define(builtin.droppedIterations)
    const lateStart = world.registry.define(builtin.lateStart)
    const runs = [...this.#lanes.values()].map((lane) => {
      const { scenario, executor, pool } = lane
      const granted = start.grants[scenario.name]
      if (granted) executor.command({ type: 'grant', iterations: granted })
      return executor.run({
        pool,
        clock: world.clock,
        startMs: scenario.startTimeMs,
        stripe: this.#stripe,
        stopping: this.#stopping.signal,
        signal: this.#abort.signal,
        dropped: (count) => {
          lane.dropped += count
          world.registry.record(dropped, count, pool.options.tags)
        },
        lateStart: (byMs) => world.registry.record(lateStart, byMs, world.registry.root),
        warn: (text) => world.log.log({ level: 'warn', message: text, source: 'engine', fields: { scenario: scenario.name } }),
        wantIterations: () => this.#wantIterations(lane),
      })
    })
    const ends = await Promise.race([Promise.allSettled(runs), this.#givenUp.promise])
    this.#health.stop()
    this.#store.retireAll()
    for (const end of ends)
      if (end.status === 'rejected') throw new Error(`an executor failed: ${messageOf(end.reason)}`, { cause: end.reason })
  }

  #giveUp(): void {
    let lostCount = 0
    for (const { pool } of this.#lanes.values()) {
      lostCount += pool.runningCount
      pool.giveUp()
    }
    if (lostCount > 0) {
      const message = `${lostCount} VU${lostCount === 1 ? '' : 's'} did not come back from an iteration and ${lostCount === 1 ? 'was' : 'were'} written off`
      this.#options.world.log.log({ level: 'warn', message, source: 'engine' })
    }
    this.#givenUp.resolve([])
  }

  #wantIterations(lane: Lane): Promise<readonly Range[]> {
    if (!lane.wants) {
      lane.wants = deferred()
      this.#options.askForIterations(lane.scenario.name)
    }
    return lane.wants.promise
  }

  command(scenario: string, command: ScenarioCommand): void {
    const lane = this.#lanes.get(scenario)
    if (!lane) throw new UserError('SCENARIO_UNKNOWN', `there is no scenario "${scenario}"`)
    if (command.type === 'grant' && lane.wants) {
      const { wants } = lane
      lane.wants = undefined
      return wants.resolve(command.iterations)
    }
    lane.executor.command(command)
  }

  /**
   * Called again and again when the run must end now. Executors that do not end in spite of it are given up: a loop that was
   * ended from outside may have taken their waiting along.
   */
  stop(isNow: boolean): void {
    this.#stopping.abort()
    if (isNow) {
      this.#abort.abort()
      this.#stoppedNowAtMs ??= performance.now()
      if (performance.now() > this.#stoppedNowAtMs + giveUpAfterMs) this.#giveUp()
    }
    for (const lane of this.#lanes.values()) lane.wants?.resolve([])
  }

  /** Records the gauges and health of one second. */
  sampleSecond(): void {
    const { registry } = this.#options.world
    registry.record(registry.define(builtin.vus), this.activeVuCount, registry.root)
    registry.record(registry.define(builtin.vusMax), this.#store.count, registry.root)
    this.#health.sample()
  }

  get activeVuCount(): number {
    let count = 0
    for (const lane of this.#lanes.values()) count += lane.pool.runningCount
    return count
  }

  progressOf(scenario: string): number {
    return this.#lanes.get(scenario)?.executor.doneRatio(this.#options.clock.nowMs()) ?? 0
  }

  /** Run time at which a scenario starts, in ms. */
  startMsOf(scenario: string): number {
    return this.#lanes.get(scenario)?.scenario.startTimeMs ?? 0
  }

  states(): ScenarioState[] {
    return [...this.#lanes.values()].map(({ scenario, pool, executor, dropped }) => ({
      scenario: scenario.name,
      activeVus: pool.runningCount,
      initializedVus: pool.vuCount,
      completed: pool.completedCount,
      interrupted: pool.interruptedCount,
      dropped,
      doneRatio: executor.doneRatio(this.#options.clock.nowMs()),
    }))
  }

  problems(atMs: number): RunEvent[] {
    return this.#options.world.problems.drain(atMs)
  }
}

import { deferred } from '../base/deferred.ts'
import { hostNowMs } from '../base/clock.ts'
import { exitCode } from '../base/exit-code.ts'
import { messageOf, UserError } from '../base/user-error.ts'
import { builtin } from '../metrics/definition.ts'
import type { MetricDefinition, Tags } from '../metrics/definition.ts'
import type { Snapshot } from '../metrics/snapshot.ts'
import type { ScenarioCommand } from '../plan/command.ts'
import type { TestPlan } from '../plan/plan.ts'
import { requirementsOf, workerCountFor } from '../plan/requirements.ts'
import { wholeStripe } from '../plan/segment.ts'
import type { RunHeader, RunOutcome } from '../results/run-outcome.ts'
import type { FromWorker, StopReason } from '../wire/messages.ts'
import type { ActiveRun, RunControl } from './control.ts'
import type { Crew } from './crew.ts'
import { openGrants, type SharedGrants } from './iteration-grants.ts'
import { callLifecycle } from './lifecycle-call.ts'
import { concludeRun } from './conclude-run.ts'
import { OutputSet } from './output-set.ts'
import { RunEnding } from './run-ending.ts'
import { RunRecord } from './run-record.ts'
import type { Seat } from './seat.ts'
import type { SessionOptions } from './session.ts'
import { StuckWatch } from './stuck-watch.ts'
import { logWorkerEvents } from './worker-log.ts'

/** From telling the workers to start until zero, so that all of them have heard it. */
const startLeadMs = 20
/** Beyond the plan's own limits before a worker counts as stuck. */
const overtimeMs = 3000

export interface ConductorOptions {
  readonly session: SessionOptions
  readonly crew: Crew
  readonly plan: TestPlan
  /** Metrics and functions that init found. */
  readonly metrics: readonly MetricDefinition[]
  readonly exports: readonly string[]
}

/** One run from the coordinator's seat: workers, setup, load, teardown, verdict. Runs no user code. */
export class Conductor implements ActiveRun {
  readonly control: RunControl
  readonly outcome: Promise<RunOutcome>
  readonly #options: ConductorOptions
  readonly #outputs: OutputSet
  readonly #record: RunRecord
  readonly #ending = new RunEnding()
  readonly #listeners: ((snapshot: Snapshot) => void)[] = []
  #grants: ReadonlyMap<string, SharedGrants<Seat>> = new Map()
  readonly #gate = deferred()
  /** Resolves when every worker has finished or is lost. */
  readonly #allFinished = deferred()
  #seats: readonly Seat[] = []
  #state: RunControl['state'] = 'waiting'
  #zeroHostMs = hostNowMs()
  #zeroEpochMs = Date.now()
  /** Run time at which the last worker finished. */
  #endedAtMs = 0
  /** All workers were ready: from now on one that is lost is a loss, before that it is an error. */
  #areReady = false
  /** Run time at which the run was told to start nothing more, if it was. */
  #stoppedAtMs: number | undefined
  #watch: StuckWatch | undefined

  constructor(options: ConductorOptions) {
    const { session, plan } = options
    this.#options = options
    this.#outputs = new OutputSet(session.outputs, session.log)
    this.#record = new RunRecord({
      plan,
      metrics: this.#metrics(),
      outputs: this.#outputs,
      log: session.log,
      nowMs: () => this.#nowMs(),
      closed: (snapshot) => this.#tellSecond(snapshot),
      thresholdAborted: (failed) => this.#abortByThreshold([...new Set(failed.map((each) => each.metric))]),
    })
    const isPaused = session.isPaused ?? false
    if (!isPaused) this.#gate.resolve()
    const state = (): RunControl['state'] => this.#state
    this.control = {
      get state() {
        return state()
      },
      begin: () => this.#gate.resolve(),
      command: (scenario, command) => this.#command(scenario, command),
      stop: (reason, how) => {
        // Nothing is left to be interrupted but the script's last words.
        if (how === 'now' && (this.#state === 'stopping' || this.#state === 'ended')) this.#ending.hurry()
        this.#stop(reason, how)
      },
    }
    this.outcome = this.#conduct()
  }

  onSnapshot(listener: (snapshot: Snapshot) => void): void {
    this.#listeners.push(listener)
  }

  async #conduct(): Promise<RunOutcome> {
    let header: RunHeader | undefined
    let setupJson: string | undefined
    try {
      await this.#ending.unlessStopped(this.#openWorkers())
      header = this.#header()
      await this.#outputs.start(header)
      await this.#ending.unlessStopped(this.#gate.promise)
      setupJson = await this.#setup()
      if (!this.#ending.isStopped) await this.#load(setupJson)
      if (this.#ending.isTeardownDue) await this.#teardown(setupJson)
    } catch (error) {
      this.#ending.fail(error)
    }
    this.#state = 'ended'
    this.#watch?.stop()
    this.#record.finish()
    await this.#outputs.drained()
    return concludeRun({
      header: header ?? this.#header(),
      durationMs: this.#endedAtMs,
      stoppedAtMs: this.#stoppedAtMs ?? this.#endedAtMs,
      record: this.#record,
      ending: this.#ending,
      outputs: this.#outputs,
      seat: this.#options.exports.includes('handleSummary') ? this.#freeSeat : undefined,
      setupJson,
      log: this.#options.session.log,
    })
  }

  async #openWorkers(): Promise<void> {
    const { session, crew, plan } = this.#options
    const count = workerCountFor(plan, { coreCount: session.coreCount })
    this.#seats = await crew.open(count)
    for (const seat of this.#seats) seat.onLost = (reason) => this.#lose(seat, reason)
    const taps = [...new Set(session.outputs.flatMap((output) => output.tap ?? []))]
    await crew.assign(this.#seats, { plan, taps, onMessage: (seat, message) => this.#receive(seat, message) })
    this.#areReady = true
    this.#grants = openGrants(plan, this.#seats)
  }

  #header(): RunHeader {
    const { session, plan } = this.#options
    return {
      runId: session.runId,
      script: session.bundle.entry,
      startedAtEpochMs: this.#zeroEpochMs,
      plan,
      workers: this.#seats.length,
      metrics: this.#metrics(),
      outputs: session.outputs.map((output) => output.name),
    }
  }

  /** The built-in ones and those that the script's init made. */
  #metrics(): MetricDefinition[] {
    const known: readonly MetricDefinition[] = Object.values(builtin)
    return [...known, ...this.#options.metrics.filter((metric) => !known.some((each) => each.name === metric.name))]
  }

  async #setup(): Promise<string | undefined> {
    const { plan, exports } = this.#options
    const [seat] = this.#seats
    if (plan.isSetupSkipped || !exports.includes('setup') || !seat) return undefined
    const result = await this.#ending.unlessStopped(
      callLifecycle(seat, { name: 'setup', input: undefined, timeoutMs: plan.setupTimeoutMs }),
    )
    if ('failure' in result) {
      this.#ending.failLifecycle('setup', result.failure)
      return undefined
    }
    return result.json
  }

  async #load(setupJson: string | undefined): Promise<void> {
    const { session, plan } = this.#options
    this.#zeroHostMs = hostNowMs() + startLeadMs
    this.#zeroEpochMs = Date.now() + startLeadMs
    this.#state = 'running'
    const limitMs = requirementsOf(plan, wholeStripe()).maxDurationMs
    this.#watch = new StuckWatch(this.#seats, session.log, performance.now() + startLeadMs + limitMs + overtimeMs)
    for (const seat of this.#seats) {
      if (seat.isLive) this.#record.join(seat.link.workerId)
      const grants = Object.fromEntries([...this.#grants].map(([scenario, shared]) => [scenario, shared.takeFor(seat)]))
      seat.send({ type: 'start', zeroEpochMs: this.#zeroEpochMs, zeroHostMs: this.#zeroHostMs, setupJson, grants })
    }
    const ticking = setInterval(() => this.#record.tick(), 500)
    this.#checkFinished()
    await this.#allFinished.promise
    clearInterval(ticking)
    this.#watch.stop()
    this.#ending.remarks.push(...this.#watch.remarks())
    this.#state = 'stopping'
    this.#endedAtMs = Math.max(0, this.#nowMs())
    this.#dropUngranted()
  }

  /** Shared iterations that no worker was given. */
  #dropUngranted(): void {
    for (const [scenario, { leftCount }] of this.#grants) {
      if (leftCount === 0) continue
      const views: readonly Tags[] = [{}, { scenario }]
      for (const tags of views)
        this.#record.addOwn([{ metric: builtin.droppedIterations, tags, type: 'counter', sum: leftCount }])
    }
  }

  async #teardown(setupJson: string | undefined): Promise<void> {
    const { plan, exports } = this.#options
    const seat = this.#freeSeat
    if (plan.isTeardownSkipped || !exports.includes('teardown') || !seat) return
    const result = await this.#ending.unlessHurried(
      callLifecycle(seat, { name: 'teardown', input: setupJson, timeoutMs: plan.teardownTimeoutMs }),
    )
    if ('failure' in result) this.#ending.failLifecycle('teardown', result.failure)
  }

  /** The first worker that is there and answers: the script's lifecycle functions know nothing but their arguments. */
  get #freeSeat(): Seat | undefined {
    return this.#seats.find((seat) => seat.isLive && seat.openCallCount === 0)
  }

  #receive(seat: Seat, message: FromWorker): void {
    switch (message.type) {
      case 'snapshot':
        // Under the name that we gave the worker, whatever it calls itself.
        return this.#record.add({ ...message.snapshot, source: seat.link.workerId })
      case 'tap':
        return this.#outputs.append(message.output, message.bytes)
      case 'log':
        return logWorkerEvents(this.#options.session.log, message.entries)
      case 'wants-iterations':
        return seat.send({
          type: 'command',
          scenario: message.scenario,
          command: {
            type: 'grant',
            iterations: this.#ending.isStopped ? [] : (this.#grants.get(message.scenario)?.takeFor(seat) ?? []),
          },
        })
      case 'request':
        return this.#answer(message.request)
      case 'finished':
        return this.#finish(seat, message)
      case 'failed':
        seat.failure = message.message
        this.#options.session.log.log({ level: 'error', message: `${seat.name} failed: ${message.stack}`, source: 'engine' })
        return seat.link.kill()
      case 'hello':
      case 'loaded':
      case 'inspected':
      case 'ready':
      case 'result':
        return
      default:
        message satisfies never
    }
  }

  #finish(seat: Seat, { totals, droppedSampleCount = 0 }: FromWorker & { type: 'finished' }): void {
    seat.isFinished = true
    this.#record.leave(seat.link.workerId)
    const differing = this.#record.differences(seat.link.workerId, totals)
    if (differing.length > 0) {
      this.#ending.losePart(`the seconds that ${seat.name} reported do not add up to its totals of ${differing.join(', ')}`)
    }
    if (droppedSampleCount > 0) {
      this.#ending.remarks.push(
        `${droppedSampleCount.toLocaleString('en-US')} raw samples of ${seat.name} are missing from the outputs: they came faster than they could be taken. The summary counts them.`,
      )
    }
    this.#checkFinished()
  }

  #answer(request: (FromWorker & { type: 'request' })['request']): void {
    if (request.type === 'abort') {
      this.#ending.explain(`the script aborted the run: ${request.message}`)
      this.#stop('script-abort', 'now')
    } else if (request.type === 'fail') {
      this.#ending.markFailed(request.message)
    }
  }

  #lose(seat: Seat, reason: string): void {
    if (this.#state === 'ended' || seat.isFinished) return
    const { plan, session } = this.#options
    this.#record.leave(seat.link.workerId)
    if (this.#areReady) {
      const why = seat.failure ?? reason
      const text = `${seat.name} was lost (${why}): what it had reported is kept, its share of the load is missing`
      this.#ending.losePart(text)
      session.log.log({ level: 'error', message: text, source: 'engine' })
      if (plan.onWorkerLoss === 'stop') this.#stop('lost-worker', 'graceful')
    }
    this.#checkFinished()
  }

  #checkFinished(): void {
    if (this.#state === 'running' && this.#seats.every((seat) => seat.isFinished || !seat.isLive)) this.#allFinished.resolve()
  }

  #stop(reason: StopReason, how: 'graceful' | 'now'): void {
    if (this.#state === 'ended') return
    this.#ending.stop(reason)
    this.#gate.resolve()
    if (this.#state !== 'running') return
    this.#stoppedAtMs ??= this.#nowMs()
    const graceMs = how === 'now' ? 0 : Math.max(0, ...this.#options.plan.scenarios.map((scenario) => scenario.gracefulStopMs))
    if (this.#watch) this.#watch.deadlineMs = Math.min(this.#watch.deadlineMs, performance.now() + graceMs + overtimeMs)
    for (const seat of this.#seats) seat.send({ type: 'stop', reason, now: how === 'now' })
  }

  #abortByThreshold(metrics: readonly string[]): void {
    this.#ending.explain(`thresholds on ${metrics.join(', ')} were crossed and have abortOnFail`)
    this.#stop('threshold', 'now')
  }

  #command(scenario: string, command: ScenarioCommand): void {
    const known = this.#options.plan.scenarios.map((each) => each.name)
    if (!known.includes(scenario))
      throw new UserError('SCENARIO_UNKNOWN', `there is no scenario "${scenario}"`, {
        hint: `there are ${known.join(', ')}`,
        exitCode: exitCode.invalidConfig,
      })
    for (const seat of this.#seats) seat.send({ type: 'command', scenario, command })
  }

  #tellSecond(snapshot: Snapshot): void {
    const totals = { completed: 0, interrupted: 0, activeVus: 0, initializedVus: 0 }
    for (const state of snapshot.scenarios) {
      totals.completed += state.completed
      totals.interrupted += state.interrupted
      totals.activeVus += state.activeVus
      totals.initializedVus += state.initializedVus
    }
    // Scenarios one after another share VUs: the sum over scenarios would count those twice.
    const vusMax = this.#record.totals.get(builtin.vusMax.name)
    if (vusMax?.type === 'gauge') totals.initializedVus = vusMax.value
    for (const seat of this.#seats) seat.send({ type: 'totals', ...totals })
    for (const listener of this.#listeners) {
      try {
        listener(snapshot)
      } catch (error) {
        this.#options.session.log.log({ level: 'error', message: `a listener failed: ${messageOf(error)}`, source: 'engine' })
      }
    }
  }

  #nowMs(): number {
    return hostNowMs() - this.#zeroHostMs
  }
}

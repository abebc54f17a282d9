import { Totals } from '../metrics/totals.ts'
import { createTap } from '../outputs/registry.ts'
import type { Vu } from '../vu/vu.ts'
import type { WorkerView } from '../vu/world.ts'
import type { WorkerChannel } from '../wire/channel.ts'
import type { Assignment, ToWorker, WorkerRequest } from '../wire/messages.ts'
import type { RunClock } from './run-clock.ts'
import { SampleTaps } from './sample-taps.ts'
import type { ScriptHost } from './script-host.ts'
import { SegmentRun } from './segment-run.ts'
import type { WorkerWorld } from './worker-world.ts'

/** What scripts may know of the run, kept up to date by the coordinator's totals. */
export class RunView implements WorkerView {
  completedCount = 0
  interruptedCount = 0
  activeVuCount = 0
  initializedVuCount = 0
  segment: SegmentRun | undefined
  readonly #clock: RunClock
  readonly #request: (request: WorkerRequest) => void

  constructor(clock: RunClock, request: (request: WorkerRequest) => void) {
    this.#clock = clock
    this.#request = request
  }

  progressOf(scenario: string): number {
    return this.segment?.progressOf(scenario) ?? 0
  }
  startedAtEpochMs(scenario: string): number {
    return this.#clock.epochMsOf(this.segment?.startMsOf(scenario) ?? 0)
  }
  abort(message: string): void {
    this.#request({ type: 'abort', message })
    // The other workers hear it from the coordinator; until that answers, ours would start iterations that all abort again.
    this.segment?.stop(true)
  }
  fail(message: string): void {
    this.#request({ type: 'fail', message })
  }
}

interface AssignedRunOptions {
  readonly assignment: Assignment
  readonly host: ScriptHost
  readonly world: WorkerWorld
  readonly clock: RunClock
  readonly view: RunView
  readonly channel: WorkerChannel
  readonly id: string
}

/** One assigned run: its segment, its seconds, its taps. */
export class AssignedRun {
  readonly segment: SegmentRun
  readonly world: WorkerWorld
  lifecycleVu: Vu | undefined
  readonly #options: AssignedRunOptions
  readonly #taps: SampleTaps
  readonly #totals = new Totals()
  #sequence = 0
  #second = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: AssignedRunOptions) {
    const { assignment, world, clock, channel } = options
    this.#options = options
    this.world = world
    this.#taps = new SampleTaps(
      assignment.taps.map((output) => ({ output, tap: createTap(output, assignment.plan) })),
      { registry: world.registry, clock },
      {
        get queuedBytes() {
          return channel.queuedBytes
        },
        send: (output, bytes) => channel.send({ type: 'tap', output, bytes }),
      },
    )
    this.segment = new SegmentRun({
      assignment,
      host: options.host,
      world,
      clock,
      askForIterations: (scenario) => channel.send({ type: 'wants-iterations', scenario }),
    })
    options.view.segment = this.segment
  }

  async start(message: ToWorker & { type: 'start' }): Promise<void> {
    const { clock, channel, assignment } = this.#options
    clock.setZero(message.zeroHostMs - assignment.clockOffsetMs, message.zeroEpochMs)
    this.#scheduleSecond()
    await this.segment.run(message)
    clearTimeout(this.#timer)
    this.segment.sampleSecond()
    this.sendSnapshot()
    const { droppedCount } = this.#taps
    channel.send({
      type: 'finished',
      totals: this.#totals.toDeltas(),
      ...(droppedCount > 0 ? { droppedSampleCount: droppedCount } : {}),
    })
  }

  /** Wakes at each whole second of run time, however long the loop was busy. */
  #scheduleSecond(): void {
    const { clock } = this.#options
    const dueMs = (this.#second + 1) * 1000
    this.#timer = setTimeout(
      () => {
        this.segment.sampleSecond()
        this.sendSnapshot()
        this.#second = Math.max(this.#second + 1, Math.floor(clock.nowMs() / 1000))
        this.#scheduleSecond()
      },
      Math.max(1, Math.ceil(dueMs - clock.nowMs())),
    )
  }

  sendSnapshot(): void {
    const { world, clock, channel, id } = this.#options
    this.#taps.flush()
    const series = world.registry.drain()
    this.#totals.add(series, id)
    channel.send({
      type: 'snapshot',
      sequence: this.#sequence++,
      snapshot: {
        version: 1,
        source: id,
        second: this.#second,
        series,
        scenarios: this.segment.states(),
        events: this.segment.problems(clock.nowMs()),
      },
    })
  }

  setTotals(totals: ToWorker & { type: 'totals' }): void {
    const { view } = this.#options
    view.completedCount = totals.completed
    view.interruptedCount = totals.interrupted
    view.activeVuCount = totals.activeVus
    view.initializedVuCount = totals.initializedVus
  }
}

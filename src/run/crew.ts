import type { TestPlan } from '../plan/plan.ts'
import type { WorkerSource } from '../wire/link.ts'
import type { FromWorker } from '../wire/messages.ts'
import { Seat } from './seat.ts'
import type { SessionOptions } from './session.ts'
import { whileInitRuns } from './slow-init.ts'

/** The workers of a session: worker 0 from the start, more when a run needs them, kept for the next run. */
export class Crew {
  readonly seats: Seat[] = []
  readonly #options: Pick<SessionOptions, 'bundle' | 'env' | 'log' | 'runId'>
  readonly #source: WorkerSource

  constructor(options: SessionOptions) {
    this.#options = options
    this.#source = options.source
  }

  /** Opens workers until there are `count` live ones, each with the script loaded. Rejects with a ScriptError when it does not load. */
  async open(count: number): Promise<readonly Seat[]> {
    const live = this.seats.filter((seat) => seat.isLive)
    if (live.length < count) {
      const links = await this.#source.open({ workers: count - live.length, lane: 'protocol' })
      const added = links.map((link) => new Seat(link))
      this.seats.push(...added)
      await Promise.all(added.map((seat) => this.#load(seat)))
    }
    return this.seats.filter((seat) => seat.isLive).slice(0, count)
  }

  async #load(seat: Seat): Promise<void> {
    const { bundle, env, runId } = this.#options
    const loaded = seat.expect('loaded')
    seat.send({ type: 'load', runId, bundle, env })
    await whileInitRuns(seat, this.#options.log, loaded)
  }

  /** Tells every worker its share of the run; resolves when all VUs are initialised. */
  async assign(
    seats: readonly Seat[],
    run: { plan: TestPlan; taps: readonly string[]; onMessage: (seat: Seat, message: FromWorker) => void },
  ): Promise<void> {
    await Promise.all(
      seats.map(async (seat, index) => {
        seat.isFinished = false
        seat.onMessage = (message) => run.onMessage(seat, message)
        const ready = seat.expect('ready')
        seat.send({
          type: 'assign',
          assignment: {
            runId: this.#options.runId,
            plan: shareOf(run.plan, seats.length),
            scenarios: run.plan.scenarios.map((scenario) => scenario.name),
            segment: { index, count: seats.length },
            instance: { index: 0, count: 1 },
            firstVuId: 1,
            sharedData: [],
            taps: run.taps,
            clockOffsetMs: 0,
          },
        })
        await whileInitRuns(seat, this.#options.log, ready)
      }),
    )
  }

  async close(): Promise<void> {
    for (const seat of this.seats) seat.send({ type: 'close' })
    await this.#source.close()
  }
}

/** The plan as one of `count` workers must read it: limits over all VUs become this worker's share. */
function shareOf(plan: TestPlan, count: number): TestPlan {
  return { ...plan, http: { ...plan.http, rps: plan.http.rps / count } }
}

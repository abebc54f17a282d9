import type { Logger } from '../base/logger.ts'
import { messageOf } from '../base/user-error.ts'
import type { Snapshot } from '../metrics/snapshot.ts'
import type { Output, SampleOutput } from '../outputs/output.ts'
import type { RunHeader, RunOutcome } from '../results/run-outcome.ts'
import type { BoundOutput } from './session.ts'

interface Lane {
  readonly bound: BoundOutput
  queue: Promise<void>
  hasFailed: boolean
  waitingCount: number
}

/** Snapshots that a slow output may fall behind before it loses some. */
const maxWaiting = 120

/** The outputs of one run: each gets its calls in order, and one that fails is switched off while the run goes on. */
export class OutputSet {
  readonly #lanes: readonly Lane[]
  readonly #log: Logger
  /** What went wrong, a sentence each, for the summary's notes. */
  readonly failures: string[] = []

  constructor(outputs: readonly BoundOutput[], log: Logger) {
    this.#lanes = outputs.map((bound) => ({ bound, queue: Promise.resolve(), hasFailed: false, waitingCount: 0 }))
    this.#log = log
  }

  async start(header: RunHeader): Promise<void> {
    for (const lane of this.#lanes) this.#enqueue(lane, () => lane.bound.output.start(header))
    await this.#drained()
  }

  write(snapshot: Snapshot): void {
    for (const lane of this.#lanes) {
      if (lane.waitingCount >= maxWaiting) {
        this.#fail(lane, `it fell ${maxWaiting} seconds behind`)
        continue
      }
      this.#enqueue(lane, () => lane.bound.output.write(snapshot))
    }
  }

  /** Bytes that a worker's tap encoded for the output of this name. */
  append(tap: string, bytes: Uint8Array): void {
    for (const lane of this.#lanes) {
      if (lane.bound.tap !== tap || lane.hasFailed) continue
      try {
        ;(lane.bound.output as SampleOutput).append(bytes)
      } catch (error) {
        this.#fail(lane, messageOf(error))
      }
    }
  }

  async drained(): Promise<void> {
    await this.#drained()
  }

  async stop(outcome: RunOutcome): Promise<void> {
    for (const lane of this.#lanes) this.#enqueue(lane, () => lane.bound.output.stop(outcome))
    await this.#drained()
  }

  #enqueue(lane: Lane, call: () => ReturnType<Output['start']>): void {
    lane.waitingCount += 1
    lane.queue = lane.queue.then(async () => {
      lane.waitingCount -= 1
      if (lane.hasFailed) return
      try {
        await call()
      } catch (error) {
        this.#fail(lane, messageOf(error))
      }
    })
  }

  #fail(lane: Lane, why: string): void {
    if (lane.hasFailed) return
    lane.hasFailed = true
    const text = `the output ${lane.bound.name} was switched off: ${why}`
    this.failures.push(text)
    this.#log.log({ level: 'error', message: text, source: 'engine' })
  }

  async #drained(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.queue))
  }
}

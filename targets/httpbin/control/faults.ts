import { type ErrorSpec, type FaultChange, type StallSpec } from './control-request.ts'
import { drawLatencyMs, type LatencySpec } from './latency.ts'
import { Random } from '../../random.ts'

/** A stall on the wall clock, so that several processes agree on it. */
interface StallWindow extends StallSpec {
  readonly fromEpochMs: number
  readonly untilEpochMs: number
}

/** What `GET /control` shows of one scope (the whole target, or one route). */
export interface FaultState {
  readonly latency: LatencySpec | null
  readonly errors: ErrorSpec | null
  readonly stall: StallSpec | null
}

/** The injections of one scope. Each part draws from its own seeded stream, so one does not shift the other. */
export class Faults {
  #latency: LatencySpec | undefined
  #latencyRandom = new Random(0)
  #errors: ErrorSpec | undefined
  #errorRandom = new Random(0)
  #stall: StallWindow | undefined
  readonly #seedShift: number

  /** `seedShift` makes processes that share a load draw different numbers. */
  constructor(seedShift: number) {
    this.#seedShift = seedShift
  }

  /** True when a request needs no look at this scope at all. */
  get isQuiet(): boolean {
    return this.#latency === undefined && this.#errors === undefined && this.#stall === undefined
  }

  get state(): FaultState {
    const stall = this.#stall === undefined ? null : { startMs: this.#stall.startMs, durationMs: this.#stall.durationMs }
    return { latency: this.#latency ?? null, errors: this.#errors ?? null, stall }
  }

  /** Applies a change; stalls count from `atEpochMs`. */
  apply(change: FaultChange, atEpochMs: number): void {
    if (change.latency !== undefined) {
      this.#latency = change.latency ?? undefined
      this.#latencyRandom = new Random((change.latency?.seed ?? 1) + this.#seedShift)
    }
    if (change.errors !== undefined) {
      this.#errors = change.errors ?? undefined
      this.#errorRandom = new Random((change.errors?.seed ?? 2) + this.#seedShift)
    }
    if (change.stall === null) this.#stall = undefined
    else if (change.stall !== undefined) this.#stall = stallWindow(change.stall, atEpochMs)
  }

  clear(): void {
    this.apply({ latency: null, errors: null, stall: null }, 0)
  }

  /** The wait of one request in milliseconds; `undefined` when this scope injects no latency. */
  drawLatencyMs(): number | undefined {
    return this.#latency === undefined ? undefined : drawLatencyMs(this.#latency, this.#latencyRandom)
  }

  /** The error that one request gets, if any. */
  drawError(): ErrorSpec | undefined {
    return this.#errors !== undefined && this.#errorRandom.next() < this.#errors.ratio ? this.#errors : undefined
  }

  /** When an answer that is due at `dueEpochMs` may leave: the end of the stall if it falls into it. */
  releaseEpochMs(dueEpochMs: number): number {
    const stall = this.#stall
    return stall !== undefined && dueEpochMs >= stall.fromEpochMs && dueEpochMs < stall.untilEpochMs
      ? stall.untilEpochMs
      : dueEpochMs
  }
}

function stallWindow(spec: StallSpec, atEpochMs: number): StallWindow {
  const fromEpochMs = atEpochMs + spec.startMs
  return { ...spec, fromEpochMs, untilEpochMs: fromEpochMs + spec.durationMs }
}

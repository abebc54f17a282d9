import type { ScenarioState, SeriesDelta, RunEvent, Snapshot } from '../metrics/snapshot.ts'
import { Totals } from '../metrics/totals.ts'

/** How long an open second waits for a worker that is late, in ms. */
const graceMs = 3000

interface OpenSecond {
  readonly merged: Totals
  readonly events: RunEvent[]
}

/**
 * Closes the seconds of a run: a second closes when every live worker delivered it, or when it has waited for 3 s. What
 * arrives later goes into the next one; nothing is lost and nothing counts twice.
 */
export class Collector {
  readonly #close: (snapshot: Snapshot) => void
  readonly #open = new Map<number, OpenSecond>()
  /** Highest second that each worker delivered. */
  readonly #delivered = new Map<string, number>()
  readonly #live = new Set<string>()
  readonly #states = new Map<string, readonly ScenarioState[]>()
  #next = 0

  constructor(close: (snapshot: Snapshot) => void) {
    this.#close = close
  }

  join(source: string): void {
    this.#live.add(source)
  }

  /** A worker finished or was lost: no second waits for it any more. */
  leave(source: string): void {
    this.#live.delete(source)
    const states = this.#states.get(source) ?? []
    this.#states.set(
      source,
      states.map((state) => ({ ...state, activeVus: 0 })),
    )
    this.#closeReady()
  }

  add(snapshot: Snapshot): void {
    const second = Math.max(snapshot.second, this.#next)
    const open = this.#at(second)
    open.merged.add(snapshot.series, snapshot.source)
    open.events.push(...snapshot.events)
    this.#states.set(snapshot.source, snapshot.scenarios)
    this.#delivered.set(snapshot.source, Math.max(snapshot.second, this.#delivered.get(snapshot.source) ?? -1))
    this.#closeReady()
  }

  /** What the coordinator itself counted, into the second that is open. */
  addOwn(series: readonly SeriesDelta[]): void {
    this.#at(this.#next).merged.add(series, 'coordinator')
  }

  /** Closes what has waited too long. `nowMs` is run time. */
  tick(nowMs: number): void {
    while (this.#open.size > 0 && nowMs >= (this.#next + 1) * 1000 + graceMs) this.#closeNext()
  }

  /** Closes everything that is left, at the end. */
  finish(): void {
    while (this.#open.size > 0) this.#closeNext()
  }

  #at(second: number): OpenSecond {
    let open = this.#open.get(second)
    if (!open) {
      open = { merged: new Totals(), events: [] }
      this.#open.set(second, open)
    }
    return open
  }

  #closeReady(): void {
    while (this.#open.size > 0 && [...this.#live].every((source) => (this.#delivered.get(source) ?? -1) >= this.#next))
      this.#closeNext()
  }

  #closeNext(): void {
    const second = this.#next
    const open = this.#open.get(second)
    this.#open.delete(second)
    this.#next += 1
    if (!open) return
    this.#close({
      version: 1,
      source: 'run',
      second,
      series: open.merged.toDeltas(),
      scenarios: mergeStates([...this.#states.values()]),
      events: open.events,
    })
  }
}

function mergeStates(perWorker: readonly (readonly ScenarioState[])[]): ScenarioState[] {
  const merged = new Map<string, ScenarioState & { workers: number }>()
  for (const state of perWorker.flat()) {
    const sum = merged.get(state.scenario)
    if (!sum) {
      merged.set(state.scenario, { ...state, workers: 1 })
      continue
    }
    merged.set(state.scenario, {
      scenario: state.scenario,
      activeVus: sum.activeVus + state.activeVus,
      initializedVus: sum.initializedVus + state.initializedVus,
      completed: sum.completed + state.completed,
      interrupted: sum.interrupted + state.interrupted,
      dropped: sum.dropped + state.dropped,
      doneRatio: (sum.doneRatio * sum.workers + state.doneRatio) / (sum.workers + 1),
      workers: sum.workers + 1,
    })
  }
  return [...merged.values()].map(({ workers: _workers, ...state }) => state)
}

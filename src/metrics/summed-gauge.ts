/** What one source said of a gauge within one second. */
interface Step {
  second: number
  value: number
  atMs: number
  min: number
  max: number
}

export interface GaugeState {
  readonly value: number
  readonly min: number
  readonly max: number
  readonly atMs: number
}

/** How many seconds a late report may lag behind the newest and still count as if it had come in time. */
const settledAfterSeconds = 60

/**
 * A gauge of which every source holds a part (`vus`): value is the sum of the last values of all sources; min and max are
 * those of the sum, second by second. The order of reports makes no difference within a minute, and memory is bounded.
 */
export class SummedGauge {
  /** By source, ascending seconds. */
  readonly #steps = new Map<string, Step[]>()
  #settledBefore = Number.NEGATIVE_INFINITY
  #settledMin = Number.POSITIVE_INFINITY
  #settledMax = Number.NEGATIVE_INFINITY

  add(source: string, report: GaugeState): void {
    const second = Math.floor(report.atMs / 1000)
    const steps = this.#steps.get(source) ?? []
    this.#steps.set(source, steps)
    const before = steps.findLastIndex((step) => step.second <= second)
    const own = steps[before]
    if (own?.second === second) absorb(own, report)
    else if (second >= this.#settledBefore || steps.length === 0) steps.splice(before + 1, 0, { ...pick(report), second })
    if (this.#settledBefore === Number.NEGATIVE_INFINITY) this.#settledBefore = second - settledAfterSeconds
    if (second - this.#settledBefore >= 2 * settledAfterSeconds) this.#settle(second - settledAfterSeconds)
  }

  read(): GaugeState {
    const last = [...this.#steps.values()].flatMap((steps) => steps.at(-1) ?? [])
    const { min, max } = this.#extremes(Number.POSITIVE_INFINITY)
    return { value: last.reduce((sum, step) => sum + step.value, 0), min, max, atMs: Math.max(...last.map((step) => step.atMs)) }
  }

  /** Min and max of the sum over everything before second `end`. */
  #extremes(end: number): { min: number; max: number } {
    let min = this.#settledMin
    let max = this.#settledMax
    const sources = [...this.#steps.values()].map((steps) => ({ steps, next: 0 }))
    for (const second of this.#secondsBefore(end)) {
      let low = 0
      let high = 0
      for (const source of sources) {
        while ((source.steps[source.next]?.second ?? Number.POSITIVE_INFINITY) <= second) source.next += 1
        const step = source.steps[source.next - 1]
        if (!step) continue
        // A source that is silent in this second still holds what it last said.
        low += step.second === second ? step.min : step.value
        high += step.second === second ? step.max : step.value
      }
      if (second < this.#settledBefore) continue
      min = Math.min(min, low)
      max = Math.max(max, high)
    }
    return { min, max }
  }

  #secondsBefore(end: number): number[] {
    const seconds = new Set([...this.#steps.values()].flatMap((steps) => steps.map((step) => step.second)))
    return [...seconds].filter((second) => second < end).sort((a, b) => a - b)
  }

  /** Keeps of everything before `before` the extremes and each source's last word. */
  #settle(before: number): void {
    const { min, max } = this.#extremes(before)
    this.#settledMin = min
    this.#settledMax = max
    this.#settledBefore = before
    for (const steps of this.#steps.values()) {
      const last = steps.findLastIndex((step) => step.second < before)
      if (last > 0) steps.splice(0, last)
    }
  }
}

function pick({ value, min, max, atMs }: GaugeState): GaugeState {
  return { value, min, max, atMs }
}

function absorb(step: Step, report: GaugeState): void {
  if (isLater(report, step)) {
    step.value = report.value
    step.atMs = report.atMs
  }
  step.min = Math.min(step.min, report.min)
  step.max = Math.max(step.max, report.max)
}

/** Which of two gauge readings stands; of two at the same instant the larger one, so that order does not matter. */
export function isLater(a: { atMs: number; value: number }, b: { atMs: number; value: number }): boolean {
  return a.atMs > b.atMs || (a.atMs === b.atMs && a.value > b.value)
}

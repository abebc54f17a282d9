import type { ConstantArrivalRate, RampingArrivalRate, Stage } from './plan.ts'

/** Due times of an open-model scenario, of the whole run. */
export interface ArrivalSchedule {
  /** Regular length of the scenario. */
  readonly durationMs: number
  /** Highest planned rate. */
  readonly peakPerSecond: number
  /**
   * Milliseconds after scenario start at which the global iteration `index` (from 0) is due; `undefined` once over: a tick
   * exactly at the end is not an iteration. Constant time while `index` grows.
   */
  dueAtMs(index: number): number | undefined
}

const nanosecondsPerMs = 1e6

export function arrivalSchedule(scenario: ConstantArrivalRate | RampingArrivalRate): ArrivalSchedule {
  return scenario.executor === 'constant-arrival-rate' ? constantArrivals(scenario) : rampingArrivals(scenario)
}

/**
 * Tick `index` at `index` whole-nanosecond periods. The number of ticks is that of the exact rate: with 3/s for 3 s the
 * tenth tick, rounded to 1 ns before the end, is not one.
 */
export function constantArrivals({
  rate,
  timeUnitMs,
  durationMs,
}: Pick<ConstantArrivalRate, 'rate' | 'timeUnitMs' | 'durationMs'>): ArrivalSchedule {
  const periodNs = Math.floor((timeUnitMs * nanosecondsPerMs) / rate)
  return {
    durationMs,
    peakPerSecond: (rate * 1000) / timeUnitMs,
    dueAtMs: (index) => (index * timeUnitMs < durationMs * rate ? (index * periodNs) / nanosecondsPerMs : undefined),
  }
}

/** One stage, with what came before it. Areas are doubled iterations times `timeUnitMs`: whole numbers for whole inputs. */
interface RampStage {
  readonly startMs: number
  readonly durationMs: number
  readonly from: number
  readonly to: number
  readonly areaBefore: number
  readonly areaAfter: number
}

/** Iteration `index` is due when the integral of the rate reaches `index + 1`. */
export function rampingArrivals({
  startRate,
  stages,
  timeUnitMs,
}: Pick<RampingArrivalRate, 'startRate' | 'stages' | 'timeUnitMs'>): ArrivalSchedule {
  const ramp = rampStages(startRate, stages)
  const durationMs = ramp.reduce((sum, stage) => sum + stage.durationMs, 0)
  let cursor = 0
  return {
    durationMs,
    peakPerSecond: (Math.max(startRate, ...stages.map(({ target }) => target)) * 1000) / timeUnitMs,
    dueAtMs(index) {
      const area = 2 * timeUnitMs * (index + 1)
      if (area <= (ramp[cursor]?.areaBefore ?? Number.POSITIVE_INFINITY)) cursor = 0
      while (area > (ramp[cursor]?.areaAfter ?? Number.POSITIVE_INFINITY)) cursor++
      const stage = ramp[cursor]
      if (stage === undefined) return undefined
      const dueMs = stage.startMs + reachedAfterMs(stage, area)
      return dueMs < durationMs ? dueMs : undefined
    },
  }
}

function rampStages(startRate: number, stages: readonly Stage[]): readonly RampStage[] {
  let [startMs, from, areaBefore] = [0, startRate, 0]
  return stages.map(({ durationMs, target }) => {
    const stage = { startMs, durationMs, from, to: target, areaBefore, areaAfter: areaBefore + durationMs * (from + target) }
    startMs += durationMs
    from = target
    areaBefore = stage.areaAfter
    return stage
  })
}

/**
 * Solves from*x + (to-from)*x²/(2*duration) = area/2 for x. Written with the root in the divisor: the textbook form loses
 * all digits when `from` and `to` are close. Rounding may carry the radicand below 0 where a ramp ends at 0.
 */
function reachedAfterMs({ durationMs, from, to, areaBefore, areaAfter }: RampStage, area: number): number {
  if (area >= areaAfter) return durationMs
  const wanted = area - areaBefore
  const radicand = from * from + (wanted * (to - from)) / durationMs
  return wanted / (from + Math.sqrt(Math.max(0, radicand)))
}

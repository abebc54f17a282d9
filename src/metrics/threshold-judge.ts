import { builtin, type MetricDefinition } from './definition.ts'
import { formatSelector, seriesKey } from './selector.ts'
import type { SeriesDelta } from './snapshot.ts'
import {
  aggregateOf,
  holds,
  parseThreshold,
  type ThresholdExpression,
  type ThresholdSpec,
  validateThresholds,
} from './threshold.ts'
import { Totals } from './totals.ts'

/** What became of one threshold. */
export interface ThresholdVerdict {
  /** `http_req_duration` or `http_req_duration{status:200}`. */
  readonly metric: string
  readonly source: string
  readonly ok: boolean
  /** The judged number; `undefined` without data. */
  readonly value: number | undefined
  readonly noData: boolean
  /** It stopped the run. */
  readonly aborted: boolean
}

/**
 * `native`: a threshold without data fails unless it is optional. `compatible`: as the established tool has it, a rate
 * without data passes and everything else is compared with 0.
 */
export type NoDataRule = 'native' | 'compatible'

/** Usually one second long; longer where nothing at all arrived, shorter at the end of the run. */
interface ClosedSecond {
  readonly fromMs: number
  readonly toMs: number
  readonly deltas: readonly SeriesDelta[]
}

interface Judged {
  readonly spec: ThresholdSpec
  readonly label: string
  readonly key: string
  readonly metric: MetricDefinition
  readonly expression: ThresholdExpression
  /** Closed seconds inside the window, oldest first, silent ones included; only for windowed thresholds. */
  readonly seconds: ClosedSecond[]
  hasJudgedWindow: boolean
  /** The value at which a full window first crossed. */
  crossedAt: { readonly value: number } | undefined
  aborted: boolean
}

/** Counters of the engine itself: it counts from the start, so that no sample means zero and not that nobody looked. */
const zeroWithoutSamples: readonly MetricDefinition[] = [
  builtin.droppedIterations,
  builtin.iterationErrors,
  builtin.interruptedIterations,
  builtin.localSocketErrors,
]

/**
 * Judges thresholds second by second and at the end. A threshold with a window is judged on the last `windowMs` at every
 * second from the first full window on, and fails for good once one window crossed it; the others on the whole run so far.
 */
export class ThresholdJudge {
  readonly #judged: readonly Judged[]
  readonly #keys: ReadonlySet<string>
  readonly #names: ReadonlySet<string>
  readonly #noData: NoDataRule
  readonly #totals = new Totals()
  #abortedBy: readonly ThresholdVerdict[] | undefined
  #takenInToMs = 0

  /** Throws what `validateThresholds` throws. */
  constructor(thresholds: readonly ThresholdSpec[], options: { metrics: readonly MetricDefinition[]; noData: NoDataRule }) {
    validateThresholds(thresholds, options.metrics)
    this.#judged = thresholds.map((spec) => ({
      spec,
      label: formatSelector(spec.metric, spec.selector),
      key: seriesKey(spec.metric, spec.selector),
      metric: options.metrics.find((metric) => metric.name === spec.metric) as MetricDefinition,
      expression: parseThreshold(spec.source),
      seconds: [],
      hasJudgedWindow: false,
      crossedAt: undefined,
      aborted: false,
    }))
    this.#keys = new Set(this.#judged.map((each) => each.key))
    this.#names = new Set(thresholds.map((each) => each.metric))
    this.#noData = options.noData
  }

  /**
   * Takes in a closed second and judges at `elapsedMs`, the run time at its end. The first time that thresholds with
   * `abortOnFail` fail on data, once their delay is over, they are in `abortedBy` from then on.
   */
  closeSecond(deltas: readonly SeriesDelta[], elapsedMs: number): readonly ThresholdVerdict[] {
    this.#takeIn(deltas, elapsedMs)
    const verdicts = this.#judged.map((each) => this.#judgeNow(each, elapsedMs))
    if (this.#abortedBy) return verdicts
    for (const [i, each] of this.#judged.entries()) each.aborted = mustAbort(each.spec, verdicts[i], elapsedMs)
    if (!this.#judged.some((each) => each.aborted)) return verdicts
    const marked = verdicts.map((verdict, i) => ({ ...verdict, aborted: this.#judged[i]?.aborted === true }))
    this.#abortedBy = marked.filter((verdict) => verdict.aborted)
    return marked
  }

  /** The failed thresholds that must stop the run; `undefined` as long as none does. */
  get abortedBy(): readonly ThresholdVerdict[] | undefined {
    return this.#abortedBy
  }

  /** The last word. `deltas` is what came after the last closed second, `elapsedMs` the length of the run. */
  finish(deltas: readonly SeriesDelta[], elapsedMs: number): readonly ThresholdVerdict[] {
    if (deltas.length > 0) this.#takeIn(deltas, elapsedMs)
    return this.#judged.map((each) => {
      if (each.spec.windowMs === undefined) return this.#judgeNow(each, elapsedMs)
      // What closed a second before the end is judged already; a run shorter than its window is judged on all it has.
      const last =
        deltas.length > 0 || !each.hasJudgedWindow
          ? this.#judgeWindow(each, elapsedMs, 'even if short')
          : this.#judgeNow(each, elapsedMs)
      return each.crossedAt ? { ...last, ok: false, value: each.crossedAt.value, noData: false } : passIfJudged(each, last)
    })
  }

  #takeIn(deltas: readonly SeriesDelta[], toMs: number): void {
    const wanted = deltas.filter(
      (delta) => this.#names.has(delta.metric.name) && this.#keys.has(seriesKey(delta.metric.name, delta.tags)),
    )
    this.#totals.add(wanted)
    for (const { spec, key, seconds } of this.#judged) {
      if (spec.windowMs === undefined) continue
      const own = wanted.filter((delta) => seriesKey(delta.metric.name, delta.tags) === key)
      seconds.push({ fromMs: this.#takenInToMs, toMs, deltas: own })
      while ((seconds[0] as ClosedSecond).toMs <= toMs - spec.windowMs) seconds.shift()
    }
    this.#takenInToMs = toMs
  }

  #judgeNow(judged: Judged, elapsedMs: number): ThresholdVerdict {
    if (judged.spec.windowMs !== undefined) return this.#judgeWindow(judged, elapsedMs, 'full only')
    const series = this.#totals.get(judged.spec.metric, judged.spec.selector)
    return this.#verdict(judged, series && aggregateOf(judged.expression, series, elapsedMs))
  }

  #judgeWindow(judged: Judged, elapsedMs: number, which: 'full only' | 'even if short'): ThresholdVerdict {
    const windowMs = judged.spec.windowMs as number
    const verdict = this.#verdict(judged, this.#windowValue(judged))
    if (verdict.noData) return verdict
    if (elapsedMs < windowMs && which === 'full only') return { ...verdict, ok: true }
    judged.hasJudgedWindow = true
    if (!verdict.ok && verdict.value !== undefined) judged.crossedAt ??= { value: verdict.value }
    return verdict
  }

  #windowValue({ spec, expression, seconds }: Judged): number | undefined {
    const spanMs = this.#takenInToMs - (seconds[0]?.fromMs ?? 0)
    const window = new Totals()
    for (const second of seconds) window.add(second.deltas)
    const series = window.get(spec.metric, spec.selector)
    if (series) return aggregateOf(expression, series, spanMs)
    const ever = this.#totals.get(spec.metric, spec.selector)
    // Silence has a meaning for these two: nothing was counted, and a level stays what it was.
    if (ever?.type === 'counter') return 0
    return ever?.type === 'gauge' ? ever.value : undefined
  }

  #verdict({ label, spec, metric, expression, aborted }: Judged, value: number | undefined): ThresholdVerdict {
    const known = value ?? (zeroWithoutSamples.some((each) => each.name === metric.name) ? 0 : undefined)
    const verdict = { metric: label, source: spec.source, aborted }
    if (known !== undefined) return { ...verdict, ok: holds(expression, known), value: known, noData: false }
    return { ...verdict, ok: spec.isOptional || this.#passesWithoutData(metric, expression), value: undefined, noData: true }
  }

  #passesWithoutData(metric: MetricDefinition, expression: ThresholdExpression): boolean {
    return this.#noData === 'compatible' && (metric.type === 'rate' || holds(expression, 0))
  }
}

function mustAbort(spec: ThresholdSpec, verdict: ThresholdVerdict | undefined, elapsedMs: number): boolean {
  return spec.abortOnFail && verdict?.ok === false && !verdict.noData && elapsedMs >= spec.delayAbortEvalMs
}

/** Windows that held are a pass even when the last one had nothing to judge. */
function passIfJudged(judged: Judged, last: ThresholdVerdict): ThresholdVerdict {
  return judged.hasJudgedWindow && last.noData ? { ...last, ok: true, noData: false } : last
}

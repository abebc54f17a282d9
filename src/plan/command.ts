import type { Range } from '../base/range.ts'

/** A striped share of a run: this is part `index` (from 0) of `count` parts. See plan/segment.ts. */
export interface Segment {
  readonly index: number
  readonly count: number
}

/** Commands carry global numbers; each worker takes its share. */
export type ScenarioCommand =
  | { readonly type: 'pause' | 'resume' }
  | { readonly type: 'scale'; readonly vus: number; readonly maxVus: number }
  | { readonly type: 'grant'; readonly iterations: readonly Range[] }
  | { readonly type: 'resegment'; readonly segment: Segment; readonly fromMs: number }

import type { MetricDefinition } from '../metrics/definition.ts'
import type { TestPlan } from '../plan/plan.ts'
import type { Summary } from './summary.ts'

/** What an output is told at the start. */
export interface RunHeader {
  readonly runId: string
  readonly script: string
  /** Wall clock of the run's zero. */
  readonly startedAtEpochMs: number
  readonly plan: TestPlan
  readonly workers: number
  /** Metrics known so far: the built-in ones and those of the script's init. */
  readonly metrics: readonly MetricDefinition[]
  /** Names of the outputs with their arguments, secrets left out. */
  readonly outputs: readonly string[]
}

/** What an output is told at the end. */
export interface RunOutcome {
  readonly exitCode: number
  readonly summary: Summary
  /** The script's handleSummary results: path or `stdout`/`stderr` to text. */
  readonly files: Readonly<Record<string, string>>
  /** Why the run ended early or failed, in one sentence; `undefined` when it ran to its end. */
  readonly error:
    | { readonly code: string; readonly message: string; readonly hint: string | undefined; readonly stack: string }
    | undefined
}

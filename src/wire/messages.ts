import type { Range } from '../base/range.ts'
import type { MetricDefinition, Tags } from '../metrics/definition.ts'
import type { RunEvent, SeriesDelta, Snapshot } from '../metrics/snapshot.ts'
import type { ScenarioCommand, Segment } from '../plan/command.ts'
import type { TestPlan } from '../plan/plan.ts'
import type { ScriptBundle } from '../script/bundle.ts'

export type StopReason = 'finished' | 'interrupted' | 'threshold' | 'script-abort' | 'remote' | 'lost-worker' | 'emergency'

/** Coordinator to worker. Closed union: a worker refuses what it does not know. */
export type ToWorker =
  | { readonly type: 'load'; readonly runId: string; readonly bundle: ScriptBundle; readonly env: Tags }
  /** Worker 0 only: runs init as VU 0 and answers `inspected`. */
  | { readonly type: 'inspect' }
  | { readonly type: 'assign'; readonly assignment: Assignment }
  | {
      readonly type: 'call'
      readonly callId: number
      readonly name: 'setup' | 'teardown' | 'handleSummary'
      /** JSON; setup's result for teardown, the data for handleSummary. */
      readonly input: string | undefined
      readonly timeoutMs: number
    }
  | {
      readonly type: 'start'
      readonly zeroEpochMs: number
      /** The coordinator's `hostNowMs()` at zero. */
      readonly zeroHostMs: number
      readonly setupJson: string | undefined
      readonly grants: Readonly<Record<string, readonly Range[]>>
    }
  | { readonly type: 'command'; readonly scenario: string; readonly command: ScenarioCommand }
  | {
      readonly type: 'totals'
      readonly completed: number
      readonly interrupted: number
      readonly activeVus: number
      readonly initializedVus: number
    }
  /** `now: false`: graceful, start nothing more. `now: true`: interrupt what runs. */
  | { readonly type: 'stop'; readonly reason: StopReason; readonly now: boolean }
  | { readonly type: 'answer'; readonly requestId: number; readonly error: string | undefined }
  | { readonly type: 'close' }

/** Worker to coordinator. Validated on receipt: workers run user code, agents are remote. */
export type FromWorker =
  | { readonly type: 'hello'; readonly protocol: 1; readonly workerId: string; readonly cores: number; readonly token: string }
  | { readonly type: 'loaded' }
  | { readonly type: 'inspected'; readonly inspection: Inspection }
  | { readonly type: 'ready'; readonly vus: number }
  | {
      readonly type: 'result'
      readonly callId: number
      readonly json: string | undefined
      readonly error: ScriptFailure | undefined
    }
  | { readonly type: 'snapshot'; readonly sequence: number; readonly snapshot: Snapshot }
  | { readonly type: 'tap'; readonly output: string; readonly bytes: Uint8Array }
  | { readonly type: 'log'; readonly entries: readonly RunEvent[] }
  | { readonly type: 'wants-iterations'; readonly scenario: string }
  | { readonly type: 'request'; readonly requestId: number; readonly request: WorkerRequest }
  | {
      readonly type: 'failed'
      readonly phase: 'load' | 'init' | 'run'
      readonly code: string
      readonly message: string
      readonly hint: string | undefined
      readonly stack: string
    }
  /** The last message of a run; `totals` are absolute and must equal the sum of the snapshots. */
  | {
      readonly type: 'finished'
      readonly totals: readonly SeriesDelta[]
      /** Raw samples that no output got, since the coordinator did not take them fast enough. */
      readonly droppedSampleCount?: number
    }

export type WorkerRequest =
  | { readonly type: 'abort' | 'fail'; readonly message: string }
  | { readonly type: 'fault'; readonly name: string; readonly action: 'inject' | 'heal' }

/** Why a lifecycle call failed. `timeout` and `aborted` have exit codes of their own. */
export interface ScriptFailure {
  readonly kind: 'threw' | 'timeout' | 'aborted'
  readonly message: string
  readonly stack: string
}

export interface Assignment {
  readonly runId: string
  readonly plan: TestPlan
  /** Names of the plan's scenarios that this worker runs. */
  readonly scenarios: readonly string[]
  readonly segment: Segment
  readonly instance: Segment
  readonly firstVuId: number
  readonly sharedData: readonly SharedData[]
  /** Raw sample outputs whose taps this worker runs: `json`, `csv`. */
  readonly taps: readonly string[]
  /** Coordinator's monotonic clock minus this worker's, in ms; 0 on one host. */
  readonly clockOffsetMs: number
}

export interface SharedData {
  readonly name: string
  readonly file: string
  readonly offsets: Uint32Array
}

/** What init as VU 0 found. */
export interface Inspection {
  /** The exported `options`, JSON-able. */
  readonly options: unknown
  /** Names of exported functions. */
  readonly exports: readonly string[]
  readonly metrics: readonly MetricDefinition[]
  readonly sharedData: readonly SharedData[]
  readonly files: readonly string[]
}

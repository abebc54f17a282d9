import type { Logger } from '../base/logger.ts'
import type { Tags } from '../metrics/definition.ts'
import type { Output, SampleOutput } from '../outputs/output.ts'
import type { ScriptBundle } from '../script/bundle.ts'
import type { WorkerSource } from '../wire/link.ts'
import type { Inspection } from '../wire/messages.ts'
import type { StartRun } from './control.ts'

/** An output under the name the user gave it; `tap` names the encoder that workers run for a sample output. */
export interface BoundOutput {
  readonly name: string
  readonly output: Output | SampleOutput
  readonly tap: string | undefined
}

export interface SessionOptions {
  readonly bundle: ScriptBundle
  /** `-e` and, unless switched off, the process environment: what scripts see. */
  readonly env: Tags
  readonly source: WorkerSource
  readonly outputs: readonly BoundOutput[]
  readonly log: Logger
  /** Cores this machine lets us use. */
  readonly coreCount: number
  readonly runId: string
  /** Wait for `control.begin()` after the workers are ready. */
  readonly isPaused?: boolean
}

/** A script ready to be run, with worker 0 open. */
export interface RunSession {
  /** Runs the script's init as VU 0. Rejects with a UserError (exit code 107 when the script is at fault). */
  inspect(): Promise<Inspection>
  /** Starts one run; await its outcome before the next. */
  readonly start: StartRun
  close(): Promise<void>
}

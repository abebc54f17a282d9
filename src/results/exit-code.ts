import { exitCode, type ExitCode } from '../base/exit-code.ts'
import type { RunStatus } from './summary.ts'

export interface ExitFacts {
  /** What ended the run before its end: the first cause (interrupt, script abort, exception in setup, …). */
  readonly stopCode: ExitCode | undefined
  /** `test.fail()` was called; the run went on. */
  readonly isMarkedFailed: boolean
  readonly areThresholdsFailed: boolean
  /** A worker or agent was lost. */
  readonly isPartial: boolean
  readonly isInconclusive: boolean
  readonly isGeneratorUnreliable: boolean
  /** `--strict-generator`. */
  readonly isGeneratorStrict: boolean
}

/** The exit code when several apply: what stopped the run, then marked failed, thresholds, partial, inconclusive, generator. */
export function exitCodeFor(facts: ExitFacts): ExitCode {
  if (facts.stopCode !== undefined && facts.stopCode !== exitCode.ok) return facts.stopCode
  if (facts.isMarkedFailed) return exitCode.markedFailed
  if (facts.areThresholdsFailed) return exitCode.thresholdsFailed
  if (facts.isPartial) return exitCode.partial
  if (facts.isInconclusive) return exitCode.inconclusive
  if (facts.isGeneratorUnreliable && facts.isGeneratorStrict) return exitCode.generatorUnreliable
  return exitCode.ok
}

const statuses: Partial<Record<ExitCode, RunStatus>> = {
  [exitCode.ok]: 'passed',
  [exitCode.thresholdsFailed]: 'failed',
  [exitCode.markedFailed]: 'failed',
  [exitCode.generatorUnreliable]: 'failed',
  [exitCode.inconclusive]: 'failed',
  [exitCode.partial]: 'failed',
  [exitCode.interrupted]: 'aborted',
  [exitCode.scriptAborted]: 'aborted',
  [exitCode.stoppedRemotely]: 'aborted',
  [exitCode.experimentAborted]: 'aborted',
}

/** How a run that ended with this code is called in its summary. */
export function statusFor(code: ExitCode): RunStatus {
  return statuses[code] ?? 'error'
}

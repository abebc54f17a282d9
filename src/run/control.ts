import type { Snapshot } from '../metrics/snapshot.ts'
import type { ScenarioCommand } from '../plan/command.ts'
import type { TestPlan } from '../plan/plan.ts'
import type { RunOutcome } from '../results/run-outcome.ts'
import type { StopReason } from '../wire/messages.ts'

export interface RunControl {
  readonly state: 'waiting' | 'running' | 'stopping' | 'ended'
  begin(): void
  command(scenario: string, command: ScenarioCommand): void
  stop(reason: StopReason, how: 'graceful' | 'now'): void
}

export interface ActiveRun {
  readonly control: RunControl
  onSnapshot(listener: (snapshot: Snapshot) => void): void
  /** Never rejects: whatever went wrong is in the outcome. */
  readonly outcome: Promise<RunOutcome>
}

export type StartRun = (plan: TestPlan) => ActiveRun

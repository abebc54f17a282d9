import type { FromWorker, ToWorker } from './messages.ts'

/** One worker as the coordinator sees it, near or far. */
export interface WorkerLink {
  /** Its name in messages, `worker <id>`: of this machine `1`, `2` and so on. */
  readonly workerId: string
  send(message: ToWorker): void
  /** Called once. Messages arrive in order; `lost` is the last call, also after a clean `close`, with a reason in words. */
  listen(to: { message(message: FromWorker): void; lost(reason: string): void }): void
  /** Names the function and line that a stuck worker runs (`undefined` when it cannot tell). `terminate` also ends that code. */
  interrupt(options?: { terminate: boolean }): Promise<string | undefined>
  kill(): void
}

/** Makes workers: processes of this machine, agents, pods, or in-process ones for tests. */
export interface WorkerSource {
  open(wanted: { workers: number; lane: 'protocol' | 'browser' }): Promise<readonly WorkerLink[]>
  close(): Promise<void>
}

import type { Clock } from '../base/clock.ts'
import type { TagSetId } from '../metrics/definition.ts'
import type { Recorder } from '../metrics/recorder.ts'
import type { Dialer } from '../net/dialer.ts'

/** What a protocol client sees of the VU it belongs to. One client per VU and protocol, made on first use. */
export interface ClientContext extends Recorder {
  readonly clock: Clock
  readonly dialer: Dialer
  /** Aborted when the running iteration is interrupted: read at each call. Costs an object on first use. */
  readonly signal: AbortSignal
  /** Scenario, group and user tags of this moment. Read at each call. */
  readonly tags: TagSetId
  /** When the running iteration was due (run time, ms); `undefined` in closed models. */
  readonly dueAtMs: number | undefined
  readonly localAddress: string | undefined
  /** Says something to the user, once per distinct text. */
  warn(text: string): void
  debug(text: string): void
  /** Tells this client of the VU's moments from now on. */
  attach(client: AttachedClient): void
}

/** The moments of a VU that its clients must know of. An object rather than callbacks: there are thousands of VUs. */
export interface AttachedClient {
  /** Drop cookies. */
  iterationEnded(): void
  /** Reject what is pending with this reason, keep nothing half-read. */
  interrupted(reason: Error): void
  /** The VU is over: close sockets. */
  retired(): void
}

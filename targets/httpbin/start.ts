import type { TlsMaterial } from './certificate/certificate.ts'
import { ControlConsole } from './control/console.ts'
import type { Fleet } from './control/fleet.ts'
import { fleetOfOne } from './control/fleet.ts'
import { Listeners, type ListenOptions, type Ports } from './listeners.ts'
import { Target } from './target.ts'

/** All that one process needs; travels between processes. */
export interface TargetStart {
  readonly listen: ListenOptions
  readonly tls: TlsMaterial
  readonly token: string | undefined
  /** Signs the tokens of the login flow. */
  readonly secret: string
  readonly workerIndex: number
}

/** A target that listens. */
export interface RunningTarget {
  readonly target: Target
  readonly ports: Ports
  close(): void
}

/** Starts the target in this process. Rejects when a port cannot be taken. */
export async function startTarget(start: TargetStart, fleet?: Fleet): Promise<RunningTarget> {
  const target = new Target(start)
  const console = new ControlConsole({ target, fleet: fleet ?? fleetOfOne(target), token: start.token })
  const listeners = new Listeners({
    target,
    console,
    tls: start.tls,
    needsClientCertificate: start.listen.needsClientCertificate,
  })
  const ports = await listeners.listen(start.listen)
  return { target, ports, close: () => listeners.close() }
}

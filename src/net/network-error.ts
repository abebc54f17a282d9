import { NetworkError } from './dialer.ts'

/** What we were doing when it went wrong. */
export type NetworkPhase = 'dial' | 'read' | 'write' | 'tls'

/** Gives any error of Node's sockets, DNS or TLS its stable code and short text. A `NetworkError` comes back as it is. */
export function networkErrorOf(cause: unknown, phase: NetworkPhase): NetworkError {
  throw new Error(`not written yet ${String(cause)} ${phase}`)
}

import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Dialed } from './dialer.ts'

interface ConnectionParts {
  readonly socket: Socket
  /** The socket whose bytes travel: under a TLS tunnel the one to the proxy. */
  readonly wire: Socket
  readonly remote: { readonly host: string; readonly port: number }
  readonly phases: { readonly lookupMs: number; readonly connectMs: number; readonly tlsMs: number }
  readonly tls: TLSSocket | undefined
}

/** What Node keeps behind a socket and how it counts there; gone once the socket is closed. */
interface CountingHandle {
  readonly bytesRead?: number
  readonly bytesWritten?: number
  /** Under TLS: the handle that carries the encrypted bytes. */
  readonly _parent?: CountingHandle
}

/** A dialled connection as it is handed out. One small object per connection. */
export class Connection implements Dialed {
  readonly socket: Socket
  readonly remoteAddress: string
  readonly remotePort: number
  readonly lookupMs: number
  readonly connectMs: number
  readonly tlsMs: number
  readonly tlsVersion: string | undefined
  readonly tlsCipher: string | undefined
  readonly alpn: string | undefined
  readonly #wire: Socket
  #read = 0
  #written = 0

  constructor({ socket, wire, remote, phases, tls }: ConnectionParts) {
    this.socket = socket
    this.#wire = wire
    this.remoteAddress = remote.host
    this.remotePort = remote.port
    this.lookupMs = phases.lookupMs
    this.connectMs = phases.connectMs
    this.tlsMs = phases.tlsMs
    this.tlsVersion = tls?.getProtocol() ?? undefined
    this.tlsCipher = tls?.getCipher().standardName
    this.alpn = typeof tls?.alpnProtocol === 'string' ? tls.alpnProtocol : undefined
  }

  bytesRead(): number {
    const count = this.#wireHandle()?.bytesRead ?? this.#wire.bytesRead
    if (count > this.#read) this.#read = count
    return this.#read
  }

  bytesWritten(): number {
    const count = this.#wireHandle()?.bytesWritten ?? this.#wire.bytesWritten
    if (count > this.#written) this.#written = count
    return this.#written
  }

  // A TLS socket counts clear text; Node offers no public way to the socket below one that `tls.connect` opened by
  // itself, and giving it one of ours would cost the shared read buffer.
  #wireHandle(): CountingHandle | undefined {
    // oxlint-disable-next-line no-underscore-dangle
    return (this.#wire as unknown as { readonly _handle?: CountingHandle | null })._handle?._parent
  }
}

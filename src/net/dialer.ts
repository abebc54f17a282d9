import type { Socket } from 'node:net'

export interface DialTarget {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** ALPN protocols to offer, most wanted first; none by default. */
  readonly alpn?: readonly string[]
  /** TLS server name when it differs from `host`. */
  readonly serverName?: string
  /** Through a proxy, a tunnel (CONNECT) although `tls` is false; for protocols that are not plain HTTP requests. */
  readonly isTunnelWanted?: boolean
  /**
   * Receives every read: bytes `[0, length)` of a buffer that is only valid during the call; `this` is the socket. Returning
   * `false` stops the reading until `socket.resume()`. May be called before `dial` resolves. Never called when ALPN chose
   * `h2`: those bytes stay in the stream for `node:http2`.
   */
  readonly onRead: (this: Socket, length: number, buffer: Buffer) => void | boolean
}

/**
 * A connected socket and how long each phase took, in ms. Its `error`, `end` and `close` events belong to the caller; an `error`
 * that nobody listens to is ignored, so look at `socket.destroyed` when you are late.
 */
export interface Dialed {
  readonly socket: Socket
  readonly remoteAddress: string
  readonly remotePort: number
  readonly lookupMs: number
  readonly connectMs: number
  readonly tlsMs: number
  readonly tlsVersion: string | undefined
  readonly tlsCipher: string | undefined
  readonly alpn: string | undefined
  /** Bytes that the TLS handshake or a proxy's CONNECT cost are counted as well. */
  bytesRead(): number
  bytesWritten(): number
}

/** Opens connections as the plan allows: host overrides, block lists, allow-list, DNS cache, TLS, proxies, local addresses. */
export interface Dialer {
  /** Rejects with a `NetworkError`. `localAddress` is the VU's source address. */
  dial(
    to: DialTarget,
    options: { signal: AbortSignal | undefined; timeoutMs: number; localAddress: string | undefined },
  ): Promise<Dialed>
  /** Throws a `NetworkError` when block lists or the allow-list forbid this host. For libraries that dial by themselves. */
  permit(host: string, port: number): void
  /**
   * The proxy a plain-HTTP request must be sent to in absolute form, if any. `dial` to the target connects to that proxy by
   * itself (as does `dial` to the proxy's own address, which is never checked: ask `permit` for the target then).
   */
  httpProxyFor(
    host: string,
    port: number,
  ): { readonly host: string; readonly port: number; readonly authorization: string | undefined } | undefined
}

/** A connection that could not be made or broke. `code` is the stable number scripts see as `error_code`. */
export class NetworkError extends Error {
  readonly code: number
  /** Our own machine's fault (EMFILE, EADDRNOTAVAIL, ENOBUFS), not the target's. */
  readonly isLocal: boolean

  constructor(code: number, message: string, options: { cause?: unknown; isLocal?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'NetworkError'
    this.code = code
    this.isLocal = options.isLocal ?? false
  }
}

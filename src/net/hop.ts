import { connect as connectTcp, isIP, type NetConnectOpts, type OnReadOpts, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls'
import type { Attempt } from './attempt.ts'
import type { DialTarget } from './dialer.ts'
import { networkErrorOf } from './network-error.ts'
import type { Endpoint } from './target-rules.ts'

/** Where a socket connects to, by address, and who gets its bytes; without `onread` they wait in the stream. */
export interface TcpHop {
  readonly remote: Endpoint
  readonly localAddress: string | undefined
  readonly onread: OnReadOpts | undefined
}

export interface TlsHop {
  /** Name (or address) that the certificate must be for. */
  readonly name: string
  readonly context: SecureContext
  readonly isVerified: boolean
  readonly alpn: readonly string[] | undefined
}

/**
 * Stays on every socket: one that breaks before its owner listens must not end the process. Who owns a socket sees its
 * errors through a listener of their own.
 */
export function ignoreError(): void {}

/** Connects; rejects with a `NetworkError`. */
export function connectPlain(attempt: Attempt, hop: TcpHop): Promise<Socket> {
  attempt.phase = 'dial'
  return attempt.until<Socket>((resolve, reject) => {
    const { remote, localAddress, onread } = hop
    const options: NetConnectOpts = { host: remote.host, port: remote.port, localAddress, noDelay: true, onread }
    const socket = connectTcp(options)
    attempt.socket = socket
    const onError = (error: Error): void => reject(networkErrorOf(error, 'dial'))
    socket.on('error', ignoreError)
    socket.once('error', onError)
    socket.once('connect', () => {
      socket.removeListener('error', onError)
      resolve(socket)
    })
  })
}

/** Connects and shakes hands, reading through `hop.onread` from the start; `onConnected` is called in between. */
export function connectSecure(attempt: Attempt, hop: TcpHop, tls: TlsHop, onConnected: () => void): Promise<TLSSocket> {
  attempt.phase = 'dial'
  return secured(attempt, () => {
    const { remote, localAddress, onread } = hop
    const socket = connectTls({
      ...tlsOptions(tls, remote.host),
      host: remote.host,
      port: remote.port,
      localAddress,
      onread,
    } as ConnectionOptions)
    socket.once('connect', () => {
      attempt.phase = 'tls'
      // Before the handshake, whose small flights Nagle's algorithm would hold back.
      socket.setNoDelay(true)
      onConnected()
    })
    return socket
  })
}

/** Shakes hands over a connected socket, a tunnel through a proxy say. */
export function secureOver(attempt: Attempt, socket: Socket, tls: TlsHop): Promise<TLSSocket> {
  attempt.phase = 'tls'
  return secured(attempt, () => connectTls({ ...tlsOptions(tls, undefined), socket }))
}

function secured(attempt: Attempt, start: () => TLSSocket): Promise<TLSSocket> {
  return attempt.until<TLSSocket>((resolve, reject) => {
    const socket = start()
    attempt.socket = socket
    const onError = (error: Error): void => reject(networkErrorOf(error, attempt.phase === 'tls' ? 'tls' : 'dial'))
    socket.on('error', ignoreError)
    socket.once('error', onError)
    socket.once('secureConnect', () => {
      socket.removeListener('error', onError)
      resolve(socket)
    })
  })
}

function tlsOptions(tls: TlsHop, dialled: string | undefined): ConnectionOptions {
  const isName = isIP(tls.name) === 0
  const options: ConnectionOptions = { secureContext: tls.context, rejectUnauthorized: tls.isVerified }
  // RFC 6066: no server name for addresses.
  if (isName) options.servername = tls.name
  if (tls.alpn !== undefined && tls.alpn.length > 0) options.ALPNProtocols = [...tls.alpn]
  // Node checks the certificate against the server name, else against the address dialled.
  if (!isName && tls.name !== dialled)
    options.checkServerIdentity = (_hostname, certificate) => checkServerIdentity(tls.name, certificate)
  return options
}

/** Reading straight into a shared buffer. Node calls the reader on the socket and stops reading on `false` only. */
export function readInto(buffer: Buffer, onRead: DialTarget['onRead']): OnReadOpts {
  return { buffer, callback: onRead as OnReadOpts['callback'] }
}

/** Reading for a TLS socket that may turn out to speak HTTP/2: whoever frames that reads from the stream, not from the callback. */
export function readUnlessHttp2(buffer: Buffer, onRead: DialTarget['onRead']): OnReadOpts {
  return readInto(buffer, function (this: Socket, length, bytes) {
    if ((this as TLSSocket).alpnProtocol !== 'h2') return onRead.call(this, length, bytes)
    this.unshift(Buffer.from(bytes.subarray(0, length)))
  })
}

/** For sockets that came without `onread`: feeds the same callback from the stream. */
export function readFromStream(socket: Socket, onRead: DialTarget['onRead']): void {
  socket.on('data', (chunk: Buffer) => {
    if (onRead.call(socket, chunk.length, chunk) === false) socket.pause()
  })
  // A socket that was paused by hand stays so, whoever listens.
  socket.resume()
}

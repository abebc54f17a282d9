import { getSystemErrorMap } from 'node:util'
import { NetworkError } from './dialer.ts'

/** What we were doing when it went wrong. */
export type NetworkPhase = 'dial' | 'read' | 'write' | 'tls'

/** The stable numbers behind `NetworkError.code`. HTTP statuses take 1400 to 1599 (1000 + status). */
export const networkErrorCode = {
  generic: 1000,
  notTcp: 1010,
  invalidUrl: 1020,
  requestTimeout: 1050,
  dns: 1100,
  noSuchHost: 1101,
  blacklistedIp: 1110,
  blockedHostname: 1111,
  tcp: 1200,
  brokenPipe: 1201,
  unknownErrno: 1202,
  dial: 1210,
  dialTimeout: 1211,
  dialRefused: 1212,
  dialUnknownErrno: 1213,
  resetByPeer: 1220,
  tls: 1300,
  notTls: 1301,
  unknownAuthority: 1310,
  hostnameMismatch: 1311,
  http2: 1600,
  http2GoAway: 1610,
  http2Stream: 1630,
  http2Connection: 1650,
  decompression: 1701,
} as const

/** What Node puts on the errors of sockets, DNS and TLS. */
interface SystemError extends Error {
  readonly code?: string
  readonly errno?: number
  readonly syscall?: string
  readonly reason?: string
}

const localErrnos = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'EADDRINUSE', 'ENOBUFS', 'ENOMEM'])

const unknownAuthorityCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

const certificateTexts: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not yet valid',
  CERT_REVOKED: 'certificate was revoked',
  CERT_SIGNATURE_FAILURE: 'certificate signature is wrong',
  CERT_CHAIN_TOO_LONG: 'certificate chain is too long',
  CERT_REJECTED: 'certificate was rejected',
  CERT_UNTRUSTED: 'certificate is not trusted',
  INVALID_CA: 'an issuer of the certificate is not a certificate authority',
  INVALID_PURPOSE: 'certificate is not for servers',
  PATH_LENGTH_EXCEEDED: 'certificate path length is exceeded',
}

/** OpenSSL met bytes that are no TLS record: the other side speaks something else. */
const notTlsCodes = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_HTTPS_PROXY_REQUEST',
  'ERR_SSL_RECORD_LAYER_FAILURE',
])

/** Gives any error of Node's sockets, DNS or TLS its stable code and short text. A `NetworkError` comes back as it is. */
export function networkErrorOf(cause: unknown, phase: NetworkPhase): NetworkError {
  if (cause instanceof NetworkError) return cause
  if (!(cause instanceof Error)) return new NetworkError(networkErrorCode.generic, String(cause), { cause })
  const error: SystemError = cause
  if (error.syscall?.startsWith('getaddrinfo') || error.syscall?.startsWith('query')) return lookupError(error)
  return tlsError(error, phase) ?? socketError(error, phase)
}

function lookupError(cause: SystemError): NetworkError {
  if (cause.code === 'ENOTFOUND' || cause.code === 'ENODATA') {
    return new NetworkError(networkErrorCode.noSuchHost, 'lookup: no such host', { cause })
  }
  if (cause.code === 'EAI_AGAIN') {
    return new NetworkError(networkErrorCode.dns, 'lookup: temporary failure in name resolution', { cause })
  }
  const isLocal = localErrnos.has(cause.code ?? '')
  return new NetworkError(networkErrorCode.dns, `lookup: ${errnoText(cause)}`, { cause, isLocal })
}

function tlsError(cause: SystemError, phase: NetworkPhase): NetworkError | undefined {
  const code = cause.code ?? ''
  if (unknownAuthorityCodes.has(code)) {
    return new NetworkError(networkErrorCode.unknownAuthority, 'x509: unknown authority', { cause })
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new NetworkError(networkErrorCode.hostnameMismatch, "x509: certificate doesn't match hostname", { cause })
  }
  const certificateText = certificateTexts[code]
  if (certificateText !== undefined) return new NetworkError(networkErrorCode.tls, `x509: ${certificateText}`, { cause })
  if (notTlsCodes.has(code) || /wrong version number|packet length too long/.test(cause.message)) {
    return new NetworkError(networkErrorCode.notTls, 'tls: the server does not speak TLS on this port', { cause })
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') {
    return new NetworkError(networkErrorCode.tls, `tls: ${cause.reason ?? lastLine(cause.message)}`, { cause })
  }
  // Node gives a plain end of the stream during the handshake the code of a reset, but no system call.
  if (phase === 'tls' && code === 'ECONNRESET' && cause.syscall === undefined) {
    return new NetworkError(networkErrorCode.tls, 'tls: the connection was closed during the handshake', { cause })
  }
  return undefined
}

function socketError(cause: SystemError, phase: NetworkPhase): NetworkError {
  const code = cause.code ?? ''
  const isDialing = phase === 'dial' || cause.syscall === 'connect' || cause.syscall === 'bind'
  const where = isDialing ? 'dial' : phase === 'tls' ? 'tls' : (cause.syscall ?? phase)
  if (code === 'ECONNRESET' || code === 'ECONNABORTED') {
    return new NetworkError(networkErrorCode.resetByPeer, `${where}: connection reset by peer`, { cause })
  }
  if (code === 'EPIPE') return new NetworkError(networkErrorCode.brokenPipe, `${where}: broken pipe`, { cause })
  const isLocal = localErrnos.has(code)
  if (isDialing) {
    if (code === 'ECONNREFUSED') return new NetworkError(networkErrorCode.dialRefused, 'dial: connection refused', { cause })
    if (code === 'ETIMEDOUT') return new NetworkError(networkErrorCode.dialTimeout, 'dial: i/o timeout', { cause })
    if (isLocal) return new NetworkError(networkErrorCode.dial, `dial: ${errnoText(cause)}`, { cause, isLocal })
    if (cause.errno !== undefined)
      return new NetworkError(networkErrorCode.dialUnknownErrno, `dial: ${errnoText(cause)}`, { cause })
  }
  if (cause.errno !== undefined) {
    return new NetworkError(networkErrorCode.unknownErrno, `${where}: ${errnoText(cause)}`, { cause, isLocal })
  }
  return new NetworkError(networkErrorCode.generic, cause.message, { cause })
}

/** The system's own words for an errno: `host is unreachable` rather than `connect EHOSTUNREACH 10.0.0.1:80`. */
function errnoText(cause: SystemError): string {
  const known = cause.errno === undefined ? undefined : getSystemErrorMap().get(cause.errno)
  return known?.[1] ?? cause.code ?? cause.message
}

/** OpenSSL's messages are `<address>:error:<number>:<library>:<function>:<reason>:<file>:<line>:`. */
function lastLine(message: string): string {
  return /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/i.exec(message)?.[1] ?? message
}

import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { NetworkError } from './dialer.ts'
import { networkErrorOf, type NetworkPhase } from './network-error.ts'

function systemError(code: string, rest: { errno?: number; syscall?: string; reason?: string; message?: string } = {}): Error {
  return Object.assign(new Error(rest.message ?? `${rest.syscall ?? ''} ${code}`), { code, ...rest })
}

const rows: { error: Error; phase: NetworkPhase; code: number; message: string; isLocal?: boolean }[] = [
  {
    error: systemError('ECONNREFUSED', { errno: -111, syscall: 'connect' }),
    phase: 'dial',
    code: 1212,
    message: 'dial: connection refused',
  },
  {
    error: systemError('ETIMEDOUT', { errno: -110, syscall: 'connect' }),
    phase: 'dial',
    code: 1211,
    message: 'dial: i/o timeout',
  },
  {
    error: systemError('EHOSTUNREACH', { errno: -113, syscall: 'connect' }),
    phase: 'dial',
    code: 1213,
    message: 'dial: host is unreachable',
  },
  {
    error: systemError('ENETUNREACH', { errno: -101, syscall: 'connect' }),
    phase: 'dial',
    code: 1213,
    message: 'dial: network is unreachable',
  },
  {
    error: systemError('EMFILE', { errno: -24, syscall: 'connect' }),
    phase: 'dial',
    code: 1210,
    message: 'dial: too many open files',
    isLocal: true,
  },
  {
    error: systemError('EADDRNOTAVAIL', { errno: -99, syscall: 'connect' }),
    phase: 'dial',
    code: 1210,
    message: 'dial: address not available',
    isLocal: true,
  },
  {
    error: systemError('EADDRNOTAVAIL', { errno: -99, syscall: 'bind' }),
    phase: 'read',
    code: 1210,
    message: 'dial: address not available',
    isLocal: true,
  },
  { error: systemError('ENOTFOUND', { syscall: 'getaddrinfo' }), phase: 'dial', code: 1101, message: 'lookup: no such host' },
  {
    error: systemError('EAI_AGAIN', { syscall: 'getaddrinfo' }),
    phase: 'dial',
    code: 1100,
    message: 'lookup: temporary failure in name resolution',
  },
  { error: systemError('EAI_FAIL', { syscall: 'getaddrinfo' }), phase: 'dial', code: 1100, message: 'lookup: EAI_FAIL' },
  {
    error: systemError('ECONNRESET', { errno: -104, syscall: 'read' }),
    phase: 'read',
    code: 1220,
    message: 'read: connection reset by peer',
  },
  {
    error: systemError('ECONNRESET', { errno: -104, syscall: 'write' }),
    phase: 'read',
    code: 1220,
    message: 'write: connection reset by peer',
  },
  { error: systemError('EPIPE', { errno: -32, syscall: 'write' }), phase: 'write', code: 1201, message: 'write: broken pipe' },
  {
    error: systemError('ETIMEDOUT', { errno: -110, syscall: 'read' }),
    phase: 'read',
    code: 1202,
    message: 'read: connection timed out',
  },
  {
    error: systemError('ENOBUFS', { errno: -105, syscall: 'write' }),
    phase: 'write',
    code: 1202,
    message: 'write: no buffer space available',
    isLocal: true,
  },
  {
    error: systemError('ECONNRESET', { message: 'Client network socket disconnected' }),
    phase: 'tls',
    code: 1300,
    message: 'tls: the connection was closed during the handshake',
  },
  {
    error: systemError('ECONNRESET', { errno: -104, syscall: 'read' }),
    phase: 'tls',
    code: 1220,
    message: 'tls: connection reset by peer',
  },
  { error: systemError('SELF_SIGNED_CERT_IN_CHAIN'), phase: 'tls', code: 1310, message: 'x509: unknown authority' },
  {
    error: systemError('ERR_TLS_CERT_ALTNAME_INVALID'),
    phase: 'tls',
    code: 1311,
    message: "x509: certificate doesn't match hostname",
  },
  { error: systemError('CERT_HAS_EXPIRED'), phase: 'tls', code: 1300, message: 'x509: certificate has expired' },
  {
    error: systemError('ERR_SSL_WRONG_VERSION_NUMBER'),
    phase: 'tls',
    code: 1301,
    message: 'tls: the server does not speak TLS on this port',
  },
  {
    error: systemError('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', { reason: 'sslv3 alert handshake failure' }),
    phase: 'tls',
    code: 1300,
    message: 'tls: sslv3 alert handshake failure',
  },
  {
    error: systemError('EPROTO', {
      message:
        'write EPROTO 80:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:../x.c:1:SSL alert number 40\n',
    }),
    phase: 'read',
    code: 1300,
    message: 'tls: sslv3 alert handshake failure',
  },
  { error: new Error('anything else'), phase: 'read', code: 1000, message: 'anything else' },
]

test.each(rows)('$error.message while $phase is error $code "$message"', ({ error, phase, code, message, isLocal = false }) => {
  const mapped = networkErrorOf(error, phase)
  expect(mapped).toBeInstanceOf(NetworkError)
  expect({ code: mapped.code, message: mapped.message, isLocal: mapped.isLocal }).toEqual({ code, message, isLocal })
  expect(mapped.cause).toBe(error)
})

test('a NetworkError comes back as it is, and anything thrown becomes one', () => {
  const error = new NetworkError(1111, 'blocked')
  expect(networkErrorOf(error, 'dial')).toBe(error)
  expect(networkErrorOf('text', 'dial')).toMatchObject({ code: 1000, message: 'text' })
  expect(networkErrorOf(undefined, 'dial')).toMatchObject({ code: 1000, message: 'undefined' })
})

test('a real reset is error 1220', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy())).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write('x')
  const [error] = (await once(socket, 'error')) as [Error]
  expect(networkErrorOf(error, 'read')).toMatchObject({ code: 1220, message: 'read: connection reset by peer' })
  server.close()
})

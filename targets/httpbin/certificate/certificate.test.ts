import { X509Certificate } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { expect, test } from 'vitest'
import { type CertificateKind, createTlsMaterial, type TlsMaterial } from './certificate.ts'

test('the server certificate is signed by the authority and names the loopback hosts and the extra ones', () => {
  const material = createTlsMaterial('valid', ['target.example', '10.1.2.3'])
  const server = new X509Certificate(material.server.cert)
  const ca = new X509Certificate(material.ca)
  expect(server.verify(ca.publicKey)).toBe(true)
  expect(server.checkIssued(ca)).toBe(true)
  expect(ca.ca).toBe(true)
  expect(server.ca).toBe(false)
  expect(server.checkHost('localhost')).toBe('localhost')
  expect(server.checkHost('target.example')).toBe('target.example')
  expect(['127.0.0.1', '::1', '10.1.2.3'].map((address) => server.checkIP(address))).toEqual(['127.0.0.1', '::1', '10.1.2.3'])
})

test.each<[CertificateKind, string | undefined]>([
  ['valid', undefined],
  ['expired', 'CERT_HAS_EXPIRED'],
  ['not-yet-valid', 'CERT_NOT_YET_VALID'],
  ['wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
])('a client that trusts the authority meets the %s certificate with %s', async (kind, code) => {
  expect(await connect(createTlsMaterial(kind))).toBe(code)
})

test('the client identity is accepted by a server that asks for one', async () => {
  const material = createTlsMaterial('valid')
  const server = tls.createServer({ ...material.server, ca: material.ca, requestCert: true, rejectUnauthorized: true })
  const authorized = new Promise((resolve) => server.once('secureConnection', (socket) => resolve(socket.authorized)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = tls.connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    ca: material.ca,
    ...material.client,
  })
  expect(await authorized).toBe(true)
  socket.destroy()
  server.close()
})

async function connect(material: TlsMaterial): Promise<string | undefined> {
  const server = tls.createServer(material.server, (socket) => socket.on('error', () => undefined))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = tls.connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ca: material.ca })
  try {
    return await new Promise((resolve) => {
      socket.once('secureConnect', () => resolve(undefined))
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    })
  } finally {
    socket.destroy()
    server.close()
  }
}

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import type { Dialed, DialTarget } from './dialer.ts'
import type { DialerSettings, ProxySettings } from './dialer-settings.ts'
import { createDialer } from './direct-dialer.ts'

const fixture = (name: string): string => readFileSync(new URL(`../../test/fixtures/tls/${name}`, import.meta.url), 'utf8')
const identity = { key: fixture('server.key'), cert: fixture('server.pem') }

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

async function listen(server: Server): Promise<number> {
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined)
    cleanups.push(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** A proxy that takes CONNECT to any name and leads to one port here; remembers the heads it saw. */
function connectProxy(targetPort: number, heads: string[], onSocket: (listener: (socket: Socket) => void) => Server): Server {
  return onSocket((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (head: Buffer) => {
      heads.push(head.toString('latin1'))
      const target = connect(targetPort, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n')
        socket.pipe(target).pipe(socket)
      })
      target.on('error', () => socket.destroy())
    })
  })
}

function settingsWith(proxy: Partial<ProxySettings>, rest: Partial<DialerSettings> = {}): DialerSettings {
  return {
    hosts: {},
    blockHostnames: [],
    blacklistIps: [],
    targets: undefined,
    dns: { ttlMs: Number.POSITIVE_INFINITY, select: 'first', policy: 'preferIPv4' },
    tls: {
      isVerificationSkipped: false,
      minVersion: undefined,
      maxVersion: undefined,
      cipherSuites: [],
      auth: [],
      ca: [fixture('ca.pem')],
    },
    proxy: { http: undefined, https: undefined, noProxy: [], ...proxy },
    ...rest,
  }
}

async function open(settings: DialerSettings, to: Omit<DialTarget, 'onRead'>): Promise<{ dialed: Dialed; text: () => string }> {
  let text = ''
  const onRead: DialTarget['onRead'] = (length, buffer) => {
    text += buffer.toString('latin1', 0, length)
  }
  const dialed = await createDialer(settings).dial(
    { ...to, onRead },
    { signal: undefined, timeoutMs: 5000, localAddress: undefined },
  )
  cleanups.push(() => dialed.socket.destroy())
  return { dialed, text: () => text }
}

test.each([
  { title: 'a plain proxy', scheme: 'http', server: (listener: (socket: Socket) => void) => createServer(listener) },
  {
    title: 'a proxy behind TLS',
    scheme: 'https',
    server: (listener: (socket: Socket) => void) => createTlsServer(identity, listener),
  },
])('a TLS target is reached by CONNECT through $title, with credentials, and checked end to end', async ({ scheme, server }) => {
  const target = await listen(createTlsServer(identity, (socket) => socket.on('data', (chunk: Buffer) => socket.write(chunk))))
  const heads: string[] = []
  const proxy = await listen(connectProxy(target, heads, server))
  const settings = settingsWith({ https: `${scheme}://user:pass@localhost:${proxy}` })
  const { dialed, text } = await open(settings, { host: 'api.example.test', port: 443, tls: true, alpn: ['http/1.1'] })
  dialed.socket.write('hello')
  await expect.poll(text).toBe('hello')
  expect(dialed.tlsVersion).toBe('TLSv1.3')
  expect(dialed.remotePort).toBe(proxy)
  expect(dialed.bytesRead()).toBeGreaterThan(500)
  expect(heads).toEqual([
    `CONNECT api.example.test:443 HTTP/1.1\r\nHost: api.example.test:443\r\nProxy-Authorization: Basic ${Buffer.from('user:pass').toString('base64')}\r\n\r\n`,
  ])
  const wrong = open(settings, { host: 'not.covered.test', port: 443, tls: true })
  await expect(wrong).rejects.toMatchObject({ code: 1311 })
})

test('an IPv6 target is written in brackets', async () => {
  const heads: string[] = []
  const target = await listen(createServer())
  const proxy = await listen(connectProxy(target, heads, (listener) => createServer(listener)))
  const settings = settingsWith({ http: `http://localhost:${proxy}` })
  await open(settings, { host: 'fd00::1', port: 80, tls: false, isTunnelWanted: true })
  expect(heads[0]).toMatch(/^CONNECT \[fd00::1\]:80 HTTP/)
})

test('bytes that come along with the answer to CONNECT are read first', async () => {
  const proxy = await listen(
    createServer((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\nearly '))
      socket.on('data', (chunk: Buffer) => {
        if (String(chunk) === 'ping') socket.write('pong')
      })
    }),
  )
  const settings = settingsWith({ http: `http://localhost:${proxy}` })
  const { dialed, text } = await open(settings, { host: 'a.test', port: 80, tls: false, isTunnelWanted: true })
  dialed.socket.write('ping')
  await expect.poll(text).toBe('early pong')
})

test('an answer to CONNECT in many pieces is put together', async () => {
  const proxy = await listen(
    createServer((socket) => {
      socket.setNoDelay(true)
      socket.once('data', () => {
        const bytes = 'HTTP/1.1 200 OK\r\nVia: x\r\n\r\nz'.split('')
        const next = (): void => {
          const byte = bytes.shift()
          if (byte !== undefined) socket.write(byte, () => setImmediate(next))
        }
        next()
      })
    }),
  )
  const settings = settingsWith({ http: `http://localhost:${proxy}` })
  const { text } = await open(settings, { host: 'a.test', port: 80, tls: false, isTunnelWanted: true })
  await expect.poll(text).toBe('z')
})

test('a plain target is not tunnelled: the connection leads to the proxy, which gets requests in absolute form', async () => {
  const proxy = await listen(createServer((socket) => socket.on('data', (chunk: Buffer) => socket.write(chunk))))
  const settings = settingsWith({ http: `http://u:p@localhost:${proxy}` })
  const authorization = `Basic ${Buffer.from('u:p').toString('base64')}`
  expect(createDialer(settings).httpProxyFor('a.test', 80)).toMatchObject({ host: 'localhost', port: proxy, authorization })
  for (const to of [
    { host: 'a.test', port: 80, tls: false },
    { host: 'localhost', port: proxy, tls: false },
  ]) {
    const { dialed, text } = await open(settings, to)
    dialed.socket.write('GET http://a.test/')
    await expect.poll(text).toBe('GET http://a.test/')
  }
})

test('what the allow-list or a block list forbids is not asked of the proxy either', async () => {
  let connections = 0
  const proxy = await listen(createServer(() => connections++))
  const proxies = { http: `http://localhost:${proxy}`, https: `http://localhost:${proxy}` }
  const allowed = settingsWith(proxies, { targets: ['good.test'] })
  await expect(open(allowed, { host: 'a.test', port: 443, tls: true })).rejects.toMatchObject({ code: 1111 })
  await expect(open(allowed, { host: 'a.test', port: 80, tls: false })).rejects.toMatchObject({ code: 1111 })
  const blocked = settingsWith(proxies, { blockHostnames: ['a.test'] })
  await expect(open(blocked, { host: 'a.test', port: 443, tls: true })).rejects.toMatchObject({ code: 1111 })
  expect(connections).toBe(0)
})

test.each([
  {
    answer: 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n',
    message: 'proxy: CONNECT was refused with status 407 (Proxy Authentication Required)',
  },
  { answer: 'HTTP/1.1 502\r\n\r\n', message: 'proxy: CONNECT was refused with status 502' },
  { answer: 'SSH-2.0-OpenSSH\r\n\r\n', message: 'proxy: the answer to CONNECT is not HTTP' },
  { answer: `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}`, message: 'proxy: the answer to CONNECT is not HTTP' },
  { answer: '', message: 'proxy: the connection was closed before the answer to CONNECT' },
])('"$message" is a dial error', async ({ answer, message }) => {
  const proxy = await listen(createServer((socket) => socket.once('data', () => socket.end(answer))))
  const settings = settingsWith({ https: `http://localhost:${proxy}` })
  await expect(open(settings, { host: 'a.test', port: 443, tls: true })).rejects.toMatchObject({
    name: 'NetworkError',
    code: 1210,
    message,
  })
})

test('a proxy that never answers runs into the timeout', async () => {
  const proxy = await listen(createServer(() => undefined))
  const dialer = createDialer(settingsWith({ https: `http://localhost:${proxy}` }))
  const dialing = dialer.dial(
    { host: 'a.test', port: 443, tls: true, onRead: () => undefined },
    { signal: undefined, timeoutMs: 100, localAddress: undefined },
  )
  await expect(dialing).rejects.toMatchObject({ code: 1211, message: 'proxy: i/o timeout' })
})

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions, type TLSSocket } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import type { Dialed, DialTarget } from './dialer.ts'
import type { DialerSettings, TlsSettings } from './dialer-settings.ts'
import { createDialer, type DialerOptions } from './direct-dialer.ts'

const fixture = (name: string): string => readFileSync(new URL(`../../test/fixtures/tls/${name}`, import.meta.url), 'utf8')
const ca = fixture('ca.pem')
const identity = { key: fixture('server.key'), cert: fixture('server.pem') }

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

function settingsWith(overrides: Partial<Omit<DialerSettings, 'tls'>> & { tls?: Partial<TlsSettings> } = {}): DialerSettings {
  return {
    hosts: {},
    blockHostnames: [],
    blacklistIps: [],
    targets: undefined,
    dns: { ttlMs: Number.POSITIVE_INFINITY, select: 'first', policy: 'preferIPv4' },
    proxy: { http: undefined, https: undefined, noProxy: [] },
    ...overrides,
    tls: {
      isVerificationSkipped: false,
      minVersion: undefined,
      maxVersion: undefined,
      cipherSuites: [],
      auth: [],
      ca: [ca],
      ...overrides.tls,
    },
  }
}

async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, host)
  await once(server, 'listening')
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function echo(socket: Socket): void {
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => socket.write(chunk))
}

function tlsServer(options: TlsOptions = {}, onSocket: (socket: TLSSocket) => void = echo): Server {
  return createTlsServer({ ...identity, ...options }, onSocket)
}

interface Opened {
  readonly dialed: Dialed
  /** Resolves once so many bytes came; the text so far. */
  readonly received: (length: number) => Promise<string>
}

async function open(
  settings: DialerSettings,
  to: Omit<DialTarget, 'onRead'>,
  rest: { options?: DialerOptions; timeoutMs?: number; signal?: AbortSignal; localAddress?: string } = {},
): Promise<Opened> {
  let text = ''
  const dialed = await createDialer(settings, rest.options).dial(
    {
      ...to,
      onRead(length, buffer) {
        text += buffer.toString('latin1', 0, length)
      },
    },
    { signal: rest.signal, timeoutMs: rest.timeoutMs ?? 10_000, localAddress: rest.localAddress },
  )
  cleanups.push(() => dialed.socket.destroy())
  const received = async (length: number): Promise<string> => {
    await expect.poll(() => text.length).toBeGreaterThanOrEqual(length)
    return text
  }
  return { dialed, received }
}

/** The outcome of a dial that must fail: `code message`. */
async function failure(...parameters: Parameters<typeof open>): Promise<string> {
  const error: unknown = await open(...parameters).then(
    () => 'it connected',
    (reason: unknown) => reason,
  )
  const { name, code, message } = error as { name: string; code: number; message: string }
  return name === 'NetworkError' ? `${code} ${message}` : String(error)
}

describe('plain connections', () => {
  test('carry bytes both ways, count them and know where they lead', async () => {
    const port = await listen(createServer(echo))
    const { dialed, received } = await open(settingsWith(), { host: '127.0.0.1', port, tls: false })
    dialed.socket.write('hello')
    expect(await received(5)).toBe('hello')
    expect(dialed).toMatchObject({
      remoteAddress: '127.0.0.1',
      remotePort: port,
      tlsMs: 0,
      tlsVersion: undefined,
      alpn: undefined,
    })
    expect(dialed.connectMs).toBeGreaterThan(0)
    expect([dialed.bytesRead(), dialed.bytesWritten()]).toEqual([5, 5])
    dialed.socket.destroy()
    await once(dialed.socket, 'close')
    expect([dialed.bytesRead(), dialed.bytesWritten()]).toEqual([5, 5])
  })

  test('read into one buffer that all share, on the socket as `this`, and stop on false', async () => {
    const port = await listen(createServer((socket) => socket.write('x')))
    const dialer = createDialer(settingsWith())
    const buffers = new Set<Buffer>()
    const receivers: unknown[] = []
    const sockets: Socket[] = []
    for (let index = 0; index < 2; index++) {
      const onRead: DialTarget['onRead'] = function (_length, buffer) {
        buffers.add(buffer)
        receivers.push(this)
        return false
      }
      const options = { signal: undefined, timeoutMs: 5000, localAddress: undefined }
      const { socket } = await dialer.dial({ host: '127.0.0.1', port, tls: false, onRead }, options)
      cleanups.push(() => socket.destroy())
      sockets.push(socket)
    }
    await expect.poll(() => receivers.length).toBe(2)
    expect(new Set(receivers)).toEqual(new Set(sockets))
    expect(buffers.size).toBe(1)
  })

  test('reach IPv6 literals, with brackets or without', async () => {
    const port = await listen(createServer(echo), '::1')
    for (const host of ['::1', '[::1]']) {
      const { dialed } = await open(settingsWith(), { host, port, tls: false })
      expect(dialed.remoteAddress).toBe('::1')
    }
  })

  test('start from the local address they are given', async () => {
    const server = createServer()
    const port = await listen(server)
    const accepted = once(server, 'connection') as Promise<[Socket]>
    await open(settingsWith(), { host: '127.0.0.1', port, tls: false }, { localAddress: '127.0.0.7' })
    expect((await accepted)[0].remoteAddress).toBe('127.0.0.7')
  })

  test('resolve names with the given port, once for many', async () => {
    const port = await listen(createServer(echo))
    let count = 0
    const resolve: DialerOptions['resolve'] = () => {
      count++
      return Promise.resolve([{ address: '127.0.0.1', family: 4 }])
    }
    const dialer = createDialer(settingsWith(), { resolve })
    const options = { signal: undefined, timeoutMs: 5000, localAddress: undefined }
    for (let index = 0; index < 3; index++) {
      const { socket } = await dialer.dial({ host: 'Some.Test', port, tls: false, onRead: () => undefined }, options)
      socket.destroy()
    }
    expect(count).toBe(1)
  })

  test('an error that nobody listens to does not end the process', async () => {
    const port = await listen(createServer((socket) => socket.resetAndDestroy()))
    const { dialed } = await open(settingsWith(), { host: '127.0.0.1', port, tls: false }).catch(() => ({ dialed: undefined }))
    if (dialed !== undefined && !dialed.socket.destroyed) await once(dialed.socket, 'close')
    expect(dialed?.socket.destroyed ?? true).toBe(true)
  })
})

describe('refusals', () => {
  test('a closed port, an unknown name, an impossible port and a wrong local address each say so', async () => {
    const server = createServer()
    const port = await listen(server)
    await new Promise((resolve) => server.close(resolve))
    expect(await failure(settingsWith(), { host: '127.0.0.1', port, tls: false })).toBe('1212 dial: connection refused')
    expect(await failure(settingsWith(), { host: '127.0.0.1', port, tls: true })).toBe('1212 dial: connection refused')
    expect(await failure(settingsWith(), { host: 'nobody.invalid', port: 80, tls: false })).toMatch(/^110[01] lookup: /)
    expect(await failure(settingsWith(), { host: '127.0.0.1', port: 70_000, tls: false })).toMatch(/^1000 /)
    const far = { localAddress: '8.8.8.8' }
    expect(await failure(settingsWith(), { host: '127.0.0.1', port, tls: false }, far)).toBe('1210 dial: address not available')
  })

  test.each([
    { settings: { blockHostnames: ['*.test'] }, code: 1111 },
    { settings: { blacklistIps: ['127.0.0.0/8'] }, code: 1110 },
    { settings: { targets: ['other.test', '10.0.0.0/8'] }, code: 1111 },
  ])('$settings gives error $code before any connection is made', async ({ settings, code }) => {
    let connections = 0
    const port = await listen(createServer(() => connections++))
    const all = settingsWith({ hosts: { 'a.test': '127.0.0.1' }, ...settings })
    expect(await failure(all, { host: 'a.test', port, tls: false })).toMatch(new RegExp(`^${code} `))
    expect(() => createDialer(all).permit('a.test', port)).toThrow(expect.objectContaining({ name: 'NetworkError', code }))
    expect(connections).toBe(0)
  })

  test('the allow-list lets the listed through', async () => {
    const port = await listen(createServer(echo))
    const settings = settingsWith({ hosts: { 'a.test': '127.0.0.1' }, targets: ['127.0.0.0/8'] })
    const { dialed } = await open(settings, { host: 'a.test', port, tls: false })
    expect(dialed.remoteAddress).toBe('127.0.0.1')
  })

  test('a hosts entry with a port moves the port as well', async () => {
    const port = await listen(createServer(echo))
    const settings = settingsWith({ hosts: { 'a.test:80': `127.0.0.1:${port}` } })
    const { dialed } = await open(settings, { host: 'a.test', port: 80, tls: false })
    expect(dialed.remotePort).toBe(port)
  })
})

describe('ends', () => {
  test('a name server that never answers runs into the timeout', async () => {
    const options: DialerOptions = { resolve: () => new Promise(() => undefined) }
    const keepAlive = setInterval(() => undefined, 1000)
    cleanups.push(() => clearInterval(keepAlive))
    const outcome = await failure(settingsWith(), { host: 'a.test', port: 80, tls: false }, { options, timeoutMs: 30 })
    expect(outcome).toBe('1100 lookup: i/o timeout')
  })

  test('a server that never shakes hands runs into the timeout, and its socket is closed', async () => {
    const server = createServer()
    const port = await listen(server)
    const accepted = once(server, 'connection') as Promise<[Socket]>
    expect(await failure(settingsWith(), { host: '127.0.0.1', port, tls: true }, { timeoutMs: 50 })).toBe(
      '1300 tls: handshake timeout',
    )
    const [socket] = await accepted
    if (!socket.closed) await once(socket.resume(), 'close')
    expect(socket.closed).toBe(true)
  })

  test('an abort ends a dial at any moment, and its socket is closed', async () => {
    const server = createServer()
    const port = await listen(server)
    const controller = new AbortController()
    server.once('connection', () => controller.abort(new Error('interrupted')))
    const accepted = once(server, 'connection') as Promise<[Socket]>
    const outcome = await failure(settingsWith(), { host: '127.0.0.1', port, tls: true }, { signal: controller.signal })
    expect(outcome).toBe('1000 dial: aborted')
    const [socket] = await accepted
    if (!socket.closed) await once(socket.resume(), 'close')
    expect(await failure(settingsWith(), { host: '127.0.0.1', port, tls: true }, { signal: controller.signal })).toBe(outcome)
  })
})

describe('TLS', () => {
  test('shakes hands afresh each time, tells version and cipher and counts every byte on the wire', async () => {
    const server = tlsServer({}, (socket) => socket.write('welcome'))
    const isReused: boolean[] = []
    server.on('secureConnection', (socket: TLSSocket) => isReused.push(socket.isSessionReused()))
    const wires: Socket[] = []
    server.on('connection', (socket: Socket) => wires.push(socket))
    const port = await listen(server)
    for (let index = 0; index < 2; index++) {
      const { dialed, received } = await open(settingsWith(), { host: 'localhost', port, tls: true })
      expect(dialed).toMatchObject({ tlsVersion: 'TLSv1.3', tlsCipher: 'TLS_AES_256_GCM_SHA384', alpn: undefined })
      expect(dialed.tlsMs).toBeGreaterThan(0)
      expect(await received(7)).toBe('welcome')
      await expect.poll(() => wires[index]?.bytesRead).toBe(dialed.bytesWritten())
      await expect.poll(() => dialed.bytesRead()).toBe(wires[index]?.bytesWritten)
      expect(dialed.bytesRead()).toBeGreaterThan(500)
    }
    expect(isReused).toEqual([false, false])
  })

  test('sends the server name of names, and none for addresses, which the certificate must still be for', async () => {
    const server = tlsServer()
    const names: (string | false)[] = []
    server.on('secureConnection', (socket: TLSSocket) => names.push(socket.servername as string | false))
    const port = await listen(server)
    const hosts = { 'api.example.test': '127.0.0.1', '10.9.9.9': '127.0.0.1' }
    await open(settingsWith({ hosts }), { host: 'api.example.test', port, tls: true })
    await open(settingsWith(), { host: '127.0.0.1', port, tls: true })
    await open(settingsWith({ hosts }), { host: '10.9.9.9', port, tls: true, serverName: 'other.example.test' })
    await expect.poll(() => names).toEqual(['api.example.test', false, 'other.example.test'])
    const mismatch = "1311 x509: certificate doesn't match hostname"
    expect(await failure(settingsWith({ hosts }), { host: '10.9.9.9', port, tls: true })).toBe(mismatch)
    expect(
      await failure(settingsWith({ hosts: { 'a.b.example.test': '127.0.0.1' } }), { host: 'a.b.example.test', port, tls: true }),
    ).toBe(mismatch)
  })

  test.each([
    { title: 'an unknown authority', server: 'server', ca: [], expected: '1310 x509: unknown authority' },
    { title: 'an expired certificate', server: 'expired', ca: [ca], expected: '1300 x509: certificate has expired' },
    { title: 'a certificate from the future', server: 'early', ca: [ca], expected: '1300 x509: certificate is not yet valid' },
  ])('$title is "$expected", unless verification is skipped', async ({ server, ca, expected }) => {
    const port = await listen(tlsServer({ key: fixture(`${server}.key`), cert: fixture(`${server}.pem`) }))
    const target = { host: 'localhost', port, tls: true }
    expect(await failure(settingsWith({ tls: { ca } }), target)).toBe(expected)
    const { dialed } = await open(settingsWith({ tls: { ca, isVerificationSkipped: true } }), target)
    expect(dialed.tlsVersion).toBe('TLSv1.3')
  })

  test('a server that speaks plain HTTP is error 1301, one that hangs up is 1300', async () => {
    const http = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const target = { host: 'localhost', port: await listen(http), tls: true }
    expect(await failure(settingsWith(), target)).toBe('1301 tls: the server does not speak TLS on this port')
    const closing = createServer((socket) => socket.once('data', () => socket.end()))
    const other = { host: 'localhost', port: await listen(closing), tls: true }
    expect(await failure(settingsWith(), other)).toBe('1300 tls: the connection was closed during the handshake')
  })

  test.each(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const)('speaks %s when told to', async (version) => {
    const port = await listen(tlsServer({ minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }))
    const tls = { minVersion: version, maxVersion: version }
    const { dialed } = await open(settingsWith({ tls }), { host: 'localhost', port, tls: true })
    expect(dialed.tlsVersion).toBe(version)
  })

  test('versions without overlap are a TLS error', async () => {
    const port = await listen(tlsServer({ minVersion: 'TLSv1.3' }))
    const outcome = await failure(settingsWith({ tls: { maxVersion: 'TLSv1.2' } }), { host: 'localhost', port, tls: true })
    expect(outcome).toMatch(/^1300 tls: .*protocol version/)
  })

  test('offers the cipher suites it is given, by either name', async () => {
    const port = await listen(tlsServer({ maxVersion: 'TLSv1.2' }))
    for (const name of ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256']) {
      const { dialed } = await open(settingsWith({ tls: { cipherSuites: [name] } }), { host: 'localhost', port, tls: true })
      expect(dialed.tlsCipher).toBe('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256')
    }
  })

  test('shows a client certificate to the hosts it is for', async () => {
    const server = tlsServer({ ca: [ca], requestCert: true, rejectUnauthorized: false })
    const subjects: (string | undefined)[] = []
    server.on('secureConnection', (socket: TLSSocket) => {
      subjects.push(socket.getPeerCertificate().subject?.CN as string | undefined)
    })
    const port = await listen(server)
    const auth = [
      { domains: ['*.mine.test'], cert: fixture('client.pem'), key: fixture('client-encrypted.key'), password: 'secret' },
    ]
    const settings = settingsWith({ hosts: { '*': '127.0.0.1' }, tls: { auth, isVerificationSkipped: true } })
    await open(settings, { host: 'api.mine.test', port, tls: true })
    await open(settings, { host: 'api.test', port, tls: true })
    await expect.poll(() => subjects).toEqual(['client.test', undefined])
  })

  test.each([
    { offered: ['h2', 'http/1.1'], spoken: ['http/1.1'], chosen: 'http/1.1' },
    { offered: ['http/1.1'], spoken: ['h2', 'http/1.1'], chosen: 'http/1.1' },
    { offered: ['h2'], spoken: undefined, chosen: undefined },
  ])(
    'offering $offered to a server of $spoken chooses $chosen and reads through the callback',
    async ({ offered, spoken, chosen }) => {
      const server = tlsServer({ ALPNProtocols: spoken }, (socket) => socket.write('first words'))
      const { dialed, received } = await open(settingsWith(), {
        host: 'localhost',
        port: await listen(server),
        tls: true,
        alpn: offered,
      })
      expect(dialed.alpn).toBe(chosen)
      expect(await received(11)).toBe('first words')
    },
  )

  test('when h2 is chosen, early bytes wait in the stream', async () => {
    const server = tlsServer({ ALPNProtocols: ['h2'] }, (socket) => socket.write('settings'))
    const { dialed, received } = await open(settingsWith(), {
      host: 'localhost',
      port: await listen(server),
      tls: true,
      alpn: ['h2'],
    })
    expect(dialed.alpn).toBe('h2')
    await expect.poll(() => dialed.socket.readableLength).toBe(8)
    expect(String(dialed.socket.read())).toBe('settings')
    expect(await received(0)).toBe('')
  })
})

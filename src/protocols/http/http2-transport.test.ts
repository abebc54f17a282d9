import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import type { Dialed } from '../../net/dialer.ts'
import type { DialerSettings } from '../../net/dialer-settings.ts'
import { createDialer } from '../../net/direct-dialer.ts'
import { type Http2Request, type Http2Transport, openHttp2 } from './http2-transport.ts'

const fixture = (name: string): string => readFileSync(new URL(`../../../test/fixtures/tls/${name}`, import.meta.url), 'utf8')
const identity = { key: fixture('server.key'), cert: fixture('server.pem') }
const settings: DialerSettings = {
  hosts: {},
  blockHostnames: [],
  blacklistIps: [],
  targets: undefined,
  dns: { ttlMs: Number.POSITIVE_INFINITY, select: 'first', policy: 'preferIPv4' },
  tls: { isVerificationSkipped: true, minVersion: undefined, maxVersion: undefined, cipherSuites: [], auth: [], ca: [] },
  proxy: { http: undefined, https: undefined, noProxy: [] },
}

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

async function dial(server: Server): Promise<Dialed> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const dialed = await createDialer(settings).dial(
    { host: '127.0.0.1', port, tls: true, alpn: ['h2', 'http/1.1'], onRead: () => undefined },
    { signal: undefined, timeoutMs: 5000, localAddress: undefined },
  )
  expect(dialed.alpn).toBe('h2')
  return dialed
}

async function open(server: Server): Promise<Http2Transport> {
  const transport = openHttp2(await dial(server), { nowMs: () => performance.now() })
  cleanups.push(() => transport.close())
  return transport
}

type Answer = (stream: ServerHttp2Stream, headers: Record<string, unknown>, flags: number, raw: string[]) => void

function serverThat(answer: Answer): Http2SecureServer {
  const server = createSecureServer(identity)
  server.on('stream', (stream, headers, flags, raw?: string[]) => {
    stream.on('error', () => undefined)
    answer(stream, headers, flags, raw ?? [])
  })
  server.on('sessionError', () => undefined)
  return server
}

function get(path: string, rest: Partial<Http2Request> = {}): Http2Request {
  const base = { method: 'GET', scheme: 'https', authority: 'example.test', headers: [], body: undefined } as const
  return { ...base, path, isBodyKept: true, maxBodyBytes: 1e8, ...rest }
}

test('an exchange carries method, path, headers and body there, and status, headers, body and trailers back', async () => {
  let seen: Record<string, unknown> = {}
  let received = ''
  const transport = await open(
    serverThat((stream, headers) => {
      seen = headers
      stream.setEncoding('utf8').on('data', (text: string) => {
        received += text
      })
      stream.on('end', () => {
        stream.respond({ ':status': 201, 'set-cookie': ['a=1', 'b=2'], 'x-odd': 'y' }, { waitForTrailers: true })
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '42' }))
        stream.end('created')
      })
    }),
  )
  const headers = ['X-A', '1', 'Host', 'other', 'Connection', 'close', 'Cookie', 'a=1', 'cookie', 'b=2', 'TE', 'gzip']
  const result = await transport.exchange(get('/p?q=1', { method: 'POST', headers, body: Buffer.from('hello') })).response
  expect(seen).toMatchObject({
    ':method': 'POST',
    ':path': '/p?q=1',
    ':authority': 'example.test',
    'x-a': '1',
    cookie: 'a=1; b=2',
    'content-length': '5',
  })
  expect(Object.keys(seen)).not.toContain('te')
  expect(received).toBe('hello')
  expect(result.status).toBe(201)
  expect(Buffer.from(result.body).toString()).toBe('created')
  expect(result).toMatchObject({ bodyBytes: 7, sentBodyBytes: 5, rawTrailers: ['x-sum', '42'] })
  const pairs = result.rawHeaders.join('|')
  expect(pairs).toContain('set-cookie|a=1|set-cookie|b=2')
  expect(pairs).not.toContain(':status')
  expect(result.startedAtMs).toBeLessThanOrEqual(result.sentAtMs)
  expect(result.sentAtMs).toBeLessThanOrEqual(result.firstByteAtMs)
  expect(result.firstByteAtMs).toBeLessThanOrEqual(result.endedAtMs)
})

test('many exchanges at once share the connection and get their own answers', async () => {
  let connections = 0
  const server = serverThat((stream, headers) => {
    stream.respond({ ':status': 200 })
    stream.end(`answer to ${String(headers[':path'])}`)
  })
  server.on('session', () => connections++)
  const transport = await open(server)
  const paths = Array.from({ length: 250 }, (_, index) => `/${index}`)
  const results = await Promise.all(paths.map((path) => transport.exchange(get(path)).response))
  expect(results.map(({ body }) => Buffer.from(body).toString())).toEqual(paths.map((path) => `answer to ${path}`))
  expect(connections).toBe(1)
})

test('more streams than the server allows at once wait their turn', async () => {
  let now = 0
  let most = 0
  const server = createSecureServer({ ...identity, settings: { maxConcurrentStreams: 3 } })
  server.on('stream', (stream) => {
    most = Math.max(most, ++now)
    setImmediate(() => {
      now--
      stream.respond({ ':status': 200 })
      stream.end('ok')
    })
  })
  const transport = await open(server)
  await transport.exchange(get('/first')).response
  const results = await Promise.all(Array.from({ length: 20 }, () => transport.exchange(get('/')).response))
  expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
  expect(most).toBeLessThanOrEqual(3)
})

test('a large body arrives whole, and is only counted when it is not wanted', async () => {
  const large = Buffer.alloc(5_000_000, 'abc')
  const transport = await open(serverThat((stream) => stream.end(large)))
  const kept = await transport.exchange(get('/')).response
  expect(Buffer.compare(kept.body, large)).toBe(0)
  const counted = await transport.exchange(get('/', { isBodyKept: false, maxBodyBytes: 10 })).response
  expect(counted).toMatchObject({ bodyBytes: large.length, body: new Uint8Array(0) })
})

test('a body over the limit fails the exchange, not the connection', async () => {
  const transport = await open(serverThat((stream) => stream.end(Buffer.alloc(100_000))))
  await expect(transport.exchange(get('/', { maxBodyBytes: 50_000 })).response).rejects.toMatchObject({ code: 1000 })
  expect((await transport.exchange(get('/')).response).bodyBytes).toBe(100_000)
})

test('a streamed request body is read as the connection drains and sent whole', async () => {
  let receivedBytes = 0
  const transport = await open(
    serverThat((stream) => {
      stream.on('data', (chunk: Buffer) => {
        receivedBytes += chunk.length
      })
      stream.on('end', () => stream.end(String(receivedBytes)))
    }),
  )
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < 100; index++) yield Buffer.alloc(40_000)
  }
  const result = await transport.exchange(get('/', { method: 'PUT', body: pieces() })).response
  expect(Buffer.from(result.body).toString()).toBe('4000000')
  expect(result.sentBodyBytes).toBe(4_000_000)
})

test('an answer before the request body was read ends the exchange and stops the upload', async () => {
  const transport = await open(
    serverThat((stream) => {
      stream.respond({ ':status': 413 })
      stream.end('too much')
    }),
  )
  let isClosed = false
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(65_536)
    } finally {
      isClosed = true
    }
  }
  const result = await transport.exchange(get('/', { method: 'POST', body: endless() })).response
  expect(result.status).toBe(413)
  await expect.poll(() => isClosed).toBe(true)
  expect(transport.isOpen).toBe(true)
})

test('a request body that fails fails its exchange alone', async () => {
  const transport = await open(serverThat((stream) => stream.on('end', () => stream.end('ok')).resume()))
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a')
    throw new Error('the file is gone')
  }
  const failed = transport.exchange(get('/', { method: 'POST', body: broken() })).response
  await expect(failed).rejects.toMatchObject({ code: 1000, message: 'the request body could not be read' })
  expect((await transport.exchange(get('/')).response).status).toBe(200)
})

test.each([
  { code: 0x2, expected: { code: 1633, message: 'http2: stream error with http2 ErrCode INTERNAL_ERROR' } },
  { code: 0x7, expected: { code: 1638, message: 'http2: stream error with http2 ErrCode REFUSED_STREAM' } },
  { code: 0xd, expected: { code: 1644, message: 'http2: stream error with http2 ErrCode HTTP_1_1_REQUIRED' } },
])('a stream reset with code $code is error $expected.code', async ({ code, expected }) => {
  const transport = await open(serverThat((stream) => stream.close(code)))
  await expect(transport.exchange(get('/')).response).rejects.toMatchObject(expected)
})

test('a stream reset in the middle of the body is an error, not a short body', async () => {
  const transport = await open(
    serverThat((stream) => {
      stream.respond({ ':status': 200 })
      // `close` would end the body first; destroying resets the stream with INTERNAL_ERROR.
      stream.on('error', () => undefined)
      stream.write('half', () => stream.destroy(new Error('reset')))
    }),
  )
  await expect(transport.exchange(get('/')).response).rejects.toMatchObject({ code: 1633 })
})

test('a body shorter than its Content-Length is an error', async () => {
  const transport = await open(
    serverThat((stream) => {
      stream.respond({ ':status': 200, 'content-length': '100' })
      stream.end('short')
    }),
  )
  await expect(transport.exchange(get('/')).response).rejects.toMatchObject({ code: 1632 })
})

test('answers without a body may still state its length', async () => {
  const transport = await open(
    serverThat((stream, headers) => {
      stream.respond({ ':status': headers[':method'] === 'HEAD' ? 200 : 304, 'content-length': '100' }, { endStream: true })
    }),
  )
  for (const method of ['HEAD', 'GET']) {
    expect((await transport.exchange(get('/', { method })).response).bodyBytes).toBe(0)
  }
})

test('a GOAWAY with an error fails what is pending and closes the transport', async () => {
  const transport = await open(serverThat((stream) => (stream.session as ServerHttp2Session).goaway(0xb)))
  const expected = { code: 1622, message: 'http2: received GoAway with http2 ErrCode ENHANCE_YOUR_CALM' }
  await expect(transport.exchange(get('/')).response).rejects.toMatchObject(expected)
  expect(transport.isOpen).toBe(false)
  await expect(transport.exchange(get('/')).response).rejects.toMatchObject(expected)
})

test('a GOAWAY without an error lets the running exchange finish and asks for a new connection', async () => {
  const transport = await open(
    serverThat((stream) => {
      ;(stream.session as ServerHttp2Session).close()
      stream.respond({ ':status': 200 })
      stream.end('last words')
    }),
  )
  const result = await transport.exchange(get('/')).response
  expect(Buffer.from(result.body).toString()).toBe('last words')
  await expect.poll(() => transport.isOpen).toBe(false)
})

test('a connection that is cut fails all that is pending', async () => {
  const transport = await open(serverThat((stream) => (stream.session as ServerHttp2Session).destroy()))
  const calls = [transport.exchange(get('/1')), transport.exchange(get('/2'))]
  const results = await Promise.allSettled(calls.map(({ response }) => response))
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(transport.isOpen).toBe(false)
})

test('bytes that are no HTTP/2 frames are a connection error', async () => {
  const server = createTlsServer({ ...identity, ALPNProtocols: ['h2'] }, (socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'))
  })
  const transport = await open(server)
  await expect(transport.exchange(get('/')).response).rejects.toMatchObject({ name: 'NetworkError', code: 1652 })
  expect(transport.isOpen).toBe(false)
})

test('cancel rejects with the given reason and leaves the connection to the others', async () => {
  const transport = await open(
    serverThat((stream, headers) => {
      if (headers[':path'] !== '/never') stream.end('ok')
    }),
  )
  const never = transport.exchange(get('/never'))
  const reason = new Error('the iteration was interrupted')
  never.cancel(reason)
  await expect(never.response).rejects.toBe(reason)
  expect((await transport.exchange(get('/')).response).status).toBe(200)
})

test('close fails what is pending', async () => {
  const transport = await open(serverThat(() => undefined))
  const { response } = transport.exchange(get('/'))
  transport.close()
  await expect(response).rejects.toMatchObject({ name: 'NetworkError' })
  expect(transport.isOpen).toBe(false)
})

test('bytes on the wire are counted, handshake and frames included', async () => {
  const dialed = await dial(serverThat((stream) => stream.end(Buffer.alloc(10_000))))
  const before = dialed.bytesRead()
  expect(before).toBeGreaterThan(500)
  const transport = openHttp2(dialed, { nowMs: () => performance.now() })
  cleanups.push(() => transport.close())
  await transport.exchange(get('/')).response
  expect(dialed.bytesRead() - before).toBeGreaterThan(10_000)
  expect(dialed.bytesWritten()).toBeGreaterThan(300)
})

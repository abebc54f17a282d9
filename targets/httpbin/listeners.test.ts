import http2 from 'node:http2'
import https from 'node:https'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startTestTarget, type TestTarget } from '../testing/running.ts'

let target: TestTarget

beforeAll(async () => {
  target = await startTestTarget()
})
afterAll(() => target.close())

async function getSecure(
  url: string,
  options: https.RequestOptions = {},
): Promise<{ status: number; version: string; body: string }> {
  return new Promise((resolve, reject) => {
    https
      .get(url, { agent: false, ca: target.tls.ca, ...options }, (response) => {
        let body = ''
        response.on('data', (piece: Buffer) => (body += piece.toString()))
        response.once('end', () => resolve({ status: response.statusCode ?? 0, version: response.httpVersion, body }))
      })
      .once('error', reject)
  })
}

async function overHttp2(
  headers: http2.OutgoingHttpHeaders,
  body?: string,
): Promise<{ status: number; headers: http2.IncomingHttpHeaders; body: string }> {
  const session = http2.connect(target.h2Url, { ca: target.tls.ca })
  try {
    return await new Promise((resolve, reject) => {
      session.once('error', reject)
      const stream = session.request(headers)
      let text = ''
      let seen: http2.IncomingHttpHeaders = {}
      stream.once('response', (received) => (seen = received))
      stream.on('data', (piece: Buffer) => (text += piece.toString()))
      stream.once('end', () => resolve({ status: Number(seen[':status']), headers: seen, body: text }))
      stream.once('error', reject)
      stream.end(body)
    })
  } finally {
    session.close()
  }
}

async function latencies(): Promise<number[]> {
  return JSON.parse((await getSecure(`${target.secureUrl}/latencies`)).body) as number[]
}

test('TLS answers with https URLs under a certificate that the given authority signed', async () => {
  const answer = await getSecure(`${target.secureUrl}/get`)
  expect(JSON.parse(answer.body)).toMatchObject({ url: `${target.secureUrl}/get` })
})

test('the h2 port speaks HTTP/2 with ALPN and HTTP/1.1 without', async () => {
  const answer = await overHttp2({ ':path': '/get?a=1', 'x-a': 'b' })
  expect(JSON.parse(answer.body)).toMatchObject({
    args: { a: ['1'] },
    headers: { 'X-A': ['b'], Host: [target.h2Url.slice('https://'.length)] },
    url: `${target.h2Url}/get?a=1`,
  })
  expect((await getSecure(`${target.h2Url}/get`)).version).toBe('1.1')
})

test('bodies, cookies and errors go over HTTP/2 as over HTTP/1.1, and are counted', async () => {
  const echo = await overHttp2({ ':path': '/post', ':method': 'POST', 'content-type': 'text/plain' }, 'hello')
  expect(JSON.parse(echo.body)).toMatchObject({ data: 'hello', method: 'POST' })
  const cookies = await overHttp2({ ':path': '/cookies/set?a=1&b=2' })
  expect(cookies.headers['set-cookie']).toEqual(['a=1; Path=/; HttpOnly; Secure', 'b=2; Path=/; HttpOnly; Secure'])
  expect((await overHttp2({ ':path': '/status/503' })).status).toBe(503)
  const large = await overHttp2({ ':path': '/stream-bytes/300000' })
  expect(large.status).toBe(200)
  const counters = JSON.parse((await getSecure(`${target.secureUrl}/counters`)).body) as { routes: Record<string, unknown>[] }
  const row = (route: string): unknown => counters.routes.find((entry) => entry['route'] === route)
  expect(row('/post')).toMatchObject({ requests: 1, aborted: 0, requestBodyBytes: 5, responseBodyBytes: echo.body.length })
  expect(row('/stream-bytes/{count}')).toMatchObject({ requests: 1, aborted: 0, responseBodyBytes: 300_000 })
})

test('an HTTP/2 stream that the client resets is counted as aborted and leaves no latency', async () => {
  await getSecure(`${target.secureUrl}/get`)
  const before = (await latencies()).length
  const session = http2.connect(target.h2Url, { ca: target.tls.ca })
  const stream = session.request({ ':path': '/bytes/80000000' })
  await new Promise((resolve) => stream.once('data', resolve))
  stream.close(http2.constants.NGHTTP2_CANCEL)
  await new Promise((resolve) => stream.once('close', resolve))
  for (;;) {
    const counters = JSON.parse((await getSecure(`${target.secureUrl}/counters`)).body) as {
      inFlight: number
      routes: Record<string, unknown>[]
    }
    if (counters.inFlight > 0) continue
    expect(counters.routes.find(({ route }) => route === '/bytes/{count}')).toMatchObject({ requests: 1, aborted: 1 })
    break
  }
  expect((await latencies()).length).toBe(before)
  session.destroy()
})

test('a target that wants client certificates takes ours and refuses none', async () => {
  const strict = await startTestTarget({ needsClientCertificate: true })
  try {
    const withOurs = { ca: strict.tls.ca, cert: strict.tls.client.cert, key: strict.tls.client.key }
    expect((await getSecure(`${strict.secureUrl}/get`, withOurs)).status).toBe(200)
    await expect(getSecure(`${strict.secureUrl}/get`, { ca: strict.tls.ca })).rejects.toThrow()
  } finally {
    strict.close()
  }
})

test.each([
  ['ws', '/ws'],
  ['wss on the h2 port', '/websocket/echo'],
  ['ws at the root', '/'],
])('over %s, text comes back as text, binary as binary, a ping as a pong', async (name, path) => {
  const base = name.startsWith('wss') ? target.h2Url.replace('https', 'wss') : target.url.replace('http', 'ws')
  const socket = new WebSocket(base + path, ['first', 'second'], { ca: target.tls.ca })
  const log: string[] = []
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('open', () => {
      socket.send('hi')
      socket.send(Buffer.from([1, 2]))
      socket.ping()
    })
    socket.on('message', (data: Buffer, isBinary) => log.push(isBinary ? `binary ${data.length}` : data.toString()))
    socket.once('pong', () => resolve())
  })
  expect([log, socket.protocol]).toEqual([['hi', 'binary 2'], 'first'])
  socket.close(1000)
  expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(1000)
})

test('an upgrade elsewhere is 404, a broken handshake 400', async () => {
  const status = (path: string, headers: Record<string, string>): Promise<number> =>
    getSecure(target.secureUrl + path, { headers: { Connection: 'Upgrade', Upgrade: 'websocket', ...headers } }).then(
      (answer) => answer.status,
    )
  expect([await status('/get', {}), await status('/ws', { 'Sec-WebSocket-Key': 'short' })]).toEqual([404, 400])
})

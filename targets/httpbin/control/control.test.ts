import http from 'node:http'
import net from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestTarget, type TestTarget } from '../../testing/running.ts'

let target: TestTarget
let agent: http.Agent

beforeEach(async () => {
  target = await startTestTarget()
  agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
})
afterEach(() => {
  agent.destroy()
  target.close()
})

interface Counters {
  readonly received: number
  readonly requests: number
  readonly aborted: number
  readonly inFlight: number
  readonly byStatus: Record<string, number>
  readonly connections: Record<string, number>
  readonly malformedRequests: number
  readonly routes: {
    route: string
    method: string
    status: number
    requests: number
    aborted: number
    requestBodyBytes: number
    responseBodyBytes: number
  }[]
}

async function ask(
  path: string,
  options: { method?: string; body?: string; headers?: Record<string, string>; agent?: http.Agent | false; url?: string } = {},
): Promise<{ status: number; body: string; headers: http.IncomingHttpHeaders }> {
  const { body, url = target.url, ...rest } = options
  return new Promise((resolve, reject) => {
    const request = http.request(url + path, { agent, ...rest }, (response) => {
      let text = ''
      response.setEncoding('latin1').on('data', (piece: string) => (text += piece))
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }))
      response.once('error', reject)
    })
    request.once('error', reject)
    request.end(body)
  })
}

/** On a connection of its own, so that the load's connections stay as they are. */
async function control(change: unknown): Promise<{ status: number; body: string }> {
  return ask('/control', { method: 'POST', body: JSON.stringify(change), agent: false })
}

async function counters(): Promise<Counters> {
  return JSON.parse((await ask('/counters', { agent: false })).body) as Counters
}

async function latencies(query = ''): Promise<number[]> {
  return JSON.parse((await ask(`/latencies${query}`, { agent: false })).body) as number[]
}

/** Asks until what happens on another connection has arrived. */
async function countersOnce(isReached: (seen: Counters) => boolean): Promise<Counters> {
  for (;;) {
    const seen = await counters()
    if (isReached(seen)) return seen
  }
}

test('counts requests, statuses, bodies and connections as they were', async () => {
  await ask('/get')
  const echo = await ask('/post', { method: 'POST', body: 'hello', headers: { 'Content-Type': 'text/plain' } })
  await ask('/status/404')
  await ask('/status/404')
  await ask('/bytes/1000', { method: 'HEAD' })
  const chunked = await ask('/stream/2')
  const seen = await counters()
  expect(seen).toMatchObject({ received: 6, requests: 6, aborted: 0, inFlight: 0, byStatus: { 200: 4, 404: 2 } })
  expect(seen.connections).toEqual({ opened: 1, open: 1, control: 1, tlsFailed: 0 })
  const row = (route: string): unknown => seen.routes.find((entry) => entry.route === route)
  expect(row('/post')).toEqual({
    route: '/post',
    method: 'POST',
    status: 200,
    requests: 1,
    aborted: 0,
    requestBodyBytes: 5,
    responseBodyBytes: echo.body.length,
  })
  expect(row('/status/{code}')).toMatchObject({ method: 'GET', status: 404, requests: 2, responseBodyBytes: 0 })
  expect(row('/bytes/{count}')).toMatchObject({ method: 'HEAD', responseBodyBytes: 0 })
  expect(row('/stream/{count}')).toMatchObject({ responseBodyBytes: chunked.body.length })
})

test('an upload is counted in full though the route does not read it', async () => {
  await ask('/status/200', { method: 'POST', body: 'x'.repeat(500_000) })
  expect((await counters()).routes[0]).toMatchObject({ requestBodyBytes: 500_000 })
})

test('a client that leaves before or within the answer is counted as aborted and leaves no latency', async () => {
  const leave = async (path: string, isTime: (received: number) => boolean): Promise<void> => {
    const socket = net.connect(Number(new URL(target.url).port), '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
    let received = 0
    if (isTime(0)) await countersOnce((seen) => seen.inFlight === 1)
    else await new Promise<void>((resolve) => socket.on('data', (piece) => isTime((received += piece.length)) && resolve()))
    socket.resetAndDestroy()
  }
  await leave('/delay/30', () => true)
  await leave('/bytes/50000000', (received) => received > 1000)
  const seen = await countersOnce(({ inFlight, requests }) => inFlight === 0 && requests === 2)
  expect(seen).toMatchObject({ requests: 2, aborted: 2, byStatus: { 0: 1, 200: 1 } })
  expect(await latencies()).toEqual([])
})

test('bytes that are no request are answered with 400 and counted apart', async () => {
  const socket = net.connect(Number(new URL(target.url).port), '127.0.0.1')
  socket.write('NOT HTTP\r\n\r\n')
  const text = await new Promise<string>((resolve) => socket.once('data', (piece) => resolve(piece.toString())))
  socket.destroy()
  expect(text).toMatch(/^HTTP\/1\.1 400 /)
  expect(await counters()).toMatchObject({ malformedRequests: 1, requests: 0 })
})

test('records one latency per answered request, also by route and as doubles', async () => {
  await control({ routes: { '/get': { latency: { kind: 'fixed', ms: 20 } } } })
  await ask('/get')
  await ask('/ip')
  const all = await latencies()
  const get = await latencies('?route=/get')
  expect([all.length, get.length, (await latencies('?route=/ip')).length]).toEqual([2, 1, 1])
  expect(get[0]).toBeGreaterThanOrEqual(19)
  const binary = Buffer.from((await ask('/latencies?format=f64', { agent: false })).body, 'latin1')
  expect(binary.readDoubleLE(0)).toBeCloseTo(all[0] ?? 0, 3)
  expect((await ask('/latencies?route=/nowhere')).status).toBe(400)
})

test('errors are injected at their ratio, for one route only, and repeat with their seed', async () => {
  const errors = { ratio: 0.3, status: 503, seed: 4 }
  const statuses = async (): Promise<number[]> => {
    await control({ reset: true, routes: { '/ip': { errors } } })
    const seen: number[] = []
    for (let index = 0; index < 100; index++) seen.push((await ask('/ip')).status)
    return seen
  }
  const first = await statuses()
  expect(first.filter((status) => status === 503).length).toBeGreaterThan(15)
  expect(first.filter((status) => status === 503).length).toBeLessThan(45)
  expect(await statuses()).toEqual(first)
  expect((await ask('/get')).status).toBe(200)
})

test('an injected error may close the connection instead of answering', async () => {
  await control({ errors: { ratio: 1, close: true } })
  await expect(ask('/get')).rejects.toThrow(/socket hang up|ECONNRESET/)
  expect(await countersOnce((seen) => seen.requests === 1)).toMatchObject({ aborted: 1, byStatus: { 0: 1 } })
})

test('nothing is answered during a stall, and what fell into it leaves at its end', async () => {
  await control({ stall: { startMs: 0, durationMs: 120 } })
  await Promise.all([ask('/get', { agent: false }), ask('/ip', { agent: false })])
  const [first = 0, second = 0] = await latencies()
  expect(Math.min(first, second)).toBeGreaterThan(50)
  await control({ reset: 'counters' })
  await ask('/get')
  expect((await latencies())[0]).toBeLessThan(50)
})

test('a stall that is taken away ends for those who arrive afterwards', async () => {
  await control({ stall: { durationMs: 600_000 } })
  await control({ stall: null })
  expect((await ask('/get')).status).toBe(200)
})

test('reset zeroes counts and removes injections; reset "counters" leaves them', async () => {
  await control({ errors: { ratio: 1, status: 500 }, routes: { '/get': { latency: { kind: 'fixed', ms: 1 } } } })
  await ask('/ip')
  await control({ reset: 'counters' })
  expect(await counters()).toMatchObject({ received: 0, requests: 0, routes: [] })
  expect(JSON.parse((await ask('/control', { agent: false })).body)).toMatchObject({
    errors: { ratio: 1, status: 500 },
    latency: null,
    routes: { '/get': { latency: { kind: 'fixed', ms: 1 } } },
  })
  await control({ reset: true })
  expect(JSON.parse((await ask('/control', { agent: false })).body)).toMatchObject({ errors: null, routes: {} })
  expect((await ask('/ip')).status).toBe(200)
})

test.each([
  [[], 'body: got [], expected a JSON object'],
  [{ resett: true }, 'body: got "resett", expected only the fields'],
  [{ reset: 1 }, 'reset: got 1, expected true, false or "counters"'],
  [{ latency: { kind: 'gamma' } }, 'latency.kind: got "gamma", expected fixed, uniform, exponential, lognormal'],
  [{ latency: { kind: 'fixed' } }, 'latency.ms: got undefined, expected a number from 0'],
  [{ latency: { kind: 'uniform', minMs: 5, maxMs: 1 } }, 'latency.minMs: got 5, expected at most maxMs'],
  [{ errors: { ratio: 2 } }, 'errors.ratio: got 2, expected a number from 0 to 1'],
  [{ errors: { ratio: 1, status: 200.5 } }, 'errors.status: got 200.5, expected a whole number'],
  [{ stall: {} }, 'stall.durationMs: got undefined'],
  [{ routes: { '/nope': {} } }, 'routes: got "/nope", expected a route label'],
  [{ routes: { '/get': { reset: true } } }, 'routes["/get"].: got "reset", expected only the fields'],
])('%j is refused and says why', async (change, message) => {
  const answer = await control(change)
  expect(answer.status).toBe(400)
  expect((JSON.parse(answer.body) as { error: string }).error).toContain(message)
})

test('a change from a web page is refused', async () => {
  expect((await ask('/control', { method: 'POST', body: '{}', headers: { Origin: 'http://evil.example' } })).status).toBe(403)
})

test('with a token, changes need it and loopback readers do not', async () => {
  const guarded = await startTestTarget({ token: 'abc' })
  try {
    const change = async (token: string | undefined): Promise<number> =>
      (
        await ask('/control', {
          url: guarded.url,
          method: 'POST',
          body: '{}',
          agent: false,
          headers: token === undefined ? {} : { 'x-brunt-token': token },
        })
      ).status
    expect([await change(undefined), await change('abd'), await change('abc')]).toEqual([403, 403, 200])
    expect((await ask('/counters', { url: guarded.url, agent: false })).status).toBe(200)
  } finally {
    guarded.close()
  }
})

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  ok,
  type RawHandler,
  type RawServer,
  rawServer,
  type TestVu,
  type TestVuOptions,
  testVu,
} from './client-harness.conformance.ts'

const closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function serve(answer: RawHandler): Promise<RawServer> {
  const server = await rawServer(answer)
  closers.push(() => server.close())
  return server
}

function vuOf(options: TestVuOptions = {}): TestVu {
  const vu = testVu(options)
  closers.push(() => vu.fire('retire'))
  return vu
}

const get = (url: string): { method: string; url: string } => ({ method: 'GET', url })
const targetOf = (request: string): string => request.split(' ')[1] ?? ''
const headerOf = (request: string, name: string): string | undefined =>
  new RegExp(`\r\n${name}: ([^\r]*)`, 'i').exec(request)?.[1]

/** `/N` redirects to `/N-1`, `/0` answers. */
const countdown: RawHandler = (socket, request) => {
  const left = Number(targetOf(request).slice(1))
  socket.write(left === 0 ? ok('arrived') : `HTTP/1.1 302 Found\r\nLocation: /${String(left - 1)}\r\nContent-Length: 0\r\n\r\n`)
}

describe('redirects', () => {
  test('are followed, each hop with samples of its own', async () => {
    const server = await serve(countdown)
    const vu = vuOf()
    const response = await vu.http.request(get(`${server.url}/3`))
    expect(response).toMatchObject({ status: 200, body: 'arrived', url: `${server.url}/0` })
    expect(vu.total('http_reqs', { status: '302' })).toBe(3)
    expect(vu.total('http_reqs', { status: '200' })).toBe(1)
    expect(vu.total('http_reqs', { url: `${server.url}/2` })).toBe(1)
    expect(server.connectionCount).toBe(1)
    expect(headerOf(server.requests[1] ?? '', 'Referer')).toBe(`${server.url}/3`)
  })

  test.each([
    [{ redirects: 2 }, {}, 3, '/3'],
    [{ redirects: 0 }, {}, 1, '/5'],
    [{}, { maxRedirects: 1 }, 2, '/4'],
  ])('end at the limit %j %j with the 3xx itself', async (spec, settings, count, last) => {
    const server = await serve(countdown)
    const response = await vuOf({ settings }).http.request({ ...get(`${server.url}/5`), ...spec })
    expect(response).toMatchObject({ status: 302, url: server.url + last, error: '' })
    expect(server.requests).toHaveLength(count)
  })

  test.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', 'data'],
    [308, 'PUT', 'PUT', 'data'],
    [302, 'HEAD', 'HEAD', ''],
  ])('%i turns %s into %s with the body %j', async (status, method, next, body) => {
    const server = await serve((socket, request) =>
      socket.write(
        targetOf(request) === '/end'
          ? 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
          : `HTTP/1.1 ${String(status)} X\r\nLocation: end\r\nContent-Length: 0\r\n\r\n`,
      ),
    )
    const response = await vuOf().http.request({
      method,
      url: `${server.url}/start`,
      ...(method === 'HEAD' ? {} : { body: 'data' }),
      headers: { 'X-Own': '1' },
    })
    expect(response.status).toBe(200)
    expect(server.requests[1]).toMatch(new RegExp(`^${next} /end HTTP/1.1\r\n`))
    expect(server.requests[1]?.split('\r\n\r\n')[1]).toBe(body)
    expect(headerOf(server.requests[1] ?? '', 'X-Own')).toBe('1')
  })

  test('to another host leave credentials behind', async () => {
    const other = await serve((socket) => socket.write(ok()))
    const server = await serve((socket) =>
      socket.write(`HTTP/1.1 302 Found\r\nLocation: http://other.example:${String(other.port)}/\r\nContent-Length: 0\r\n\r\n`),
    )
    const spec = { headers: { Authorization: 'Bearer secret', Cookie: 'a=b', 'X-Plain': 'stays' } }
    await vuOf({ dialer: { hosts: { 'other.example': '127.0.0.1' } } }).http.request({ ...get(server.url), ...spec })
    expect(headerOf(server.requests[0] ?? '', 'Authorization')).toBe('Bearer secret')
    expect(headerOf(other.requests[0] ?? '', 'Authorization')).toBeUndefined()
    expect(headerOf(other.requests[0] ?? '', 'Cookie')).toBeUndefined()
    expect(headerOf(other.requests[0] ?? '', 'X-Plain')).toBe('stays')
  })

  test.each(['http://[broken', 'ftp://127.0.0.1/'])('that lead nowhere (%s) are failed requests', async (location) => {
    const server = await serve((socket) =>
      socket.write(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`),
    )
    const vu = vuOf()
    const response = await vu.http.request(get(server.url))
    expect(response.status).toBe(0)
    expect(response.error).not.toBe('')
    expect(vu.total('http_req_failed')).toBe(1)
  })

  test('share one deadline', async () => {
    const server = await serve((socket, request) => (targetOf(request) === '/0' ? undefined : countdown(socket, request, 0, 0)))
    const response = await vuOf().http.request({ ...get(`${server.url}/2`), timeoutMs: 80 })
    expect(response).toMatchObject({ status: 0, errorCode: 1050 })
    expect(server.requests).toHaveLength(3)
  })
})

describe('cookies', () => {
  const answer: RawHandler = (socket, request) =>
    socket.write(targetOf(request) === '/set' ? ok('', 'Set-Cookie: a=1; Path=/\r\nset-cookie: b=2; Path=/only\r\n') : ok())

  test('are kept, sent back, and forgotten at the end of the iteration', async () => {
    const server = await serve(answer)
    const vu = vuOf()
    await vu.http.request(get(`${server.url}/set`))
    await vu.http.request(get(`${server.url}/x`))
    await vu.http.request(get(`${server.url}/only`))
    vu.fire('iteration-end')
    await vu.http.request(get(`${server.url}/x`))
    const sent = server.requests.map((each) => headerOf(each, 'Cookie'))
    expect(sent[0]).toBeUndefined()
    expect(sent[1]).toBe('a=1')
    expect(sent[2]?.split('; ').sort()).toEqual(['a=1', 'b=2'])
    expect(sent[3]).toBeUndefined()
  })

  test('stay with noCookiesReset', async () => {
    const server = await serve(answer)
    const vu = vuOf({ settings: { noCookiesReset: true } })
    await vu.http.request(get(`${server.url}/set`))
    vu.fire('iteration-end')
    await vu.http.request(get(`${server.url}/x`))
    expect(headerOf(server.requests[1] ?? '', 'Cookie')).toBe('a=1')
  })

  test('of a request go with it alone, beside those of the jar', async () => {
    const server = await serve(answer)
    const vu = vuOf()
    vu.http.jar.set(new URL(server.url), 'stored', 'x')
    await vu.http.request({ ...get(server.url), cookies: { own: 'y' } })
    await vu.http.request(get(server.url))
    expect(headerOf(server.requests[0] ?? '', 'Cookie')).toBe('stored=x; own=y')
    expect(headerOf(server.requests[1] ?? '', 'Cookie')).toBe('stored=x')
  })

  test('of a store that throws reject the request and nothing else', async () => {
    const server = await serve(answer)
    const vu = vuOf()
    const { jar } = vu.http
    const broken = {
      header: (url: URL) => jar.header(url),
      receive: () => {
        throw new Error('no room for cookies')
      },
      set: () => undefined,
      all: () => ({}),
      clear: () => undefined,
    }
    await expect(vu.http.request({ ...get(`${server.url}/set`), jar: broken })).rejects.toThrow('no room for cookies')
    expect((await vu.http.request(get(server.url))).status).toBe(200)
    expect(server.connectionCount).toBe(1)
  })

  test('set on the way are there at the next hop', async () => {
    const server = await serve((socket, request) =>
      socket.write(
        targetOf(request) === '/'
          ? 'HTTP/1.1 302 Found\r\nSet-Cookie: token=t; Path=/\r\nLocation: /in\r\nContent-Length: 0\r\n\r\n'
          : ok(),
      ),
    )
    await vuOf().http.request(get(server.url))
    expect(headerOf(server.requests[1] ?? '', 'Cookie')).toBe('token=t')
  })
})

describe('authentication', () => {
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

  test('digest answers the challenge once, and both requests are counted', async () => {
    const server = await serve((socket, request) => {
      const authorization = headerOf(request, 'Authorization') ?? ''
      const field = (name: string): string => new RegExp(`${name}="?([^",]+)`).exec(authorization)?.[1] ?? ''
      const expected = md5(`${md5('user:realm:secret')}:n1:${field('nc')}:${field('cnonce')}:auth:${md5('GET:/dir?x=1')}`)
      const isRight = field('response') === expected && field('uri') === '/dir?x=1'
      const challenge = 'WWW-Authenticate: Digest realm="realm", nonce="n1", qop="auth", algorithm=MD5\r\n'
      socket.write(isRight ? ok('in') : `HTTP/1.1 401 Unauthorized\r\n${challenge}Content-Length: 0\r\n\r\n`)
    })
    const vu = vuOf()
    const auth = { type: 'digest', username: 'user', password: 'secret' } as const
    expect(await vu.http.request({ ...get(`${server.url}/dir?x=1`), auth })).toMatchObject({ status: 200, body: 'in' })
    expect(vu.total('http_reqs', { status: '401' })).toBe(1)
    expect(vu.total('http_reqs', { status: '200' })).toBe(1)
    const wrong = await vu.http.request({ ...get(`${server.url}/dir?x=1`), auth: { ...auth, password: 'wrong' } })
    expect(wrong).toMatchObject({ status: 401, errorCode: 1401 })
    expect(vu.total('http_reqs')).toBe(4)
  })

  test.each([
    [{ type: 'basic', username: 'ü', password: 'p:q' } as const, `Basic ${Buffer.from('ü:p:q').toString('base64')}`],
    [{ type: 'bearer', token: 'abc' } as const, 'Bearer abc'],
  ])('%j becomes a header', async (auth, value) => {
    const server = await serve((socket) => socket.write(ok()))
    await vuOf().http.request({ ...get(server.url), auth })
    expect(headerOf(server.requests[0] ?? '', 'Authorization')).toBe(value)
  })
})

describe('many requests', () => {
  test('a batch keeps its order and its limits', async () => {
    let openCount = 0
    let mostOpen = 0
    const held: (() => void)[] = []
    const server = await serve((socket, request) => {
      openCount++
      mostOpen = Math.max(mostOpen, openCount)
      held.push(() => {
        openCount--
        socket.write(ok(targetOf(request)))
      })
      setImmediate(() => held.shift()?.())
    })
    const vu = vuOf({ settings: { batchPerHost: 3 } })
    const specs = Array.from({ length: 12 }, (_, index) => get(`${server.url}/${String(index)}`))
    const responses = await vu.http.batch([...specs, get('http://127.0.0.1:1/')])
    expect(responses.map((each) => each.body)).toEqual([...specs.map((_, index) => `/${String(index)}`), null])
    expect(mostOpen).toBeLessThanOrEqual(3)
    expect(server.connectionCount).toBeLessThanOrEqual(3)
    expect(await vu.http.batch([])).toEqual([])
  })

  test('an expectation that throws rejects the request and nothing else', async () => {
    const server = await serve((socket) => socket.write(ok()))
    const vu = vuOf()
    const isExpected = (): boolean => {
      throw new Error('no idea')
    }
    await expect(vu.http.request({ ...get(server.url), isExpected })).rejects.toThrow('no idea')
    expect((await vu.http.request(get(server.url))).status).toBe(200)
    expect(server.connectionCount).toBe(1)
  })

  test('a batch with a wrong spec rejects', async () => {
    await expect(vuOf().http.batch([{ method: 'NO GO', url: 'http://127.0.0.1:1/' }])).rejects.toMatchObject({
      code: 'HTTP_METHOD_INVALID',
    })
  })

  test('rps lets them through one after another', async () => {
    const server = await serve((socket) => socket.write(ok()))
    const vu = vuOf({ settings: { rps: 200 } })
    const responses = await Promise.all(Array.from({ length: 10 }, () => vu.http.request(get(server.url))))
    expect(responses.every((each) => each.status === 200)).toBe(true)
    expect(vu.total('http_reqs')).toBe(10)
  })

  test('the first of an iteration that was due reports its response time, the others do not', async () => {
    const server = await serve((socket) => socket.write(ok()))
    const vu = vuOf()
    vu.dueAtMs = performance.now() - 5000
    await vu.http.request(get(server.url))
    await vu.http.request(get(server.url))
    expect(vu.total('http_req_response_time')).toBe(1)
    vu.fire('iteration-end')
    await vu.http.request(get(server.url))
    expect(vu.total('http_req_response_time')).toBe(2)
    vu.fire('iteration-end')
    vu.dueAtMs = undefined
    await vu.http.request(get(server.url))
    expect(vu.total('http_req_response_time')).toBe(2)
  })

  test('debug shows heads, and bodies when asked', async () => {
    const server = await serve((socket) => socket.write(ok('the answer')))
    const vu = vuOf({ settings: { debug: 'full' } })
    await vu.http.request({ method: 'POST', url: server.url, body: 'the question' })
    expect(vu.debugTexts[0]).toMatch(/^request: POST \/ HTTP\/1\.1[\s\S]*the question/)
    expect(vu.debugTexts[1]).toMatch(/200[\s\S]*Content-Length: 10[\s\S]*the answer/)
  })

  test('URLs that never repeat cost neither memory nor correctness', async () => {
    const server = await serve((socket, request) => socket.write(ok(targetOf(request))))
    const vu = vuOf({ settings: { systemTags: ['status'] } })
    for (let index = 0; index < 5000; index++) {
      const response = await vu.http.request(get(`${server.url}/${String(index)}`))
      if (response.body !== `/${String(index)}`) throw new Error(`wrong match at ${String(index)}`)
    }
    expect(vu.total('http_reqs')).toBe(5000)
  })
})

test('a plain request through a proxy goes in absolute form with the proxy credentials', async () => {
  const proxy = await serve((socket) => socket.write(ok('from the proxy')))
  const vu = vuOf({ dialer: { proxy: { http: `http://me:pw@127.0.0.1:${String(proxy.port)}`, https: undefined, noProxy: [] } } })
  const response = await vu.http.request(get('http://target.example:8000/path?q=1'))
  expect(response.body).toBe('from the proxy')
  expect(proxy.requests[0]).toMatch(/^GET http:\/\/target\.example:8000\/path\?q=1 HTTP\/1\.1\r\nHost: target\.example:8000\r\n/)
  expect(headerOf(proxy.requests[0] ?? '', 'Proxy-Authorization')).toBe(`Basic ${Buffer.from('me:pw').toString('base64')}`)
})

describe('TLS', () => {
  let folder = ''
  let key = ''
  let cert = ''

  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'brunt-tls-'))
    const files = { keyFile: path.join(folder, 'key.pem'), certFile: path.join(folder, 'cert.pem') }
    const options = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      '/CN=localhost',
      '-days',
      '2',
    ]
    execFileSync('openssl', ['req', '-x509', ...options, '-keyout', files.keyFile, '-out', files.certFile], { stdio: 'ignore' })
    key = readFileSync(files.keyFile, 'utf8')
    cert = readFileSync(files.certFile, 'utf8')
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('HTTP/1.1: one handshake, reuse, version and bytes on the wire', async () => {
    let connectionCount = 0
    const server = createHttpsServer({ key, cert }, (request, response) => response.end(`secret ${request.url ?? ''}`))
    server.on('secureConnection', () => connectionCount++)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closers.push(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    const vu = vuOf({ settings: { isHttp2Enabled: false } })
    const first = await vu.http.request(get(`${url}/1`))
    expect(first).toMatchObject({ status: 200, body: 'secret /1', protocol: 'HTTP/1.1', tlsVersion: 'TLSv1.3' })
    expect(first.timings.tls).toBeGreaterThan(0)
    expect(first.timings.blocked).toBeGreaterThanOrEqual(first.timings.tls)
    const handshakeBytes = vu.total('data_received')
    const second = await vu.http.request(get(`${url}/2`))
    expect(second.timings.tls).toBe(0)
    expect(connectionCount).toBe(1)
    expect(vu.total('data_received') - handshakeBytes).toBeLessThan(handshakeBytes)
    expect(vu.tagsOf('http_reqs')[0]).toMatchObject({ tls_version: 'tls1.3', proto: 'HTTP/1.1' })
  })

  test('HTTP/2 by ALPN: streams share a connection, flows and samples are the same', async () => {
    let sessionCount = 0
    const server = createSecureServer({ key, cert }, (request, response) => {
      let body = ''
      request.on('data', (piece: Buffer) => (body += piece.toString()))
      request.on('end', () => {
        if (request.url === '/move') response.writeHead(302, { location: '/end', 'set-cookie': 'a=1; Path=/' }).end()
        else response.end(`${request.method} ${request.url} ${request.headers.cookie ?? '-'} ${body}`)
      })
    })
    server.on('session', (session) => {
      sessionCount++
      closers.push(() => session.destroy())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closers.unshift(() => server.close())
    const url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    const vu = vuOf()
    const posted = await vu.http.request({ method: 'POST', url: `${url}/post`, body: 'data' })
    expect(posted).toMatchObject({ status: 200, statusText: 'OK', protocol: 'HTTP/2.0', body: 'POST /post - data' })
    const moved = await vu.http.request(get(`${url}/move`))
    expect(moved).toMatchObject({ body: 'GET /end a=1 ', url: `${url}/end` })
    const many = await vu.http.batch(Array.from({ length: 6 }, (_, index) => get(`${url}/${String(index)}`)))
    expect(many.map((each) => each.body)).toEqual(many.map((_, index) => `GET /${String(index)} a=1 `))
    expect(sessionCount).toBe(1)
    expect(vu.total('http_reqs', { proto: 'HTTP/2.0' })).toBe(9)
    expect(vu.total('http_req_body_bytes')).toBe(4)
    expect(vu.total('data_received')).toBeGreaterThan(0)
  })
})

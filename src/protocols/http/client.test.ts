import { createServer as createHttpServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
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

describe('one request', () => {
  test('goes out as HTTP/1.1 with Host and User-Agent, and its response is there in full', async () => {
    const server = await serve((socket) => socket.write(ok('{"a":1}', 'X-One: 1\r\nx-two: a\r\nX-Two: b\r\n')))
    const response = await vuOf().http.request(get(`${server.url}/path?q=1#fragment`))
    expect(server.requests).toEqual([
      `GET /path?q=1 HTTP/1.1\r\nHost: 127.0.0.1:${String(server.port)}\r\nUser-Agent: test\r\n\r\n`,
    ])
    expect(response).toMatchObject({ status: 200, statusText: 'OK', protocol: 'HTTP/1.1', error: '', errorCode: 0, bodyBytes: 7 })
    expect(response.body).toBe('{"a":1}')
    expect(response.json()).toEqual({ a: 1 })
    expect(response.headers).toEqual({ 'Content-Length': '7', 'X-One': '1', 'X-Two': 'a, b' })
    expect(response.rawHeaders).toEqual(['Content-Length', '7', 'X-One', '1', 'x-two', 'a', 'X-Two', 'b'])
    expect(response.header('X-TWO')).toBe('a')
    expect(response.header('none')).toBeUndefined()
    expect(response.remoteAddress).toBe('127.0.0.1')
    expect(response.remotePort).toBe(server.port)
    expect(response.request).toMatchObject({ method: 'GET', headers: { 'User-Agent': 'test' }, body: null })
    expect(JSON.parse(JSON.stringify(response))).toMatchObject({ status: 200, body: '{"a":1}' })
    expect(inspect(response)).toContain('status: 200')
  })

  test('counts exactly one of each sample, with its tags and every byte', async () => {
    const server = await serve((socket) => socket.write(ok('hello')))
    const vu = vuOf()
    const { timings } = await vu.http.request(get(`${server.url}/`))
    for (const name of [
      'http_reqs',
      'http_req_duration',
      'http_req_blocked',
      'http_req_connecting',
      'http_req_tls_handshaking',
      'http_req_sending',
      'http_req_waiting',
      'http_req_receiving',
    ]) {
      expect([name, vu.total(name)]).toEqual([name, 1])
    }
    expect(vu.total('http_req_failed')).toBe(0)
    expect(vu.total('http_res_body_bytes')).toBe(5)
    expect(vu.total('data_sent')).toBe(server.requests[0]?.length)
    expect(vu.total('data_received')).toBe(ok('hello').length)
    const url = `${server.url}/`
    expect(vu.tagsOf('http_reqs')).toEqual([
      { method: 'GET', name: url, url, status: '200', proto: 'HTTP/1.1', expected_response: 'true' },
    ])
    expect(timings.duration).toBeCloseTo(timings.sending + timings.waiting + timings.receiving, 6)
    for (const phase of Object.values(timings)) expect(phase).toBeGreaterThanOrEqual(0)
  })

  test.each([
    ['GET', undefined, undefined],
    ['POST', undefined, '0'],
    ['PUT', undefined, '0'],
    ['DELETE', undefined, undefined],
    ['POST', 'héllo', '6'],
    ['PATCH', Buffer.from('bytes'), '5'],
    ['PROPFIND', 'x'.repeat(100_000), '100000'],
    ['POST', Buffer.alloc(100_000, 'y'), '100000'],
  ] as const)('%s frames its body by Content-Length', async (method, body, length) => {
    const server = await serve((socket) => socket.write(ok()))
    const vu = vuOf()
    const response = await vu.http.request({ method, url: server.url, body })
    expect(response.status).toBe(200)
    expect(/content-length: (\d+)/i.exec(server.requests[0] ?? '')?.[1]).toBe(length)
    const sent = (server.requests[0] ?? '').split('\r\n\r\n')[1] ?? ''
    expect(Buffer.from(sent, 'latin1')).toEqual(Buffer.from(body ?? ''))
    expect(vu.total('http_req_body_bytes')).toBe(Number(length ?? 0))
    expect(vu.total('data_sent')).toBe(server.requests[0]?.length)
  })

  test('sends the headers of the script once each, framing and Host under our control', async () => {
    const server = await serve((socket) => socket.write(ok()))
    const headers = {
      Host: 'other.example',
      'user-agent': 'mine',
      'X-List': ['a', 'b'],
      'X-Number': 5,
      'X-Text': 'é',
      'Content-Length': '999',
    }
    await vuOf().http.request({ method: 'POST', url: server.url, headers, body: 'abc' })
    expect(server.requests[0]).toBe(
      'POST / HTTP/1.1\r\nHost: other.example\r\nuser-agent: mine\r\nX-List: a\r\nX-List: b\r\nX-Number: 5\r\nX-Text: \xc3\xa9\r\nContent-Length: 3\r\n\r\nabc',
    )
  })

  test.each([
    [{ headers: { 'X-A': 'b\r\nX-Evil: 1' } }, 'HTTP_HEADER_INVALID'],
    [{ headers: { 'X-A\r\nX-Evil': 'b' } }, 'HTTP_HEADER_INVALID'],
    [{ headers: { '': 'b' } }, 'HTTP_HEADER_INVALID'],
    [{ headers: { 'X-A': 'b\0' } }, 'HTTP_HEADER_INVALID'],
    [{ cookies: { a: 'b\r\nX-Evil: 1' } }, 'HTTP_HEADER_INVALID'],
    [{ auth: { type: 'bearer', token: 'a\nb' } as const }, 'HTTP_HEADER_INVALID'],
    [{ method: 'GET / HTTP/1.1\r\nX: y' }, 'HTTP_METHOD_INVALID'],
    [{ method: '' }, 'HTTP_METHOD_INVALID'],
  ])('that would smuggle a line (%j) is refused before anything is sent', async (spec, code) => {
    const server = await serve((socket) => socket.write(ok()))
    const vu = vuOf()
    await expect(vu.http.request({ ...get(server.url), ...spec })).rejects.toMatchObject({ code })
    expect(server.connectionCount).toBe(0)
    expect(vu.total('http_reqs')).toBe(0)
  })

  test.each([
    ['/relative', 'no scheme'],
    ['example.com/x', 'no scheme'],
    ['ftp://example.com/', 'scheme "ftp"'],
    ['http://a b/', 'cannot be read'],
    ['http://host:99999/', 'cannot be read'],
    ['http://host:0/', 'port 0'],
    ['http://', 'cannot be read'],
    ['', 'empty'],
    [5 as unknown as string, 'not a string'],
  ])('to the URL %j fails with code 1020 and says why', async (url, text) => {
    const vu = vuOf()
    const response = await vu.http.request(get(url))
    expect(response).toMatchObject({ status: 0, errorCode: 1020, body: null })
    expect(response.error).toContain('invalid URL')
    expect(response.error).toContain(text)
    expect(vu.total('http_req_failed', { error_code: '1020' })).toBe(1)
  })

  test.each([
    ['/ünï?q=ä b', 'GET /%C3%BCn%C3%AF?q=%C3%A4%20b HTTP/1.1'],
    ['/a/../b', 'GET /b HTTP/1.1'],
    ['', 'GET / HTTP/1.1'],
    ['?x=1', 'GET /?x=1 HTTP/1.1'],
    ['/%7Euser', 'GET /%7Euser HTTP/1.1'],
  ])('to the path %j asks for %j', async (path, line) => {
    const server = await serve((socket) => socket.write(ok()))
    await vuOf().http.request(get(server.url + path))
    expect(server.requests[0]?.split('\r\n')[0]).toBe(line)
  })

  test('to a relative URL goes to the base URL', async () => {
    const server = await serve((socket) => socket.write(ok()))
    const response = await vuOf({ settings: { baseUrl: `${server.url}/api/` } }).http.request(get('items'))
    expect(server.requests[0]).toMatch(/^GET \/api\/items /)
    expect(response.url).toBe(`${server.url}/api/items`)
  })

  test('with credentials in its URL authenticates, and never shows them', async () => {
    const server = await serve((socket) => socket.write(ok()))
    const vu = vuOf()
    const response = await vu.http.request(get(`http://us%20er:secret@127.0.0.1:${String(server.port)}/`))
    expect(server.requests[0]).toContain(`Authorization: Basic ${Buffer.from('us er:secret').toString('base64')}\r\n`)
    expect(response.url).toBe(`http://****:****@127.0.0.1:${String(server.port)}/`)
    expect(vu.tagsOf('http_reqs')[0]?.url).toBe(response.url)
  })

  test('takes a name, tags and an expectation of its own', async () => {
    const server = await serve((socket) => socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'))
    const vu = vuOf()
    const spec = { name: 'item', tags: { custom: 'yes' }, isExpected: (status: number) => status === 404 }
    const response = await vu.http.request({ ...get(`${server.url}/items/17`), ...spec })
    expect(response).toMatchObject({ status: 404, error: '', errorCode: 1404 })
    expect(vu.total('http_req_failed')).toBe(0)
    expect(vu.tagsOf('http_reqs')).toEqual([
      {
        method: 'GET',
        name: 'item',
        url: 'item',
        status: '404',
        proto: 'HTTP/1.1',
        expected_response: 'true',
        error_code: '1404',
        custom: 'yes',
      },
    ])
  })
})

describe('bodies', () => {
  const body = 'Überraschung, a body of some length, to be cut anywhere'
  const bytes = Buffer.from(body).toString('latin1')
  const chunked = `3\r\n${bytes.slice(0, 3)}\r\n${(bytes.length - 3).toString(16)};x\r\n${bytes.slice(3)}\r\n0\r\nT: 1\r\n\r\n`
  const whole = {
    measured: `HTTP/1.1 200 OK\r\nContent-Length: ${String(bytes.length)}\r\n\r\n${bytes}`,
    chunked: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
    'until close': `HTTP/1.1 200 OK\r\n\r\n${bytes}`,
    'behind interim responses': `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: ${String(bytes.length)}\r\n\r\n${bytes}`,
  }

  test.each(Object.entries(whole))('%s: any split on the wire gives the same response', async (kind, text) => {
    const cutsOf = new Map<string, number[]>()
    const server = await serve((socket, request) => {
      const cuts = cutsOf.get(/GET (\S+)/.exec(request)?.[1] ?? '') ?? []
      const points = [0, ...cuts.map((cut) => cut % text.length), text.length].sort((a, b) => a - b)
      const pieces = points
        .slice(1)
        .map((point, index) => text.slice(points[index], point))
        .filter((piece) => piece !== '')
      const sendNext = (): void => {
        const piece = pieces.shift()
        if (piece !== undefined) socket.write(piece, 'latin1', () => setImmediate(sendNext))
        else if (kind === 'until close') socket.end()
      }
      sendNext()
    })
    const vu = vuOf()
    let count = 0
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1000), { maxLength: 6 }), async (cuts) => {
        const path = `/${String(count++)}`
        cutsOf.set(path, cuts)
        const response = await vu.http.request(get(server.url + path))
        expect([response.status, response.error, response.body]).toEqual([200, '', body])
        expect(response.bodyBytes).toBe(bytes.length)
      }),
      { numRuns: 60 },
    )
    expect(vu.total('data_received')).toBe(text.length * count)
    expect(server.connectionCount).toBe(kind === 'until close' ? count : 1)
  })

  test('one byte at a time is slow for nobody but the server', async () => {
    const text = whole.chunked
    const server = await serve((socket) => {
      let at = 0
      const next = (): void => {
        if (at < text.length) socket.write(text[at++] as string, 'latin1', () => setImmediate(next))
      }
      next()
    })
    const response = await vuOf().http.request(get(server.url))
    expect(response.body).toBe(body)
  })

  test.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n', 200],
    ['HEAD', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 200],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n', 204],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n', 304],
    ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 200],
    ['GET', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 200],
  ])('%s answered by %j has an empty body and keeps the connection', async (method, text, status) => {
    const server = await serve((socket) => socket.write(text))
    const vu = vuOf()
    for (let round = 0; round < 3; round++) {
      const response = await vu.http.request({ method, url: server.url })
      expect(response).toMatchObject({ status, body: '', bodyBytes: 0, error: '' })
    }
    expect(server.connectionCount).toBe(1)
  })

  test.each([
    [{ responseType: 'binary' } as const, {}, new Uint8Array(Buffer.from(body))],
    [{ responseType: 'none' } as const, {}, null],
    [{}, { discardResponseBodies: true }, null],
    [{ responseType: 'text' } as const, { discardResponseBodies: true }, body],
  ])('come as asked for: %j with %j', async (spec, settings, expected) => {
    for (const text of [whole.measured, whole.chunked]) {
      const server = await serve((socket) => socket.write(text, 'latin1'))
      const response = await vuOf({ settings }).http.request({ ...get(server.url), ...spec })
      expect(response.body).toEqual(expected)
      expect(response.bodyBytes).toBe(bytes.length)
      expect(response.header('content-length') ?? response.header('transfer-encoding')).toBeDefined()
    }
  })

  test('over the limit fail when they are kept, announced or not, and are counted when they are not', async () => {
    const big = 'x'.repeat(300_000)
    const server = await serve((socket, request) => {
      const isChunked = request.startsWith('GET /chunked')
      socket.write(isChunked ? `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n493e0\r\n${big}\r\n0\r\n\r\n` : ok(big))
    })
    const vu = vuOf({ shared: { maxBodyBytes: 100_000 } })
    for (const path of ['/', '/chunked']) {
      const refused = await vu.http.request(get(server.url + path))
      expect(refused).toMatchObject({ status: 0, errorCode: 1000, body: null })
      expect(refused.error).toMatch(/response body over .*responseType 'none'/)
      const counted = await vu.http.request({ ...get(server.url + path), responseType: 'none' })
      expect(counted).toMatchObject({ status: 200, bodyBytes: 300_000 })
    }
  })

  test('of many megabytes come whole', async () => {
    const big = Buffer.alloc(20_000_000, 'abcdefghij')
    const server = await serve((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${String(big.length)}\r\n\r\n`)
      socket.write(big)
    })
    const response = await vuOf().http.request({ ...get(server.url), responseType: 'binary' })
    expect(Buffer.compare(response.body as Uint8Array, big)).toBe(0)
  })

  test('that are streams are sent in chunks, or with their length, as the script yields them', async () => {
    const server = await serve((socket) => socket.write(ok()))
    const vu = vuOf()
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (const piece of ['one', '', 'three']) yield await Promise.resolve(Buffer.from(piece))
    }
    await vu.http.request({ method: 'POST', url: server.url, body: { stream: pieces() } })
    await vu.http.request({ method: 'POST', url: server.url, body: { stream: pieces(), length: 8 } })
    expect(server.requests[0]).toMatch(/Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n$/)
    expect(server.requests[1]).toMatch(/Content-Length: 8\r\n\r\nonethree$/)
    expect(vu.total('http_req_body_bytes')).toBe(16)
    expect(vu.total('data_sent')).toBe(server.requests.join('').length)
    expect(server.connectionCount).toBe(1)
  })

  test.each([
    ['throws', undefined, 'request body: the disk is gone'],
    ['is shorter than said', 100, 'request body: the stream does not have the length it was said to have'],
    ['is longer than said', 2, 'request body: the stream does not have the length it was said to have'],
  ])('whose stream %s fail the request', async (kind, length, error) => {
    const server = await serve((socket) => socket.write(ok()))
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('abc'))
      if (kind === 'throws') throw new Error('the disk is gone')
    }
    const response = await vuOf().http.request({ method: 'POST', url: server.url, body: { stream: pieces(), length } })
    expect(response).toMatchObject({ status: 0, error, errorCode: 1000 })
  })

  test('that are streams never pile up in memory while the server does not read', async () => {
    let yieldedBytes = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        yieldedBytes += 65_536
        yield await Promise.resolve(new Uint8Array(65_536))
      }
    }
    const stuck = createHttpServer((request) => request.pause())
    stuck.listen(0, '127.0.0.1')
    await once(stuck, 'listening')
    closers.push(() => {
      stuck.closeAllConnections()
      stuck.close()
    })
    const url = `http://127.0.0.1:${String((stuck.address() as AddressInfo).port)}/`
    const response = await vuOf().http.request({ method: 'POST', url, body: { stream: endless() }, timeoutMs: 400 })
    expect(response).toMatchObject({ status: 0, errorCode: 1050 })
    expect(yieldedBytes).toBeLessThan(50_000_000)
  })

  test.each([
    ['gzip', gzipSync('packed')],
    ['GZIP', gzipSync('packed')],
    ['identity', Buffer.from('packed')],
  ])('with Content-Encoding %s are decoded, their wire size kept', async (coding, packed) => {
    const server = await serve((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${String(packed.length)}\r\n\r\n`)
      socket.write(packed)
    })
    const response = await vuOf().http.request(get(server.url))
    expect(response).toMatchObject({ status: 200, body: 'packed', bodyBytes: packed.length })
  })

  test('large and packed are decoded off the loop', async () => {
    const text = Array.from({ length: 200_000 }, (_, index) => String(index * 7919)).join()
    const packed = gzipSync(text)
    const server = await serve((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${String(packed.length)}\r\n\r\n`)
      socket.write(packed)
    })
    const response = await vuOf().http.request(get(server.url))
    expect(response.body).toBe(text)
  })

  test('that cannot be decoded are failed requests with code 1701, except when nobody wants them', async () => {
    const server = await serve((socket) => socket.write(ok('not gzip at all', 'Content-Encoding: gzip\r\n')))
    const vu = vuOf()
    expect(await vu.http.request(get(server.url))).toMatchObject({ status: 0, errorCode: 1701, body: null })
    expect(await vu.http.request({ ...get(server.url), responseType: 'none' })).toMatchObject({ status: 200, errorCode: 0 })
    expect(vu.total('http_req_failed')).toBe(1)
    expect(vu.total('http_reqs')).toBe(2)
  })

  test('of requests are compressed when asked', async () => {
    const server = await serve((socket) => socket.write(ok()))
    const vu = vuOf()
    await vu.http.request({ method: 'POST', url: server.url, body: 'a'.repeat(1000), compression: 'gzip' })
    expect(server.requests[0]).toContain('Content-Encoding: gzip\r\n')
    const [, length] = /Content-Length: (\d+)/.exec(server.requests[0] ?? '') ?? []
    expect(Number(length)).toBeLessThan(100)
    expect(vu.total('http_req_body_bytes')).toBe(Number(length))
    await expect(vu.http.request({ method: 'POST', url: server.url, body: 'a', compression: 'lzma' })).rejects.toMatchObject({
      code: 'HTTP_COMPRESSION_UNKNOWN',
    })
  })

  test('that are not JSON say so with their beginning', async () => {
    const server = await serve((socket) => socket.write(ok('<html>')))
    const response = await vuOf().http.request(get(server.url))
    expect(() => response.json()).toThrow(/not JSON: <html>/)
    const none = await vuOf().http.request({ ...get(server.url), responseType: 'none' })
    expect(() => none.json()).toThrow(/no body to parse: it was discarded/)
  })
})

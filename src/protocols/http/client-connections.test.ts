import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
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

describe('connections', () => {
  test('one is enough for requests that follow each other', async () => {
    const server = await serve((socket) => socket.write(ok()))
    const vu = vuOf()
    for (let index = 0; index < 20; index++)
      expect((await vu.http.request(get(`${server.url}/${String(index)}`))).status).toBe(200)
    expect(server.connectionCount).toBe(1)
    expect(vu.total('http_reqs')).toBe(20)
  })

  test('each VU has its own', async () => {
    const server = await serve((socket) => socket.write(ok()))
    await Promise.all([vuOf().http.request(get(server.url)), vuOf().http.request(get(server.url))])
    expect(server.connectionCount).toBe(2)
  })

  test.each([
    ['a Connection: close of the server', {}, 'Connection: close\r\n'],
    ['noConnectionReuse', { noConnectionReuse: true }, ''],
  ])('%s ends them after each request', async (_, settings, headers) => {
    const server = await serve((socket) => socket.write(ok('hello', headers)))
    const vu = vuOf({ settings })
    for (let index = 0; index < 3; index++) expect((await vu.http.request(get(server.url))).body).toBe('hello')
    expect(server.connectionCount).toBe(3)
    if ('noConnectionReuse' in settings) expect(server.requests[0]).toContain('Connection: close\r\n')
  })

  test('noVuConnectionReuse keeps them within an iteration only', async () => {
    const server = await serve((socket) => socket.write(ok()))
    const vu = vuOf({ settings: { noVuConnectionReuse: true } })
    for (let iteration = 0; iteration < 2; iteration++) {
      await vu.http.request(get(server.url))
      await vu.http.request(get(server.url))
      vu.fire('iteration-end')
    }
    expect(server.connectionCount).toBe(2)
  })

  test('overlapping requests take one each, and only a few are kept', async () => {
    const server = await serve((socket) => socket.write(ok()))
    const vu = vuOf({ settings: { batchPerHost: 2 } })
    const responses = await Promise.all(
      Array.from({ length: 10 }, (_, index) => vu.http.request(get(`${server.url}/${String(index)}`))),
    )
    expect(responses.map((each) => each.status)).toEqual(Array.from({ length: 10 }, () => 200))
    expect(server.connectionCount).toBe(10)
    await vu.http.request(get(server.url))
    expect(server.connectionCount).toBe(10)
    expect(server.openCount).toBeLessThanOrEqual(4)
  })

  test('bytes behind a response close the connection, so they can never answer the next request', async () => {
    const server = await serve((socket, _, index, connection) =>
      socket.write(index === 0 ? `${ok(`right ${String(connection)}`)}${ok('wrong')}` : ok('wrong')),
    )
    const vu = vuOf()
    const bodies = []
    for (let index = 0; index < 3; index++) bodies.push((await vu.http.request(get(server.url))).body)
    expect(bodies).toEqual(['right 0', 'right 1', 'right 2'])
  })

  test('bytes that come between two requests close the connection as well', async () => {
    const sockets: net.Socket[] = []
    const server = await serve((socket, _, __, connection) => {
      sockets.push(socket)
      socket.write(ok(`from ${String(connection)}`))
    })
    const vu = vuOf()
    await vu.http.request(get(server.url))
    const [first] = sockets
    first?.write(ok('unasked'))
    await once(first as net.Socket, 'close')
    expect((await vu.http.request(get(server.url))).body).toBe('from 1')
  })

  test('a server that talks before it is asked gets a failed request', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined)
      socket.write('220 mail.example ESMTP\r\n')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closers.push(() => server.close())
    const response = await vuOf().http.request(get(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`))
    expect(response).toMatchObject({ status: 0, errorCode: 1000 })
    expect(response.error).toMatch(/^bad response: /)
  })

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])(
    'a kept one that the server drops silently is replaced without a word (%s)',
    async (method) => {
      const server = await serve((socket, _, index) =>
        index === 1 ? socket.destroy() : socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
      )
      const vu = vuOf()
      for (let round = 0; round < 4; round++) expect((await vu.http.request({ method, url: server.url })).status).toBe(200)
      expect(vu.total('http_reqs')).toBe(4)
      expect(vu.total('http_req_failed')).toBe(0)
      expect(vu.warnings).toEqual([])
    },
  )

  test('a POST is never sent twice on its own', async () => {
    const server = await serve((socket, _, index) => (index === 1 ? socket.destroy() : socket.write(ok())))
    const vu = vuOf()
    await vu.http.request(get(server.url))
    const response = await vu.http.request({ method: 'POST', url: server.url, body: 'pay 5' })
    expect(response.status).toBe(0)
    expect(server.requests.filter((each) => each.startsWith('POST'))).toHaveLength(1)
  })

  test('a fresh one that is dropped is a failure, and a repeated drop is not repeated for ever', async () => {
    const server = await serve((socket) => socket.destroy())
    const vu = vuOf()
    const response = await vu.http.request(get(server.url))
    expect(response).toMatchObject({ status: 0, error: 'the server closed the connection without a response', errorCode: 1000 })
    expect(server.requests).toHaveLength(1)
  })

  test('a server that closes a kept one in peace costs nothing', async () => {
    const server = await serve((socket) => {
      socket.write(ok())
      socket.end()
    })
    const vu = vuOf()
    for (let round = 0; round < 3; round++) expect((await vu.http.request(get(server.url))).status).toBe(200)
    expect(vu.total('http_reqs')).toBe(3)
  })

  test.each(['ends', 'is dropped'])(
    'an answer that comes before the request is sent in full counts, and the connection %s',
    async (how) => {
      const server = net.createServer((socket) => {
        socket.on('error', () => undefined)
        socket.once('data', () => {
          socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig')
          if (how === 'ends') socket.end()
          else setImmediate(() => socket.destroy())
        })
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      closers.push(() => server.close())
      const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`
      const response = await vuOf().http.request({ method: 'POST', url, body: Buffer.alloc(5_000_000) })
      expect(response).toMatchObject({ status: 413, body: 'big' })
    },
  )

  test('retiring closes them', async () => {
    const server = await serve((socket) => socket.write(ok()))
    const vu = vuOf()
    const closed = serverSocketClosed(server)
    await vu.http.request(get(server.url))
    vu.fire('retire')
    await closed()
    expect(server.openCount).toBe(0)
  })
})

/** Resolves when the server has seen all its connections close. */
function serverSocketClosed(server: RawServer): () => Promise<void> {
  return async () => {
    while (server.openCount > 0) await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('failures', () => {
  test('a refused port is code 1212, counted and warned of once', async () => {
    const server = await rawServer(() => undefined)
    await server.close()
    const vu = vuOf()
    for (let round = 0; round < 3; round++)
      expect(await vu.http.request(get(server.url))).toMatchObject({ status: 0, protocol: '', errorCode: 1212, body: null })
    expect(vu.total('http_req_failed', { error_code: '1212', status: '0', expected_response: 'false' })).toBe(3)
    expect(vu.total('http_reqs')).toBe(3)
    expect(vu.warnings).toHaveLength(1)
    expect(vu.warnings[0]).toContain(server.url)
  })

  test('throwOnError rejects instead, for errors only', async () => {
    const server = await serve((socket) => socket.write('HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n'))
    const vu = vuOf({ settings: { throwOnError: true } })
    expect((await vu.http.request(get(server.url))).status).toBe(500)
    await expect(vu.http.request(get('http://127.0.0.1:1/'))).rejects.toMatchObject({ name: 'NetworkError', code: 1212 })
    expect((await vu.http.request({ ...get('http://127.0.0.1:1/'), throwOnError: false })).errorCode).toBe(1212)
  })

  test.each([
    ['never answers', ''],
    ['never ends its head', 'HTTP/1.1 200 OK\r\nX: '],
    ['never ends its body', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'],
    ['never ends its chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
    ['never closes', 'HTTP/1.1 200 OK\r\n\r\nhello'],
  ])('a server that %s is a request timeout, code 1050, and its connection is not used again', async (_, text) => {
    const server = await serve((socket) => socket.write(text))
    const vu = vuOf()
    const response = await vu.http.request({ ...get(server.url), timeoutMs: 60 })
    expect(response).toMatchObject({ status: 0, error: 'request timeout', errorCode: 1050, body: null })
    expect(response.timings.duration).toBeGreaterThanOrEqual(50)
    await vu.http.request({ ...get(server.url), timeoutMs: 60 })
    expect(server.connectionCount).toBe(2)
  })

  test('a long timeout that is pending does not delay a shorter one', async () => {
    const server = await serve((socket, request) => (request.includes('/slow') ? undefined : socket.write(ok())))
    const vu = vuOf()
    const slow = vu.http.request({ ...get(`${server.url}/slow`), timeoutMs: 20_000 })
    expect((await vu.http.request({ ...get(`${server.url}/slow`), timeoutMs: 40 })).errorCode).toBe(1050)
    expect((await vu.http.request(get(server.url))).status).toBe(200)
    vu.fire('interrupt', new Error('over'))
    await expect(slow).rejects.toThrow('over')
  })

  test('interruption rejects what is pending, wherever it is, and leaves nothing half-read behind', async () => {
    const server = await serve((socket, request, _, connection) => {
      if (request.includes('/half')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf')
      else if (request.includes('/ok')) socket.write(ok(`fresh ${String(connection)}`))
    })
    const vu = vuOf()
    const half = vu.http.request(get(`${server.url}/half`))
    const silent = vu.http.request(get(`${server.url}/silent`))
    while (server.requests.length < 2) await new Promise((resolve) => setImmediate(resolve))
    const dialling = vu.http.request(get(`${server.url}/ok`))
    const reason = new Error('the iteration is over')
    vu.fire('interrupt', reason)
    for (const each of [half, silent, dialling]) await expect(each).rejects.toBe(reason)
    vu.fire('iteration-end')
    expect((await vu.http.request(get(`${server.url}/ok`))).body).toMatch(/^fresh [2-9]/)
  })

  const violations: readonly (readonly [string, string])[] = [
    ['cut in the head', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['cut in the body', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhell'],
    ['cut in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel'],
    ['cut before the last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
    ['cut in the trailers', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: x\r\n'],
    ['only interim responses', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(40)],
    ['an unasked upgrade', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a bad chunk size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n'],
    ['a chunk that lies', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
    ['HTTP/0.9', '<html>hello</html>'],
    ['a header of 1 MB', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1_000_000)}\r\n\r\n`],
    ['a million headers', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(200_000)}\r\n`],
  ]

  test.each(violations)('%s is a failed request with a text, and the next one is well', async (kind, text) => {
    const server = await serve((socket, request) => {
      if (request.startsWith('GET /ok')) socket.write(ok())
      else socket.end(text)
    })
    const vu = vuOf()
    const response = await vu.http.request(get(server.url))
    expect(response).toMatchObject({ status: 0, body: null, errorCode: 1000 })
    expect(response.error).toMatch(kind.startsWith('cut') ? /^response cut off$/ : /^bad response: /)
    expect((await vu.http.request(get(`${server.url}/ok`))).body).toBe('hello')
    expect(vu.total('http_reqs')).toBe(2)
    expect(vu.total('http_req_failed')).toBe(1)
  })

  test('no response that is broken somewhere crashes, hangs, or answers another request', async () => {
    const whole = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\nT: x\r\n\r\n'
    const measured = 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: keep-alive\r\n\r\nhello world'
    let broken = Buffer.alloc(0)
    const server = await serve((socket, request) => {
      if (request.startsWith('GET /ok')) socket.write(ok('right'))
      else socket.end(broken)
    })
    const vu = vuOf()
    const edit = fc.record({ at: fc.nat(200), remove: fc.nat(6), insert: fc.uint8Array({ maxLength: 6 }) })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(whole, measured), fc.array(edit, { minLength: 1, maxLength: 4 }), async (text, edits) => {
        let bytes = Buffer.from(text)
        for (const { at, remove, insert } of edits) {
          const start = at % bytes.length
          bytes = Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)])
          if (bytes.length === 0) bytes = Buffer.from('x')
        }
        broken = bytes
        const response = await vu.http.request({ ...get(server.url), timeoutMs: 5000 })
        expect(response.errorCode).not.toBe(1050)
        expect(response.status === 0).toBe(response.error !== '')
        expect((await vu.http.request(get(`${server.url}/ok`))).body).toBe('right')
      }),
      { numRuns: 250 },
    )
  })
})

describe('real servers', () => {
  test('node:http: everything is counted as the server counts it', async () => {
    let requestCount = 0
    let bodyBytes = 0
    const server = createHttpServer((request, response) => {
      requestCount++
      request.on('data', (piece: Buffer) => (bodyBytes += piece.length))
      request.on('end', () => response.end(`hello ${request.url ?? ''}`))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closers.push(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    const vu = vuOf()
    for (let index = 0; index < 50; index++) {
      const response = await vu.http.request({ method: 'POST', url: `${url}/${String(index)}`, body: 'x'.repeat(index) })
      expect(response.body).toBe(`hello /${String(index)}`)
    }
    expect(vu.total('http_reqs')).toBe(requestCount)
    expect(vu.total('http_req_body_bytes')).toBe(bodyBytes)
  })

  test('nginx: keep-alive, its end, and large files', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'brunt-nginx-'))
    closers.push(() => rmSync(folder, { recursive: true, force: true }))
    const holder = net.createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as AddressInfo
    holder.close()
    await once(holder, 'close')
    writeFileSync(path.join(folder, 'big.bin'), Buffer.alloc(3_000_000, 'nginx'))
    writeFileSync(
      path.join(folder, 'nginx.conf'),
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log; user root;
       events { worker_connections 100; }
       http { access_log off; keepalive_requests 10; client_body_temp_path ${folder}; server { listen 127.0.0.1:${String(port)}; root ${folder}; location = / { return 200 hello; } } }`,
    )
    const nginx = spawn('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')], { stdio: 'ignore' })
    closers.push(async () => {
      nginx.kill('SIGTERM')
      await once(nginx, 'exit')
    })
    const vu = vuOf()
    const url = `http://127.0.0.1:${String(port)}`
    while ((await vu.http.request(get(url))).status !== 200);
    const before = vu.total('http_req_failed')
    for (let index = 0; index < 55; index++) expect((await vu.http.request(get(url))).body).toBe('hello')
    const big = await vu.http.request({ ...get(`${url}/big.bin`), responseType: 'binary' })
    expect(Buffer.compare(big.body as Uint8Array, Buffer.alloc(3_000_000, 'nginx'))).toBe(0)
    expect((await vu.http.request(get(`${url}/none`))).status).toBe(404)
    expect(vu.total('http_req_failed')).toBe(before + 1)
  })
})

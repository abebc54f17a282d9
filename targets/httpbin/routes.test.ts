import { createHash } from 'node:crypto'
import http from 'node:http'
import zlib from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestTarget, type TestTarget } from '../testing/running.ts'

let target: TestTarget

beforeAll(async () => {
  target = await startTestTarget()
})
afterAll(() => target.close())

interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly trailers: NodeJS.Dict<string>
  readonly body: Buffer
}

async function ask(path: string, options: http.RequestOptions & { body?: string | Buffer } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(target.url + path, { agent: false, ...options }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.once('error', reject)
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          trailers: response.trailers,
          body: Buffer.concat(pieces),
        }),
      )
    })
    request.once('error', reject)
    request.end(options.body)
  })
}

async function askJson(
  path: string,
  options: http.RequestOptions & { body?: string | Buffer } = {},
): Promise<Record<string, unknown>> {
  return JSON.parse((await ask(path, options)).body.toString()) as Record<string, unknown>
}

test('GET /get prints as go-httpbin does: arrays, sorted canonical names, two spaces, a last line end', async () => {
  const { body } = await ask('/get?b=2&a=1&b=3', { headers: { 'x-request-id': 'q', 'User-Agent': 'test' } })
  const host = target.url.slice('http://'.length)
  const expected = {
    args: { a: ['1'], b: ['2', '3'] },
    headers: { Connection: ['close'], Host: [host], 'User-Agent': ['test'], 'X-Request-Id': ['q'] },
    method: 'GET',
    origin: '127.0.0.1',
    url: `${target.url}/get?b=2&a=1&b=3`,
  }
  expect(body.toString()).toBe(`${JSON.stringify(expected, undefined, 2)}\n`)
})

test('bodies have the lengths that the reference target had on port 8080', async () => {
  // Recorded from go-httpbin; two digits more or less in the port would change them.
  const options = {
    headers: { Host: '127.0.0.1:8080', 'User-Agent': 'Grafana k6/2.2.0' },
    agent: new http.Agent({ keepAlive: true }),
  }
  const get = await ask('/get', { ...options, headers: { ...options.headers, Connection: 'keep-alive' } })
  const connectionLines = '    "Connection": [\n      "keep-alive"\n    ],\n'.length
  expect(get.body.length - connectionLines).toBe(214)
  const gzip = await ask('/gzip', { ...options, headers: { ...options.headers, Connection: 'keep-alive' } })
  expect(zlib.gunzipSync(gzip.body).length - connectionLines).toBe(208)
  expect(Object.keys(gzip.headers).sort()).toEqual([
    'access-control-allow-credentials',
    'access-control-allow-origin',
    'content-encoding',
    'content-length',
    'content-type',
    'date',
  ])
  options.agent.destroy()
})

test.each([
  ['POST', '/post'],
  ['PUT', '/put'],
  ['PATCH', '/patch'],
  ['DELETE', '/delete'],
  ['REPORT', '/anything/deep/path'],
])('%s %s echoes a body without content type as a data URL', async (method, path) => {
  const answer = await askJson(path, { method, body: 'hi', headers: { 'Content-Length': 2 } })
  expect(answer).toMatchObject({ method, data: 'data:application/octet-stream;base64,aGk=', form: {}, files: {}, json: null })
})

test('a form comes back as arrays, JSON as a value, text as it is', async () => {
  const post = (type: string, body: string): Promise<Record<string, unknown>> =>
    askJson('/post', { method: 'POST', body, headers: { 'Content-Type': type } })
  expect(await post('application/x-www-form-urlencoded', 'a=1&b=x+y&a=2')).toMatchObject({ form: { a: ['1', '2'], b: ['x y'] } })
  expect(await post('application/json', '{"u":[1]}')).toMatchObject({ json: { u: [1] }, data: '{"u":[1]}' })
  expect(await post('text/plain; charset=utf-8', 'hé')).toMatchObject({ data: 'hé' })
})

test('multipart fields and files come back by name', async () => {
  const body = [
    '--XX\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nfile\r\n1\r\n',
    '--XX\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n',
    '--XX\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n--XX--\r\n',
  ].join('')
  const headers = { 'Content-Type': 'multipart/form-data; boundary=XX' }
  expect(await askJson('/post', { method: 'POST', body, headers })).toMatchObject({
    files: { f: ['file\r\n1'] },
    form: { x: ['1', ''] },
  })
})

test.each([
  ['application/json', '{"a":'],
  ['multipart/form-data; boundary=XX', '--XX\r\nno end'],
  ['multipart/form-data', '--XX--'],
])('a broken %s body is refused with 400', async (type, body) => {
  expect((await ask('/post', { method: 'POST', body, headers: { 'Content-Type': type } })).status).toBe(400)
})

test('a large upload is counted, not echoed', async () => {
  const body = Buffer.alloc(3_000_000)
  expect(await askJson('/upload', { method: 'POST', body })).toMatchObject({ bytes_received: 3_000_000 })
})

test.each([
  ['/status/404', 404, undefined],
  ['/status/302', 302, '/redirect/1'],
  ['/status/500:1,503:0', 500, undefined],
  ['/status/99', 400, undefined],
  ['/status/x', 400, undefined],
  ['/redirect/3', 302, '/relative-redirect/2'],
  ['/redirect/1', 302, '/get'],
  ['/relative-redirect/2', 302, '/relative-redirect/1'],
  ['/redirect/0', 400, undefined],
  ['/redirect-to?url=/ip&status_code=307', 307, '/ip'],
  ['/redirect-to', 400, undefined],
  ['/links/3', 302, '/links/3/0'],
  ['/test.k6.io', 301, '/test.k6.io/'],
  ['/no/such/route', 404, undefined],
  ['/%', 404, undefined],
  ['/delay/-1', 400, undefined],
  ['/bytes/-1', 400, undefined],
  ['/image/nothing', 404, undefined],
])('%s answers %i and points to %s', async (path, status, location) => {
  const answer = await ask(path)
  expect([answer.status, answer.headers.location]).toEqual([status, location])
})

test('an absolute redirect names scheme, host and port', async () => {
  expect((await ask('/absolute-redirect/2')).headers.location).toBe(`${target.url}/absolute-redirect/1`)
})

test('the wrong method is 405 with the right ones, OPTIONS tells the same for every path', async () => {
  expect(await ask('/get', { method: 'POST' })).toMatchObject({ status: 405, headers: { allow: 'GET' } })
  expect((await ask('/post', { method: 'OPTIONS' })).headers['access-control-allow-methods']).toContain('PATCH')
})

test('HEAD has the length of GET and no body', async () => {
  const [head, get] = [await ask('/json', { method: 'HEAD' }), await ask('/json')]
  expect(head.headers['content-length']).toBe(get.headers['content-length'])
  expect([head.body.length, get.body.length > 0]).toEqual([0, true])
})

test.each([
  ['/gzip', 'gzipped', zlib.gunzipSync],
  ['/deflate', 'deflated', zlib.inflateSync],
  ['/brotli', 'brotli', zlib.brotliDecompressSync],
])('%s is coded as it says', async (path, flag, decode) => {
  const answer = await ask(`${path}?bytes=10000`)
  expect(Number(answer.headers['content-length'])).toBe(answer.body.length)
  const decoded = JSON.parse(decode(answer.body).toString()) as Record<string, unknown>
  expect([decoded[flag], String(decoded['padding']).length]).toEqual([true, 10_000])
})

test('/bytes and /stream-bytes give the same bytes of any length for the same seed', async () => {
  const whole = await ask('/bytes/200000?seed=5')
  const chunked = await ask('/stream-bytes/200000?seed=5&chunk_size=1000')
  expect(whole.headers['content-length']).toBe('200000')
  expect(chunked.headers['transfer-encoding']).toBe('chunked')
  expect(whole.body.equals(chunked.body)).toBe(true)
  expect(whole.body.equals((await ask('/bytes/200000')).body)).toBe(false)
  expect((await ask('/bytes/0')).body.length).toBe(0)
})

test('/stream sends one JSON line per chunk', async () => {
  const lines = (await ask('/stream/3')).body.toString().trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual([0, 1, 2])
})

test('/drip sends what it promised', async () => {
  const answer = await ask('/drip?delay=0&duration=20ms&numbytes=7&code=201')
  expect([answer.status, answer.headers['content-length'], answer.body.toString()]).toEqual([201, '7', '*******'])
})

test('/delay waits by its own clock and then echoes', async () => {
  expect(await askJson('/delay/0.01')).toMatchObject({ method: 'GET', data: '' })
})

test.each([
  ['bytes=0-4', 206, 'abcde', 'bytes 0-4/30'],
  ['bytes=26-', 206, 'abcd', 'bytes 26-29/30'],
  ['bytes=-2', 206, 'cd', 'bytes 28-29/30'],
  ['bytes=40-', 416, '', 'bytes */30'],
  ['lines=1', 200, 'abcdefghijklmnopqrstuvwxyzabcd', undefined],
])('/range/30 with %s answers %i', async (range, status, body, contentRange) => {
  const answer = await ask('/range/30', { headers: { Range: range } })
  expect([answer.status, answer.body.toString(), answer.headers['content-range']]).toEqual([status, body, contentRange])
})

test('cookies are set with attributes, shown, and deleted', async () => {
  expect((await ask('/cookies/set?k=v&l=w')).headers['set-cookie']).toEqual(['k=v; Path=/; HttpOnly', 'l=w; Path=/; HttpOnly'])
  expect((await ask('/cookies/set?k=v&attr[Secure]=true&attr[Path]=/p&attr[SameSite]=Lax')).headers['set-cookie']).toEqual([
    'k=v; Path=/p; HttpOnly; Secure; SameSite=Lax',
  ])
  expect((await ask('/cookies/delete?k=')).headers['set-cookie']?.[0]).toContain('Max-Age=0')
  expect(await askJson('/cookies', { headers: { Cookie: 'b=2; a=1' } })).toEqual({ cookies: { a: '1', b: '2' } })
})

test('basic authentication accepts the credentials of the path only', async () => {
  expect((await ask('/basic-auth/u/p', { auth: 'u:p' })).status).toBe(200)
  expect(await ask('/basic-auth/u/p', { auth: 'u:x' })).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': expect.stringMatching(/^Basic/) },
  })
  expect((await ask('/hidden-basic-auth/u/p')).status).toBe(404)
  expect((await ask('/hidden-basic-auth/u/p', { auth: 'u:p' })).status).toBe(200)
})

test.each([
  ['auth', 'MD5', 'md5'],
  ['auth-int', 'MD5', 'md5'],
  ['auth', 'SHA-256', 'sha256'],
  ['auth', 'SHA-256-sess', 'sha256'],
  ['auth', 'SHA-512-256', 'sha512-256'],
])('digest authentication with qop %s and %s accepts a right response and no wrong one', async (qop, algorithm, name) => {
  const path = `/digest-auth/${qop}/us%20er/p/${algorithm}?q=1`
  const challenge = (await ask(path)).headers['www-authenticate'] ?? ''
  const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? ''
  const hash = (text: string): string => createHash(name).update(text).digest('hex')
  const respond = (password: string, uri: string): Promise<Answer> => {
    const base = hash(`us er:brunt-target:${password}`)
    const secret = algorithm.endsWith('sess') ? hash(`${base}:${nonce}:cn`) : base
    const a2 = hash(`GET:${uri}${qop === 'auth-int' ? `:${hash('')}` : ''}`)
    const response = hash([secret, nonce, '00000001', 'cn', qop, a2].join(':'))
    const header = `Digest username="us er", realm="brunt-target", nonce="${nonce}", uri="${uri}", qop=${qop}, nc=00000001, cnonce="cn", response="${response}", algorithm=${algorithm}`
    return ask(path, { headers: { Authorization: header } })
  }
  expect((await respond('p', path)).status).toBe(200)
  expect((await respond('wrong', path)).status).toBe(401)
  expect((await respond('p', '/other')).status).toBe(401)
})

test('logging in gives a token that /me accepts; nothing else does', async () => {
  const logIn = (password: string): Promise<Answer> =>
    ask('/login', {
      method: 'POST',
      body: JSON.stringify({ username: 'ann', password }),
      headers: { 'Content-Type': 'application/json' },
    })
  expect((await logIn('guess')).status).toBe(401)
  const { token } = JSON.parse((await logIn('secret')).body.toString()) as { token: string }
  const showMe = (given: string): Promise<Answer> => ask('/me', { headers: { Authorization: `Bearer ${given}` } })
  expect(JSON.parse((await showMe(token)).body.toString())).toMatchObject({ username: 'ann' })
  expect([(await showMe(`${token}x`)).status, (await showMe('')).status]).toEqual([401, 401])
  expect(
    (
      await ask('/login', {
        method: 'POST',
        body: 'username=bob&password=secret',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      })
    ).status,
  ).toBe(200)
  expect((await ask('/login', { method: 'POST', body: '{}' })).status).toBe(400)
})

test('conditional requests get 304 and 412 when the tag says so', async () => {
  const status = async (headers: Record<string, string>, path = '/etag/abc'): Promise<number> =>
    (await ask(path, { headers })).status
  expect([await status({}), await status({ 'If-None-Match': 'W/"abc"' }), await status({ 'If-Match': '"x"' })]).toEqual([
    200, 304, 412,
  ])
  expect(await status({ 'If-None-Match': 'x' }, '/cache')).toBe(304)
})

test('/response-headers sets headers, but none that would break the framing', async () => {
  const answer = await ask('/response-headers?X-A=1&X-A=2&Content-Type=text/plain')
  expect(answer.headers).toMatchObject({ 'x-a': '1, 2', 'content-type': 'text/plain' })
  expect((await ask('/response-headers?Content-Length=1')).status).toBe(400)
})

test('/trailers sends its query after the body', async () => {
  expect((await ask('/trailers?x-checksum=7')).trailers).toEqual({ 'x-checksum': '7' })
})

test.each([
  ['/', 'text/html', '<h1>'],
  ['/html', 'text/html', '<h1>Herman Melville - Moby-Dick</h1>'],
  ['/forms/post', 'text/html', 'name="custname"'],
  ['/links/3/0', 'text/html', '0 <a href="/links/3/1">1</a> <a href="/links/3/2">2</a>'],
  ['/encoding/utf8', 'text/html', 'Привет'],
  ['/xml', 'application/xml', '<?xml'],
  ['/json', 'application/json', 'slideshow'],
  ['/robots.txt', 'text/plain', 'Disallow'],
  ['/base64/encode/h%C3%A9', 'text/plain', 'aMOp'],
  ['/base64/aGk=', 'text/plain', 'hi'],
  ['/ip', 'application/json', '"origin": "127.0.0.1"'],
  ['/uuid', 'application/json', '-'],
  ['/bearer', 'application/json', '401'],
  ['/image/png', 'image/png', 'PNG'],
  ['/image', 'image/png', 'PNG'],
  ['/test.k6.io/', 'text/html', '<p class="description">This is a replacement of the service '],
  ['/pi.php', 'text/html', '3.14'],
])('%s is %s and contains %s', async (path, type, content) => {
  const answer = await ask(path)
  expect(answer.headers['content-type']).toContain(type)
  expect(answer.body.toString('utf8')).toContain(content)
})

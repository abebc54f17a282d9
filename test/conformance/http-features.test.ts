import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeBody } from '../../src/protocols/http/content-coding.ts'
import type { Summary } from '../../src/results/summary.ts'
import { brunt, newFolder, scriptFile } from '../cli/program.ts'

interface Addresses {
  readonly http: string
  readonly https: string
  readonly h2: string
  readonly ca: string
  readonly clientCert: string
  readonly clientKey: string
}

const main = path.resolve(import.meta.dirname, '../../dist/targets/httpbin/main.js')
const started: ChildProcess[] = []
const cleanups: (() => void)[] = []
let target: Addresses
let strict: Addresses
let raw: string

async function start(...args: string[]): Promise<Addresses> {
  const child = spawn(process.execPath, [main, ...args, '--exit-with-parent'], { stdio: ['pipe', 'pipe', 'inherit'] })
  started.push(child)
  let text = ''
  for await (const part of child.stdout) {
    text += String(part)
    if (text.includes('\n')) break
  }
  return JSON.parse(text) as Addresses
}

/** What node:http does not say: answers by path, byte for byte. */
const rawAnswers: Readonly<Record<string, string>> = {
  '/interim':
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal',
  '/close': 'HTTP/1.1 200 OK\r\n\r\nuntil the end',
  '/not-modified': 'HTTP/1.1 304 Not Modified\r\nContent-Length: 400\r\n\r\n',
  // A frame of one raw block: magic, header (single segment, 5 bytes), block header (last, raw, 5), "zstd!".
  '/zstd': 'HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 14\r\n\r\n\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00zstd!',
}

async function listen(listener: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    cleanups.push(() => socket.destroy())
    listener(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  return (server.address() as AddressInfo).port
}

beforeAll(async () => {
  ;[target, strict] = await Promise.all([start(), start('--client-certificate')])
  const port = await listen((socket) =>
    socket.on('data', (bytes: Buffer) => {
      const asked = bytes.toString('latin1').split(' ')[1] ?? ''
      socket.write(rawAnswers[asked] ?? 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', 'latin1')
      if (asked === '/close') socket.end()
    }),
  )
  raw = `http://127.0.0.1:${port}`
})
afterAll(() => {
  for (const child of started) child.kill()
  for (const cleanup of cleanups) cleanup()
})

interface Played {
  readonly summary: Summary
  readonly saw: Record<string, unknown>
  readonly stderr: string
}

/** Runs a body of a test function through the built program; what it gives to `see(name, value)` comes back. */
async function play(
  body: string,
  options: Record<string, unknown> = {},
  { env = {}, args = [] }: { env?: Record<string, string>; args?: readonly string[] } = {},
): Promise<Played> {
  const cwd = newFolder()
  const script = scriptFile(`import { execution } from 'brunt'
import http from 'brunt/http'
import { appendFileSync } from 'node:fs'
const { http: plain, https, h2, ca } = JSON.parse(process.env.TARGET)
const raw = process.env.RAW
const see = (name, value) => appendFileSync('saw.ndjson', JSON.stringify([name, value]) + '\\n')
export const options = JSON.parse(process.env.OPTIONS)
export default async function () {
${body}
}
`)
  const load = options['scenarios'] === undefined ? { vus: 1, iterations: 1 } : {}
  const variables = {
    TARGET: JSON.stringify(target),
    RAW: raw,
    OPTIONS: JSON.stringify({ ...load, tlsCa: [target.ca], ...options }),
    ...env,
  }
  const { code, stderr, stdout } = await brunt(['run', script, '--json', '--quiet', ...args], { cwd, env: variables })
  expect(code, stderr).toBe(0)
  const lines = readFileSync(path.join(cwd, 'saw.ndjson'), 'utf8').trimEnd().split('\n')
  return {
    saw: Object.fromEntries(lines.map((line) => JSON.parse(line) as [string, unknown])),
    summary: JSON.parse(stdout) as Summary,
    stderr,
  }
}

interface Counters {
  readonly requests: number
  readonly requestBodyBytes: number
  readonly responseBodyBytes: number
  readonly byStatus: Readonly<Record<string, number>>
  readonly connections: { readonly opened: number; readonly control: number }
}

const counters = async (): Promise<Counters> => (await fetch(`${target.http}/counters`)).json() as Promise<Counters>
const reset = async (): Promise<unknown> =>
  fetch(`${target.http}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"reset":true}',
  })

test('methods, bodies, codings, redirects, cookies and credentials work in a script', async () => {
  await reset()
  const { saw, summary } = await play(
    `
for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'REPORT']) {
  const body = method === 'GET' ? undefined : 'hello'
  const { method: echoed, data } = (await http.request(method, plain + '/anything', body, { headers: { 'Content-Type': 'text/plain' } })).json()
  see(method, [echoed, data])
}
const head = await http.head(plain + '/get')
see('HEAD', [head.status, head.body, head.bodyBytes])
see('OPTIONS', (await http.options(plain + '/get')).status)
see('204', [(await http.get(plain + '/status/204')).status, (await http.get(raw + '/not-modified')).status])
see('interim', (await http.get(raw + '/interim')).body)
see('close', (await http.get(raw + '/close')).body)
for (const coding of ['gzip', 'deflate', 'brotli']) see(coding, (await http.get(plain + '/' + coding)).status)
see('gzip body', (await http.get(plain + '/gzip')).json().gzipped)
see('deflate body', (await http.get(plain + '/deflate')).json().deflated)
see('brotli body', (await http.get(plain + '/brotli')).json().brotli)
see('zstd', (await http.get(raw + '/zstd')).body)
see('chunked', (await http.get(plain + '/stream-bytes/100000', { responseType: 'binary' })).body.length)
see('trailers', (await http.get(plain + '/trailers?x-checksum=1')).status)
const moved = await http.get(plain + '/redirect/3', { name: 'moved' })
see('redirect', [moved.status, moved.url.endsWith('/get')])
see('no redirect', (await http.get(plain + '/redirect/3', { redirects: 0 })).status)
see('cookies', (await http.get(plain + '/cookies/set?a=1&b=2')).json().cookies)
see('own cookie', (await http.get(plain + '/cookies', { cookies: { c: '3' } })).json().cookies)
see('jar', http.jar.all(new URL(plain)))
see('basic', [401, 200].includes((await http.get(plain + '/basic-auth/u/p', { auth: { type: 'basic', username: 'u', password: 'p' } })).status))
for (const algorithm of ['MD5', 'SHA-256', 'SHA-512-256', 'MD5-sess'])
  see(algorithm, (await http.get(plain + '/digest-auth/auth/u/p/' + algorithm, { auth: { type: 'digest', username: 'u', password: 'p' } })).status)
see('digest wrong', (await http.get(plain + '/digest-auth/auth/u/p', { auth: { type: 'digest', username: 'u', password: 'x' } })).status)
see('bearer', (await http.get(plain + '/bearer', { auth: { type: 'bearer', token: 't' } })).json().token)
see('form', (await http.post(plain + '/post', { form: { a: 'x y', b: ['1', '2'] } })).json().form)
const sent = (await http.post(plain + '/post', { multipart: [{ name: 'a', value: '1' }, http.file('f', 'content', 'f.txt', 'text/plain')] })).json()
see('multipart', [sent.form, sent.files])
see('none', (await http.get(plain + '/get', { responseType: 'none' })).body)
see('binary', (await http.get(plain + '/bytes/10', { responseType: 'binary' })).body instanceof Uint8Array)
see('timeout', (await http.get(plain + '/delay/5', { timeout: '100ms' })).errorCode)
`,
    { thresholds: { 'http_reqs{name:moved}': ['count==4'] } },
  )
  expect(saw).toEqual({
    GET: ['GET', ''],
    ...Object.fromEntries(['POST', 'PUT', 'PATCH', 'DELETE', 'REPORT'].map((method) => [method, [method, 'hello']])),
    HEAD: [200, expect.anything(), 0],
    OPTIONS: 200,
    '204': [204, 304],
    interim: 'final',
    close: 'until the end',
    gzip: 200,
    deflate: 200,
    brotli: 200,
    'gzip body': true,
    'deflate body': true,
    'brotli body': true,
    zstd: 'zstd!',
    chunked: 100_000,
    trailers: 200,
    redirect: [200, true],
    'no redirect': 302,
    cookies: { a: '1', b: '2' },
    'own cookie': { a: '1', b: '2', c: '3' },
    jar: { a: ['1'], b: ['2'] },
    basic: true,
    MD5: 200,
    'SHA-256': 200,
    'SHA-512-256': 200,
    'MD5-sess': 200,
    'digest wrong': 401,
    bearer: 't',
    form: { a: ['x y'], b: ['1', '2'] },
    multipart: [{ a: ['1'] }, { f: ['content'] }],
    none: null,
    binary: true,
    timeout: 1050,
  })
  expect(summary.submetrics['http_reqs{name:moved}']?.values['count'], 'three redirects and what they led to').toBe(4)
})

test.each([
  { title: 'kept', options: {}, opened: 2 },
  { title: 'closed after each request', options: { noConnectionReuse: true }, opened: 20 },
  { title: 'kept within an iteration', options: { noVUConnectionReuse: true }, opened: 4 },
])('connections are $title, and the counts are those of the target', async ({ options, opened }) => {
  await reset()
  const before = await counters()
  const { summary } = await play(
    `see('played', true); for (let n = 0; n < 5; n++) await http.post(plain + '/upload', 'some bytes')`,
    { scenarios: { two: { executor: 'per-vu-iterations', vus: 2, iterations: 2 } }, ...options },
    { args: ['--workers', '1'] },
  )
  const after = await counters()
  expect(after.connections.opened - before.connections.opened).toBe(opened)
  expect(after.requests).toBe(summary.metrics['http_reqs']?.values['count'])
  expect(after.requestBodyBytes).toBe(summary.metrics['http_req_body_bytes']?.values['count'])
  expect(after.responseBodyBytes).toBe(summary.metrics['http_res_body_bytes']?.values['count'])
})

test('request bodies are compressed when asked, in the order of the codings', async () => {
  const bodies = new Map<string, Buffer>()
  const server = createHttpServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      bodies.set(request.headers['content-encoding'] ?? '', Buffer.concat(pieces))
      response.end('fine')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  const text = 'squeeze '.repeat(100)
  await play(`
for (const compression of ['gzip', 'deflate', 'br', 'zstd', 'gzip, br'])
  see(compression, (await http.post('http://127.0.0.1:${(server.address() as AddressInfo).port}/', '${text}', { compression })).status)`)
  expect([...bodies.keys()]).toEqual(['gzip', 'deflate', 'br', 'zstd', 'gzip, br'])
  for (const [codings, body] of bodies) expect(Buffer.from(await decodeBody(body, codings)).toString(), codings).toBe(text)
})

test('uploads and downloads of 200 MB pass in bounded memory', async () => {
  await reset()
  const { saw, summary } = await play(
    `
const start = process.memoryUsage().rss
let peak = start
const watch = setInterval(() => { peak = Math.max(peak, process.memoryUsage().rss) }, 20)
const piece = new Uint8Array(65536)
async function* pieces() { for (let n = 0; n < 3200; n++) yield piece }
const up = await http.post(plain + '/upload', { stream: pieces() }, { timeout: '100s' })
see('up', [up.status, up.json().bytes_received])
const sized = await http.post(plain + '/upload', { stream: pieces(), length: 3200 * 65536 }, { timeout: '100s' })
see('sized', [sized.status, sized.json().bytes_received])
let bytes = 0
for (let n = 0; n < 3; n++) bytes += (await http.get(plain + '/stream-bytes/80000000', { responseType: 'none', timeout: '100s' })).bodyBytes
see('down', bytes)
clearInterval(watch)
see('grownMegabytes', (peak - start) / 1e6)
`,
  )
  expect(saw).toMatchObject({ up: [200, 209_715_200], sized: [200, 209_715_200], down: 240_000_000 })
  expect(saw['grownMegabytes']).toBeLessThan(64)
  const { requestBodyBytes } = await counters()
  expect(summary.metrics['http_req_body_bytes']?.values['count']).toBe(requestBodyBytes)
}, 120_000)

test('an upload that is answered before it is sent counts what was sent', async () => {
  let receivedBytes = 0
  const port = await listen((socket) => {
    socket.once('data', (bytes: Buffer) => {
      receivedBytes += bytes.length
      socket.pause()
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    })
  })
  const { saw, summary } = await play(
    `see('status', (await http.post('http://127.0.0.1:${port}/', new Uint8Array(100_000_000))).status)`,
  )
  expect(saw['status']).toBe(413)
  expect(receivedBytes).toBeGreaterThan(0)
  // What lies in the kernel's buffers has been sent, though nobody read it.
  expect(summary.metrics['data_sent']?.values['count']).toBeLessThan(30_000_000)
  expect(summary.metrics['http_req_body_bytes']?.values['count']).toBeLessThan(30_000_000)
})

test('IPv6 targets are reached by address', async () => {
  const server = createHttpServer((_request, response) => response.end('six'))
  server.listen(0, '::1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  const { port } = server.address() as AddressInfo
  const { saw } = await play(
    `const { body, remoteAddress } = await http.get('http://[::1]:${port}/'); see('seen', [body, remoteAddress])`,
  )
  expect(saw['seen']).toEqual(['six', '::1'])
})

test('TLS: versions, suites, client certificates, server names and HTTP/2', async () => {
  const see = `see('seen', await Promise.all([https, h2].map(async (url) => {
    const { status, tlsVersion, tlsCipher, protocol, errorCode, timings } = await http.get(url + '/get')
    return { status, tlsVersion, tlsCipher, protocol, errorCode, hasHandshake: timings.tls > 0 }
  })))`
  const usual = await play(see)
  expect(usual.saw['seen']).toMatchObject([
    { status: 200, tlsVersion: 'TLSv1.3', protocol: 'HTTP/1.1', hasHandshake: true },
    { status: 200, tlsVersion: 'TLSv1.3', protocol: 'HTTP/2.0', hasHandshake: true },
  ])
  const old = await play(see, {
    tlsVersion: { max: 'tls1.2' },
    tlsCipherSuites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
    http2: false,
  })
  for (const seen of old.saw['seen'] as unknown[])
    expect(seen).toMatchObject({
      status: 200,
      tlsVersion: 'TLSv1.2',
      tlsCipher: expect.stringMatching(/AES128-GCM|AES_128_GCM/),
      protocol: 'HTTP/1.1',
    })
  const env = { STRICT: strict.https }
  const ask = `const { status, errorCode, error } = await http.get(process.env.STRICT + '/get'); see('seen', { status, errorCode, error })`
  const { clientCert: cert, clientKey: key, ca } = strict
  const shown = await play(ask, { tlsCa: [ca], tlsAuth: [{ cert, key, domains: ['127.0.0.1'] }] }, { env })
  expect(shown.saw['seen']).toMatchObject({ status: 200 })
  const hidden = await play(ask, { tlsCa: [ca] }, { env })
  expect(hidden.saw['seen']).toMatchObject({
    status: 0,
    errorCode: expect.any(Number),
    error: expect.stringMatching(/tls|reset/),
  })
  const named = await play(`see('seen', (await http.get('https://localhost:' + new URL(https).port + '/get')).status)`)
  expect(named.saw['seen']).toBe(200)
})

test('plain and TLS requests go through the proxy, except where NO_PROXY says otherwise', async () => {
  const heads: string[] = []
  const { port: plainPort } = new URL(target.http)
  const { port: tlsPort } = new URL(target.https)
  const proxyPort = await listen((socket) =>
    socket.once('data', (bytes: Buffer) => {
      const head = bytes.toString('latin1')
      heads.push(head)
      const isTunnel = head.startsWith('CONNECT ')
      const onward = connect(Number(isTunnel ? tlsPort : plainPort), '127.0.0.1', () => {
        if (isTunnel) socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        else onward.write(head.replace(/http:\/\/[^/]+/, ''), 'latin1')
        socket.pipe(onward).pipe(socket)
      })
      onward.on('error', () => socket.destroy())
    }),
  )
  const url = `http://user:secret@127.0.0.1:${proxyPort}`
  const { saw } = await play(
    `see('seen', [(await http.get('http://shop.test/get')).status, (await http.get('https://localhost.test/get')).status, (await http.get('http://direct.test/get')).errorCode])`,
    { insecureSkipTLSVerify: true },
    { env: { HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: 'direct.test' } },
  )
  expect(saw['seen']).toEqual([200, 200, 1101])
  expect(heads.map((head) => head.split('\r\n')[0])).toEqual([
    'GET http://shop.test/get HTTP/1.1',
    'CONNECT localhost.test:443 HTTP/1.1',
  ])
  for (const head of heads) expect(head).toMatch(/proxy-authorization: basic dXNlcjpzZWNyZXQ=/i)
})

test('VUs come from the local addresses they are given', async () => {
  const { saw } = await play(`const n = execution.vu.id; see('vu' + n, (await http.get(plain + '/ip')).json().origin)`, {
    localIPs: ['127.0.0.2', '127.0.0.3'],
    scenarios: { two: { executor: 'per-vu-iterations', vus: 2, iterations: 1 } },
  })
  expect(new Set(Object.values(saw).map((origin) => String(origin).split(':')[0]))).toEqual(new Set(['127.0.0.2', '127.0.0.3']))
})

test('rps holds over two workers', async () => {
  await reset()
  const { summary } = await play(
    `see('played', true); await http.get(plain + '/get')`,
    { rps: 40, scenarios: { four: { executor: 'constant-vus', vus: 4, duration: '3s', gracefulStop: '0s' } } },
    { args: ['--workers', '2'] },
  )
  const count = summary.metrics['http_reqs']?.values['count'] ?? 0
  expect(count).toBeGreaterThan(100)
  expect(count).toBeLessThan(135)
  expect((await counters()).requests).toBe(count)
})

import http from 'node:http'
import net from 'node:net'
import zlib from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildProgram, type Program } from '../testing/program.ts'
import { Random } from '../random.ts'
import type { HostileCase } from './case.ts'
import { mutate } from './cases/mutation.ts'
import { HostileServer } from './server.ts'
import { hostileCases, listCases } from './table.ts'

let server: HostileServer
let port: number
const broken: string[] = []

beforeAll(async () => {
  server = new HostileServer(hostileCases, (name, error) => broken.push(`${name}: ${String(error)}`))
  port = await server.listen(0, '127.0.0.1')
})
afterAll(() => server.close())

type Outcome = { kind: 'ok'; status: number; body: string } | { kind: 'failed'; reason: string }

/** What node:http makes of a case: an independent client, to check the table with. */
async function tryWithNode(path: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const fail = (error: Error & { code?: string }): void => resolve({ kind: 'failed', reason: error.code ?? error.message })
    const request = http.get({ port, host: '127.0.0.1', path, agent: false }, (response) => {
      const pieces: Buffer[] = []
      response.once('error', fail)
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.once('end', () => {
        try {
          const body = decode(Buffer.concat(pieces), (response.headers['content-encoding'] ?? '').trim().toLowerCase())
          resolve({ kind: 'ok', status: response.statusCode ?? 0, body: body.toString('latin1') })
        } catch (error) {
          fail(error as Error)
        }
      })
    })
    request.once('upgrade', () => fail(new Error('upgrade unasked')))
    request.once('error', fail)
  })
}

function decode(body: Buffer, coding: string): Buffer {
  if (coding === 'gzip') return zlib.gunzipSync(body)
  if (coding === 'deflate') return zlib.inflateSync(body)
  return coding === 'br' ? zlib.brotliDecompressSync(body) : body
}

/** Everything that arrives before the server closes. */
async function readRaw(path: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    const socket = net.connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`))
    socket.on('data', (piece) => pieces.push(piece))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(pieces)))
  })
}

/** Where node:http, for reasons of its own, is more lenient than a load tester may be. */
const lenientInNode = new Set(['status-line-other-protocol', 'foreign-switching-protocols'])
/** Where it is stricter than it has to be. */
const strictInNode = new Set(['content-length-padded-with-tabs', 'transfer-encoding-padded'])

const finite = hostileCases.filter((entry) => entry.isEndless !== true)

test('there are many cases, with names and paths of their own', () => {
  expect(hostileCases.length).toBeGreaterThan(400)
  expect(new Set(hostileCases.map((entry) => entry.name)).size).toBe(hostileCases.length)
  expect(hostileCases.filter((entry) => !/^[a-z][a-z0-9-]*$/.test(entry.name))).toEqual([])
  expect(hostileCases.filter((entry) => entry.expect === 'failed').length).toBeGreaterThan(200)
})

const named = (entries: readonly HostileCase[]): (readonly [string, HostileCase])[] =>
  entries.map((entry) => [entry.name, entry] as const)

test.each(named(finite.filter(({ name, expect }) => expect === 'ok' && !strictInNode.has(name))))(
  'node:http too takes %s',
  async (name, entry) => {
    const outcome = await tryWithNode(`/${name}`)
    expect(outcome).toMatchObject({
      kind: 'ok',
      status: entry.status ?? 200,
      ...(entry.body === undefined ? {} : { body: entry.body }),
    })
  },
)

test.each(named(finite.filter(({ name, expect }) => expect === 'failed' && !lenientInNode.has(name))))(
  'node:http too refuses %s',
  async (name) => {
    expect(await tryWithNode(`/${name}`)).toMatchObject({ kind: 'failed' })
  },
)

test('every case that may go either way is played to its end', async () => {
  for (const entry of finite.filter(({ expect, group }) => expect === 'either' && group !== 'bomb' && group !== 'after')) {
    await readRaw(`/${entry.name}`)
  }
  expect(broken).toEqual([])
})

test.each(named(hostileCases.filter(({ group }) => group === 'bomb')))('%s is small on the wire', async (name) => {
  const bytes = await readRaw(`/${name}`)
  expect(bytes.length).toBeGreaterThan(50)
  expect(bytes.length).toBeLessThan(8_000_000)
})

test.each(named(hostileCases.filter((entry) => entry.isEndless === true)))('%s goes on until the client leaves', async (name) => {
  const socket = net.connect(port, '127.0.0.1', () => socket.write(`GET /${name} HTTP/1.1\r\n\r\n`))
  if (name !== 'endless-silence') await new Promise((resolve) => socket.once('data', resolve))
  expect(socket.readyState).not.toBe('closed')
  socket.destroy()
})

test('a case is found by name and by number, everything else is the next in turn', async () => {
  const alone = new HostileServer(hostileCases.slice(0, 3), () => undefined)
  const ownPort = await alone.listen(0, '127.0.0.1')
  const first = async (path: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = net.connect(ownPort, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\n\r\n`))
      socket.once('data', (piece) => resolve(piece.toString().split('\r\n')[0] ?? ''))
    })
  expect([await first('/status-line-only-version'), await first('/2'), await first('/')]).toEqual([
    'HTTP/1.1',
    'HTTP/1.1',
    'HTTP/1.1',
  ])
  expect(await first('/any')).toBe('')
  alone.close()
})

test('a connection that stays serves the next request, whose answer is its own', async () => {
  const socket = net.connect(port, '127.0.0.1', () =>
    socket.write('GET /after-keep-alive HTTP/1.1\r\n\r\nPOST /close-in-http-1-0 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc'),
  )
  let text = ''
  socket.on('data', (piece) => (text += piece.toString()))
  await new Promise((resolve) => socket.once('end', resolve))
  expect(text).toBe('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.0 200 OK\r\n\r\nhello')
  socket.destroy()
})

test('a mutation is the same for the same seed and mostly differs for another', () => {
  const original = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')
  const results = Array.from({ length: 100 }, (_, seed) => mutate(original, new Random(seed)).toString('latin1'))
  expect(Array.from({ length: 100 }, (_, seed) => mutate(original, new Random(seed)).toString('latin1'))).toEqual(results)
  expect(new Set(results).size).toBeGreaterThan(60)
})

let program: Program
beforeAll(() => {
  program = buildProgram('hostile')
})
afterAll(() => program.remove())

test('the program says where it listens and lists its cases on a second port', async () => {
  const running = await program.start(['--exit-with-parent'])
  expect(running.ready).toMatchObject({ cases: hostileCases.length, http: expect.stringMatching(/^http:/) })
  const index: unknown = await (await fetch(`${String(running.ready['control'])}/index.json`)).json()
  expect(index).toEqual(listCases(hostileCases))
  running.child.stdin?.end()
  expect(await running.ended).toBe(0)
})

test('a wrong option is refused', async () => {
  await expect(program.start(['--port', '70000'])).rejects.toThrow(/--port 70000: expected a whole number/)
})

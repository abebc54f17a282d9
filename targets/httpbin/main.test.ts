import http from 'node:http'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildProgram, type Program } from '../testing/program.ts'

let program: Program

beforeAll(() => {
  program = buildProgram('httpbin')
})
afterAll(() => program.remove())

async function ask(url: string, body?: unknown): Promise<unknown> {
  const method = body === undefined ? 'GET' : 'POST'
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent: false, method }, (response) => {
      let text = ''
      response.on('data', (piece: Buffer) => (text += piece.toString()))
      response.once('end', () => resolve(JSON.parse(text)))
    })
    request.once('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

test('prints one line of JSON, writes the authority file, and ends on SIGTERM', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'target-'))
  const running = await program.start(['--ca-file', path.join(folder, 'ca.pem')])
  expect(running.ready).toMatchObject({
    http: /^http:\/\/127\.0\.0\.1:\d+$/,
    https: /^https:/,
    h2: /^https:/,
    pid: running.child.pid,
  })
  expect(await ask(`${String(running.ready['http'])}/get`)).toMatchObject({ method: 'GET' })
  expect(readFileSync(path.join(folder, 'ca.pem'), 'utf8')).toBe(running.ready['ca'])
  running.child.kill('SIGTERM')
  expect(await running.ended).toBe(0)
  rmSync(folder, { recursive: true })
})

test('ends when its standard input closes, if it was told so', async () => {
  const running = await program.start(['--exit-with-parent'])
  running.child.stdin?.end()
  expect(await running.ended).toBe(0)
})

test('several workers count as one and obey one control request', async () => {
  const running = await program.start(['--workers', '2'])
  const url = String(running.ready['http'])
  for (let index = 0; index < 10; index++) await ask(`${url}/get`)
  expect(await ask(`${url}/counters`)).toMatchObject({ requests: 10, byStatus: { 200: 10 }, connections: { opened: 10 } })
  expect(await ask(`${url}/latencies`)).toHaveLength(10)
  await ask(`${url}/control`, { reset: true, errors: { ratio: 1, status: 503 } })
  for (let index = 0; index < 4; index++) expect(await ask(`${url}/get`)).toMatchObject({ status_code: 503 })
  expect(await ask(`${url}/counters`)).toMatchObject({ requests: 4, byStatus: { 503: 4 } })
  running.child.kill('SIGTERM')
  expect(await running.ended).toBe(0)
})

test('makes a token of its own when others can reach it', async () => {
  const running = await program.start(['--host', '0.0.0.0'])
  expect(running.ready['token']).toMatch(/^[0-9a-f]{32}$/)
  expect(await ask(`${String(running.ready['http'])}/control`, { reset: true })).toMatchObject({ status_code: 403 })
  running.child.kill('SIGTERM')
  await running.ended
})

test.each([
  [['--port', 'x'], /--port x: expected a whole number/],
  [['--certificate', 'none'], /expected one of valid, expired/],
  [['--nope'], /--nope/],
])('%j is refused with what was expected', async (args, message) => {
  await expect(program.start(args)).rejects.toThrow(message)
})

test('a port that is taken is said plainly', async () => {
  const first = await program.start()
  const port = new URL(String(first.ready['http'])).port
  await expect(program.start(['--port', port])).rejects.toThrow(/EADDRINUSE/)
  first.child.kill('SIGTERM')
  await first.ended
})

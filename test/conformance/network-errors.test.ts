import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { brunt, newFolder, scriptFile } from '../cli/program.ts'

interface Addresses {
  readonly http: string
  readonly https: string
  readonly h2: string
  readonly ca: string
}

const main = path.resolve(import.meta.dirname, '../../dist/targets/httpbin/main.js')
const started: ChildProcess[] = []
let valid: Addresses
let expired: Addresses
let wrongHost: Addresses

async function start(certificate: string): Promise<Addresses> {
  const child = spawn(
    process.execPath,
    [main, '--port', '0', '--tls-port', '0', '--h2-port', '0', '--certificate', certificate, '--exit-with-parent'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  started.push(child)
  const line = await new Promise<string>((resolve) => {
    let text = ''
    child.stdout.on('data', (part: Buffer) => {
      text += String(part)
      if (text.includes('\n')) resolve(text)
    })
  })
  return JSON.parse(line) as Addresses
}

beforeAll(async () => {
  ;[valid, expired, wrongHost] = (await Promise.all(['valid', 'expired', 'wrong-host'].map(start))) as [
    Addresses,
    Addresses,
    Addresses,
  ]
})
afterAll(() => {
  for (const child of started) child.kill()
})

interface Row {
  readonly url: string
  readonly status: number
  readonly errorCode: number
  readonly error: string
}

/** Requests each URL once through the built program. */
async function visit(urls: readonly string[], options: Record<string, unknown> = {}): Promise<{ rows: Row[]; summary: Summary }> {
  const cwd = newFolder()
  const script = scriptFile(`import http from 'brunt/http'
import { appendFileSync } from 'node:fs'
export const options = { vus: 1, iterations: 1, ...JSON.parse(process.env.OPTIONS) }
export default async function () {
  for (const url of JSON.parse(process.env.URLS)) {
    const { status, errorCode, error } = await http.get(url, { timeout: '5s' })
    appendFileSync('rows.ndjson', JSON.stringify({ url, status, errorCode, error }) + '\\n')
  }
}
`)
  const env = { URLS: JSON.stringify(urls), OPTIONS: JSON.stringify(options) }
  const { code, stderr, stdout } = await brunt(['run', script, '--json', '--quiet'], { cwd, env })
  expect(code, stderr).toBe(0)
  const rows = readFileSync(path.join(cwd, 'rows.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
  return { rows, summary: JSON.parse(stdout) as Summary }
}

test('what cannot be reached or trusted is a failed request with its code, and the run goes on', async () => {
  const expectations: readonly (readonly [url: string, errorCode: number, error: RegExp])[] = [
    ['http://no-such-host.invalid/', 1101, /no such host/],
    ['http://127.0.0.1:1/', 1212, /refused/],
    [`${valid.https}/get`, 1310, /unknown authority/],
    [valid.http.replace('http:', 'https:'), 1301, /TLS|tls/],
    ['ftp://127.0.0.1/', 1020, /URL/],
    ['http://a b/', 1020, /URL/],
    [`${valid.http}/status/503`, 1503, /^$/],
    [`${valid.http}/delay/9`, 1050, /timeout/],
  ]
  const { rows, summary } = await visit(expectations.map(([url]) => url))
  for (const [index, [url, errorCode, error]] of expectations.entries()) {
    expect.soft(rows[index]?.errorCode, url).toBe(errorCode)
    expect.soft(rows[index]?.error, url).toMatch(error)
  }
  expect(summary.metrics['http_req_failed']?.values).toMatchObject({ passes: expectations.length, fails: 0 })
  expect(summary.metrics['iterations']?.values['count']).toBe(1)
})

test('a certificate that expired or names another host is refused, and taken when verification is skipped', async () => {
  const urls = [`${expired.https}/get`, `${wrongHost.https}/get`, `${valid.https}/get`]
  const trusted = { tlsCa: [expired.ca, wrongHost.ca, valid.ca] }
  const { rows } = await visit(urls, trusted)
  expect(rows.map((row) => row.status)).toEqual([0, 0, 200])
  expect(rows[0]?.error).toMatch(/expired/)
  expect(rows[1]?.errorCode).toBe(1311)
  const skipped = await visit(urls, { insecureSkipTLSVerify: true })
  expect(skipped.rows.map((row) => row.status)).toEqual([200, 200, 200])
})

test('HTTP/2 is spoken where the server offers it', async () => {
  const { rows, summary } = await visit([`${valid.h2}/get`, `${valid.h2}/get`], {
    tlsCa: [valid.ca],
    thresholds: { 'http_reqs{proto:HTTP/2.0}': ['count==2'] },
  })
  expect(rows.map((row) => row.status)).toEqual([200, 200])
  expect(summary.thresholds.map((threshold) => threshold.ok)).toEqual([true])
})

test('block lists and the allow-list refuse before anything is dialled', async () => {
  const host = new URL(valid.http).host
  const blocked = await visit([`http://blocked.example:1/`, `${valid.http}/get`], {
    blockHostnames: ['*.example'],
    blacklistIPs: ['10.0.0.0/8'],
  })
  expect(blocked.rows.map((row) => row.errorCode)).toEqual([1111, 0])
  const ip = await visit([`http://127.0.0.1:${host.split(':')[1]}/get`], { blacklistIPs: ['127.0.0.0/8'] })
  expect(ip.rows.map((row) => row.errorCode)).toEqual([1110])
  const targets = ['shop.test', '10.0.0.0/8']
  const allowed = await visit(['http://shop.test/get', `${valid.http}/get`], { targets, hosts: { 'shop.test': host } })
  expect(allowed.rows.map((row) => row.status)).toEqual([200, 0])
  expect(allowed.rows[1]?.error).toMatch(/targets/)
  const mapped = await visit(['http://shop.test/get'], { hosts: { 'shop.test': host } })
  expect(mapped.rows.map((row) => row.status)).toEqual([200])
})

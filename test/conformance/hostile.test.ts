import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brunt, newFolder, scriptFile } from '../cli/program.ts'

interface CaseEntry {
  readonly name: string
  readonly path: string
  readonly expect: 'failed' | 'ok' | 'either'
  readonly isEndless: boolean
  readonly status?: number
  readonly body?: string
}

/** What the script saw of one case, and of the good request that followed on the same VU. */
interface Seen {
  readonly name: string
  readonly status: number
  readonly errorCode: number
  readonly error: string
  readonly body: string
  readonly after: string
}

const main = path.resolve(import.meta.dirname, '../../dist/targets/hostile/main.js')
let server: ChildProcess
let address: { http: string; control: string }
let cases: CaseEntry[]

beforeAll(async () => {
  server = spawn(process.execPath, [main, '--port', '0', '--control-port', '0', '--exit-with-parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const line = await new Promise<string>((resolve) => server.stdout?.once('data', (text: Buffer) => resolve(String(text))))
  address = JSON.parse(line) as typeof address
  cases = (await (await fetch(`${address.control}/index.json`)).json()) as CaseEntry[]
})
afterAll(() => void server.kill())

/** Plays cases in one run of the built program: each VU takes its share, one case and one good request after the other. */
async function play(
  played: readonly CaseEntry[],
  timeout: string,
): Promise<{ seen: Seen[]; code: number | null; stderr: string }> {
  const cwd = newFolder()
  const script = scriptFile(`import { execution } from 'brunt'
import http from 'brunt/http'
import { appendFileSync } from 'node:fs'
const cases = JSON.parse(process.env.CASES)
export const options = { scenarios: { hostile: { executor: 'shared-iterations', vus: 8, iterations: cases.length, maxDuration: '3m' } } }
export default async function () {
  const { name, path } = cases[execution.scenario.iterationInTest]
  const response = await http.get(process.env.HOSTILE + path, { timeout: '${timeout}', redirects: 3 })
  const good = await http.get(process.env.HOSTILE + '/after-keep-alive', { timeout: '5s' })
  const body = String(response.body ?? '').slice(0, 1000)
  appendFileSync('seen.ndjson', JSON.stringify({ name, status: response.status, errorCode: response.errorCode, error: response.error, body, after: good.status + ' ' + good.body }) + '\\n')
}
`)
  const env = { HOSTILE: address.http, CASES: JSON.stringify(played.map(({ name, path }) => ({ name, path }))) }
  const { code, stderr } = await brunt(['run', script, '--workers', '1', '--quiet'], { cwd, env })
  const lines = readFileSync(path.join(cwd, 'seen.ndjson'), 'utf8').trimEnd().split('\n')
  return { seen: lines.map((line) => JSON.parse(line) as Seen), code, stderr }
}

function verdict(entry: CaseEntry, seen: Seen | undefined): string | undefined {
  if (!seen) return `${entry.name}: was not answered at all`
  const hasFailed = seen.status === 0
  if (hasFailed && (seen.errorCode < 1000 || seen.error === ''))
    return `${entry.name}: failed without a code or a text: ${JSON.stringify(seen)}`
  if (entry.expect === 'failed' && !hasFailed)
    return `${entry.name}: must fail and gave ${seen.status} "${seen.body.slice(0, 80)}"`
  if (entry.expect !== 'ok') return undefined
  if (hasFailed) return `${entry.name}: must be fine and failed: ${seen.error}`
  if (entry.status !== undefined && entry.status !== seen.status)
    return `${entry.name}: status ${seen.status} instead of ${entry.status}`
  if (entry.body !== undefined && entry.body !== seen.body)
    return `${entry.name}: body "${seen.body.slice(0, 80)}" instead of "${entry.body.slice(0, 80)}"`
  return undefined
}

test('the table holds hundreds of ways to answer wrongly', () => {
  expect(cases.filter((entry) => entry.expect === 'failed').length).toBeGreaterThan(200)
})

test('every finite case is judged rightly, and the next request on the same VU is answered rightly', async () => {
  const played = cases.filter((entry) => !entry.isEndless)
  const { seen, code, stderr } = await play(played, '10s')
  expect(code, stderr).toBe(0)
  const byName = new Map(seen.map((each) => [each.name, each]))
  expect(played.map((entry) => verdict(entry, byName.get(entry.name))).filter(Boolean)).toEqual([])
  expect([...new Set(seen.map((each) => each.after))]).toEqual(['200 hello'])
}, 240_000)

test('every endless case ends at its time limit or before, with a code', async () => {
  const played = cases.filter((entry) => entry.isEndless)
  const { seen, code, stderr } = await play(played, '500ms')
  expect(code, stderr).toBe(0)
  const byName = new Map(seen.map((each) => [each.name, each]))
  expect(played.map((entry) => verdict(entry, byName.get(entry.name))).filter(Boolean)).toEqual([])
  expect([...new Set(seen.map((each) => each.after))]).toEqual(['200 hello'])
}, 120_000)

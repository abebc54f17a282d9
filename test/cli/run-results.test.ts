import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { brunt, newFolder, type SampleTarget, scriptFile, startSampleTarget } from './program.ts'

interface Counter {
  readonly route: string
  readonly method: string
  readonly status: number
  readonly requests: number
  readonly requestBodyBytes: number
  readonly responseBodyBytes: number
}

const visit = `import { check } from 'brunt'
import http from 'brunt/http'
export const options = { thresholds: { checks: ['rate==1'] } }
export default async function () {
  const response = await http.post('/post', 'twelve bytes')
  check(response, { 'status is 200': (r) => r.status === 200 })
}
`
let target: SampleTarget

beforeAll(async () => {
  target = await startSampleTarget()
})
afterAll(() => target.stop())

function on(target: SampleTarget): string[] {
  return ['-e', `BASE_URL=${target.url}`]
}

function summaryIn(text: string): Summary {
  return JSON.parse(text) as Summary
}

function value(summary: Summary, metric: string, name: string): number | undefined {
  return summary.metrics[metric]?.values[name]
}

test('the summary equals what the target counted: requests, statuses, bytes of bodies', async () => {
  await target.control({ reset: true })
  const { code, stdout } = await brunt(['run', scriptFile(visit), '-u', '5', '-i', '100', '--json', ...on(target)])
  const { routes } = (await target.get('/counters')) as { routes: Counter[] }
  const counted = routes.filter(({ route }) => route === '/post')
  const summary = summaryIn(stdout)
  expect(code).toBe(0)
  expect(summary).toMatchObject({ schemaVersion: 1, run: { status: 'passed', exitCode: 0, partial: false } })
  expect(counted).toEqual([expect.objectContaining({ method: 'POST', status: 200, requests: 100 })])
  expect(value(summary, 'http_reqs', 'count')).toBe(100)
  expect(value(summary, 'http_req_body_bytes', 'count')).toBe(counted[0]?.requestBodyBytes)
  expect(value(summary, 'http_res_body_bytes', 'count')).toBe(counted[0]?.responseBodyBytes)
  expect(summary.checks).toEqual([expect.objectContaining({ name: 'status is 200', passes: 100, fails: 0 })])
})

test('results go where they are asked to go, and a folder of the run is left behind', async () => {
  const cwd = newFolder()
  const args = [
    'run',
    scriptFile(visit),
    '-i',
    '4',
    '--summary',
    'deep/result.json',
    '--out',
    'json=raw.json',
    '--out',
    'csv=raw.csv',
    ...on(target),
  ]
  const { code, stdout } = await brunt(args, { cwd })
  expect(code).toBe(0)
  expect(stdout).toMatch(/http_req_duration/)
  const summary = summaryIn(readFileSync(path.join(cwd, 'deep/result.json'), 'utf8'))
  const lines = readFileSync(path.join(cwd, 'raw.json'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; metric: string })
  expect(lines.filter(({ type, metric }) => type === 'Point' && metric === 'http_reqs')).toHaveLength(4)
  const csv = readFileSync(path.join(cwd, 'raw.csv'), 'utf8').split('\n')
  expect(csv[0]).toMatch(/^metric_name,timestamp,metric_value,/)
  expect(csv.filter((line) => line.startsWith('http_reqs,'))).toHaveLength(4)
  const [run] = readdirSync(path.join(cwd, '.brunt/runs'))
  expect(run).toBe(summary.run.id)
  expect(summaryIn(readFileSync(path.join(cwd, '.brunt/runs', run ?? '', 'summary.json'), 'utf8')).run.id).toBe(run)
})

test('raw samples on standard output are not mixed with texts for people', async () => {
  const { code, stdout, stderr } = await brunt(['run', scriptFile(visit), '-i', '2', '--out', 'json=-', ...on(target)])
  const types = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { type: string }).type)
  expect(new Set(types)).toEqual(new Set(['Metric', 'Point']))
  expect(stderr).toMatch(/Passed/)
  expect(code).toBe(0)
})

test('--store none leaves nothing behind', async () => {
  const cwd = newFolder()
  await brunt(['run', scriptFile(visit), '-i', '1', '--store', 'none', ...on(target)], { cwd })
  expect(readdirSync(cwd)).toEqual([])
})

test('a full disk switches an output off, the run goes on and says so', async () => {
  const { code, stdout, stderr } = await brunt([
    'run',
    scriptFile(visit),
    '-i',
    '3',
    '--out',
    'csv=/dev/full',
    '--json',
    ...on(target),
  ])
  const summary = summaryIn(stdout)
  expect(value(summary, 'iterations', 'count')).toBe(3)
  expect(stderr + summary.notes.join()).toMatch(/csv=\/dev\/full was switched off/)
  expect(code).toBe(0)
})

test('a summary that cannot be written fails a run that passed', async () => {
  const { code, stderr } = await brunt(['run', scriptFile(visit), '-i', '1', '--summary', '/dev/full', ...on(target)])
  expect(stderr).toMatch(/FILE_UNWRITABLE/)
  expect(code).toBe(255)
})

test.each([
  ['--summary', '/dev/null/x.json'],
  ['--out', 'json=/dev/null/x.json'],
])('%s %s is refused before any load', async (flag, value) => {
  await target.control({ reset: true })
  const { code, stderr } = await brunt(['run', scriptFile(visit), '-i', '1', flag, value, ...on(target)])
  expect(stderr).toMatch(/"\/dev\/null\/x.json" cannot be written/)
  expect(((await target.get('/counters')) as { routes: Counter[] }).routes).toEqual([])
  expect(code).toBe(255)
})

test('handleSummary replaces the summary and writes its files', async () => {
  const cwd = newFolder()
  const own =
    "export function handleSummary(data) { return { stdout: 'mine ' + typeof data.metrics + '\\n', 'own/report.txt': 'text' } }\n"
  const { code, stdout } = await brunt(['run', scriptFile(visit + own), '-i', '1', ...on(target)], { cwd })
  expect(stdout).toBe('mine object\n')
  expect(readFileSync(path.join(cwd, 'own/report.txt'), 'utf8')).toBe('text')
  expect(code).toBe(0)
})

test('options come from the config file, then the script, then variables, then flags', async () => {
  const cwd = newFolder()
  writeFileSync(
    path.join(cwd, 'config.json'),
    '{"tags": {"from": "config"}, "userAgent": "config", "batch": 7, "maxRedirects": 1}',
  )
  const script = scriptFile(
    "import 'brunt'\nexport const options = { userAgent: 'script', batch: 8, rps: 3 }\nexport default function () {}\n",
  )
  const env = { K6_BATCH: '9', BRUNT_BATCH: '10', K6_RPS: '4' }
  const { stdout } = await brunt(['inspect', script, '-c', 'config.json', '--rps', '5'], { cwd, env })
  const plan = JSON.parse(stdout) as { tags: unknown; http: Record<string, unknown> }
  expect(plan.tags).toEqual({ from: 'config' })
  expect(plan.http).toMatchObject({ userAgent: 'script', batch: 10, maxRedirects: 1, rps: 5 })
})

test('inspect prints the plan for people as well, and sends nothing', async () => {
  await target.control({ reset: true })
  const { code, stdout } = await brunt(['inspect', scriptFile(visit), '--text', '-u', '3', '-d', '7s', ...on(target)])
  expect(stdout).toMatch(/3 looping VUs for 7s/)
  expect(((await target.get('/counters')) as { routes: Counter[] }).routes).toEqual([])
  expect(code).toBe(0)
})

test('a script may come from standard input', async () => {
  const { code, stdout } = await brunt(['run', '-', '-i', '2', '--json', ...on(target)], { stdin: visit })
  expect(value(summaryIn(stdout), 'iterations', 'count')).toBe(2)
  expect(code).toBe(0)
})

test('several scripts are one suite with one verdict', async () => {
  const cwd = newFolder()
  const failing = scriptFile(visit.replace('rate==1', 'rate>1'), 'failing.ts')
  const broken = scriptFile("import 'brunt'\nexport default function ( {\n", 'broken.ts')
  const good = scriptFile(visit, 'good.ts')
  const args = [
    'run',
    good,
    failing,
    broken,
    '-i',
    '2',
    '--summary',
    'suite.json',
    '--out',
    'json=raw-{script}.json',
    ...on(target),
  ]
  const { code, stdout } = await brunt(args, { cwd })
  const suite = JSON.parse(readFileSync(path.join(cwd, 'suite.json'), 'utf8')) as {
    suite: unknown
    scripts: { status: string; exitCode: number; summary?: Summary }[]
  }
  expect(stdout).toMatch(/Suite failed: 2 of 3 scripts/)
  expect(suite.scripts.map(({ status, exitCode }) => [status, exitCode])).toEqual([
    ['passed', 0],
    ['failed', 99],
    ['error', 107],
  ])
  expect(suite.suite).toEqual({ status: 'failed', exitCode: 107 })
  expect(code).toBe(107)
  expect(existsSync(path.join(cwd, 'raw-good.json')) && existsSync(path.join(cwd, 'raw-failing.json'))).toBe(true)
})

test('without a summary a failed run still says why', async () => {
  const args = ['quick', `${target.url}/status/500`, '-n', '4', '-c', '1', '--no-summary', '--quiet']
  const { code, stdout, stderr } = await brunt(args, { env: { K6_VUS: '7', BRUNT_DURATION: '9m' } })
  expect(stderr).toContain('error: thresholds failed: http_req_failed rate<=0.01')
  expect({ code, stdout }).toEqual({ code: 99, stdout: '' })
})

test('quick puts load on a URL without a script and judges it', async () => {
  const good = await brunt(['quick', `${target.url}/get`, '-n', '50', '-c', '5', '-H', 'x-a: b', '--json'])
  expect(value(summaryIn(good.stdout), 'http_reqs', 'count')).toBe(50)
  expect(good.code).toBe(0)
  const bad = await brunt(['quick', `${target.url}/status/500`, '-n', '10', '-c', '2'])
  expect(bad.code).toBe(99)
  const slow = await brunt(['quick', `${target.url}/delay/0.1`, '-n', '5', '-c', '5', '--slo', 'max<50'])
  expect(slow.code).toBe(99)
})

test('progress goes to stderr in plain lines when it is no terminal, and --quiet leaves it out', async () => {
  const loud = await brunt(['run', scriptFile(visit), '-d', '2s', '-u', '1', ...on(target)])
  expect(loud.stderr).toMatch(/iteration/)
  expect(loud.stderr + loud.stdout).not.toContain('\u001b')
  const quiet = await brunt(['run', scriptFile(visit), '-d', '2s', '-u', '1', '--quiet', ...on(target)])
  expect(quiet.stderr).toBe('')
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countOf, runEngine } from './engine.ts'

const server = createServer((request, response) => response.end(request.url))
let baseUrl = ''
const received: string[] = []

beforeAll(async () => {
  server.on('request', (request) => received.push(request.url ?? ''))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

const once = { scenarios: { main: { executor: 'per-vu-iterations', vus: 2, iterations: 3, maxDuration: '20s' } } }
const forLong = { scenarios: { main: { executor: 'constant-vus', vus: 2, duration: '10m', gracefulStop: '10s' } } }

describe('a run', () => {
  test.each([1, 2, 3])(
    'on %i workers hands setup data to every VU and to teardown, and counts what the target got',
    async (workers) => {
      received.length = 0
      const run = await runEngine(
        `import http from 'brunt/http'
      import { check, execution } from 'brunt'
      export async function setup() { await http.get('/setup'); return { token: 'abc', list: [1, 2] } }
      export default async function (data) {
        const response = await http.get('/work?vu=' + execution.vu.id)
        check(response, { fine: (r) => r.status === 200 })
        say({ vu: execution.vu.id, data: { ...data } })
        data.token = 'changed by one VU'
      }
      export async function teardown(data) { await http.get('/teardown'); say({ teardown: data }) }`,
        { workers, options: { ...once, baseUrl } },
      )
      expect(run.outcome).toMatchObject({ exitCode: 0, error: undefined })
      expect(run.outcome.summary.run).toMatchObject({ status: 'passed', partial: false })
      const firsts = run.said.filter((each) => (each as { data?: { token: string } }).data?.token === 'abc')
      expect(firsts.map((each) => (each as { vu: number }).vu).toSorted((a, b) => a - b)).toEqual([1, 2])
      expect(run.said.at(-1)).toEqual({ teardown: { token: 'abc', list: [1, 2] } })
      expect(countOf(run, 'iterations')).toBe(6)
      expect(countOf(run, 'http_reqs')).toBe(8)
      expect(received.filter((url) => url.startsWith('/work'))).toHaveLength(6)
      expect([received[0], received.at(-1)]).toEqual(['/setup', '/teardown'])
      expect(run.outcome.summary.checks).toMatchObject([{ name: 'fine', passes: 6, fails: 0 }])
    },
  )

  test('that crosses a threshold fails with 99; what the summary says is what it counted', async () => {
    const run = await runEngine(`import 'brunt'\nexport default function () {}`, {
      options: { ...once, thresholds: { iterations: ['count>5', 'count<6'] } },
    })
    expect(run.outcome.exitCode).toBe(99)
    expect(run.outcome.summary.thresholds.map(({ source, ok }) => [source, ok])).toEqual([
      ['count>5', true],
      ['count<6', false],
    ])
  })

  test('with abortOnFail ends within a second or two of the crossing, runs teardown and says why', async () => {
    const run = await runEngine(
      `import { sleep } from 'brunt'
      export default async function () { await sleep(0.05); throw new Error('always') }
      export function teardown() { say('teardown') }`,
      {
        workers: 2,
        options: { ...forLong, thresholds: { iteration_errors: [{ threshold: 'count<1', abortOnFail: true }] } },
      },
    )
    expect(run.outcome.exitCode).toBe(99)
    expect(run.outcome.summary.thresholds).toMatchObject([{ ok: false, aborted: true }])
    expect(run.outcome.summary.notes.join('\n')).toMatch(/ended early: .*iteration_errors.*abortOnFail/)
    expect(run.said).toEqual(['teardown'])
    expect(run.outcome.summary.run.durationMs).toBeLessThan(60_000)
  })

  test.each([1, 2])('that the script aborts ends with 108, teardown included, on %i workers', async (workers) => {
    const run = await runEngine(
      `import { execution, sleep } from 'brunt'
      export default async function () { if (execution.vu.id === 2) execution.abort('enough'); await sleep(100) }
      export function teardown() { say('teardown') }`,
      { workers, options: forLong },
    )
    expect(run.outcome.exitCode).toBe(108)
    expect(run.outcome.summary.notes.join('\n')).toMatch(/the script aborted the run: enough/)
    expect(run.said).toEqual(['teardown'])
    expect(countOf(run, 'interrupted_iterations')).toBe(2)
  })

  test('that the script marks as failed goes on to its end and gives 110 with the message', async () => {
    const run = await runEngine(
      `import { execution } from 'brunt'
      export default function () { execution.fail('the shop was closed') }`,
      { options: once },
    )
    expect(run.outcome.exitCode).toBe(110)
    expect(countOf(run, 'iterations')).toBe(6)
    expect(run.outcome.summary.notes.join('\n')).toMatch(/the shop was closed/)
  })

  test('whose iterations throw goes on; each place is told once, and counted', async () => {
    const run = await runEngine(
      `import { execution } from 'brunt'
      function first() { throw new Error('one ' + execution.scenario.iterationInTest) }
      export default function () {
        if (execution.scenario.iterationInTest % 2 === 0) first()
        throw new TypeError('two')
      }`,
      { workers: 2, options: { scenarios: { main: { executor: 'shared-iterations', vus: 4, iterations: 100 } } } },
    )
    expect(run.outcome.exitCode).toBe(0)
    expect(countOf(run, 'iterations')).toBe(100)
    expect(countOf(run, 'iteration_errors')).toBe(100)
    const errors = run.log.filter(({ level }) => level === 'error').map(({ message }) => message.split('\n')[0])
    expect(errors.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      expect.stringMatching(/^Error: one \d+$/),
      'TypeError: two',
    ])
    expect(run.outcome.summary.notes.join('\n')).toMatch(/50 iterations threw: .*one/)
    expect(run.outcome.summary.notes.join('\n')).toMatch(/50 iterations threw: TypeError: two/)
    expect(run.outcome.summary.notes.join('\n')).toMatch(/test\.ts:/)
  })

  test('counts iterations that the end of the graceful stop interrupts, and their VUs run finally blocks', async () => {
    const run = await runEngine(
      `import { sleep } from 'brunt'
      export default async function () { try { await sleep(1000) } finally { say('cleanedUp') } }`,
      {
        workers: 2,
        options: { scenarios: { main: { executor: 'constant-vus', vus: 3, duration: '1s', gracefulStop: '100ms' } } },
      },
    )
    expect(run.outcome.exitCode).toBe(0)
    expect(countOf(run, 'interrupted_iterations')).toBe(3)
    expect(countOf(run, 'iterations')).toBeUndefined()
    expect(run.said).toHaveLength(3)
  })

  test('gives handleSummary the summary and hands on the files that it returns', async () => {
    const run = await runEngine(
      `import 'brunt'
      export default function () {}
      export function handleSummary(data) {
        return { 'a.json': JSON.stringify({ count: data.metrics.iterations.values.count }), stdout: 'own words' }
      }`,
      { workers: 2, options: once },
    )
    expect(run.outcome.files).toEqual({ 'a.json': '{"count":6}', stdout: 'own words' })
  })

  test.each([
    ['throws', `throw new Error('no words')`, /handleSummary\(\) failed: .*no words/],
    ['returns a number', `return 7`, /handleSummary\(\) failed: .*must return an object/],
    ['does not end', `return new Promise(() => {})`, /handleSummary\(\) failed: .*longer than its limit of 200 ms/],
  ])('whose handleSummary %s keeps its verdict, and says so', async (_what, body, message) => {
    const run = await runEngine(`import 'brunt'\nexport default function () {}\nexport function handleSummary() { ${body} }`, {
      options: { ...once, handleSummaryTimeout: '200ms' },
    })
    expect(run.outcome).toMatchObject({ exitCode: 0, files: {} })
    expect(run.log.map(({ message }) => message).join('\n')).toMatch(message)
  })
})

describe('a script that fails', () => {
  test('in init is an error with 107 and its place', async () => {
    const running = runEngine(`import 'brunt'\nthrow new Error('bad init')\nexport default function () {}`)
    await expect(running).rejects.toMatchObject({
      code: 'SCRIPT_INIT_FAILED',
      exitCode: 107,
      scriptStack: expect.stringMatching(/test\.ts:2/),
    })
  })

  test('in the init of a later VU is an error too', async () => {
    const run = await runEngine(
      `import 'brunt'
      globalThis.initCount = (globalThis.initCount ?? 0) + 1
      if (globalThis.initCount === 3) throw new Error('the third init')
      export default function () {}`,
      { options: once },
    )
    expect(run.outcome).toMatchObject({
      exitCode: 107,
      error: { code: 'SCRIPT_INIT_FAILED', message: expect.stringMatching(/the third init/) },
    })
  })

  test.each([
    ['throws', `throw new Error('no setup')`, { exitCode: 107, code: 'SETUP_FAILED' }],
    ['takes too long', `return new Promise(() => {})`, { exitCode: 100, code: 'SETUP_TIMEOUT' }],
    ['returns what JSON cannot say', `return 1n`, { exitCode: 107, code: 'SETUP_FAILED' }],
  ])('in setup, which %s, starts no iteration and no teardown', async (_what, body, { exitCode, code }) => {
    const run = await runEngine(
      `import 'brunt'
      export function setup() { ${body} }
      export default function () { say('iteration') }
      export function teardown() { say('teardown') }`,
      { workers: 2, options: { ...once, setupTimeout: '200ms' } },
    )
    expect(run.outcome).toMatchObject({ exitCode, error: { code } })
    expect(run.said).toEqual([])
  })

  test.each([
    ['throws', `throw new Error('no teardown')`, { exitCode: 107, code: 'TEARDOWN_FAILED' }],
    ['takes too long', `return new Promise(() => {})`, { exitCode: 101, code: 'TEARDOWN_TIMEOUT' }],
  ])('in teardown, which %s, keeps its numbers', async (_what, body, { exitCode, code }) => {
    const run = await runEngine(`import 'brunt'\nexport default function () {}\nexport function teardown() { ${body} }`, {
      workers: 2,
      options: { ...once, teardownTimeout: '200ms' },
    })
    expect(run.outcome).toMatchObject({ exitCode, error: { code } })
    expect(countOf(run, 'iterations')).toBe(6)
  })

  test('by aborting in setup ends with 108 and runs nothing', async () => {
    const run = await runEngine(
      `import { execution } from 'brunt'
      export function setup() { execution.abort('no data') }
      export default function () { say('iteration') }`,
      { options: once },
    )
    expect(run.outcome.exitCode).toBe(108)
    expect(run.said).toEqual([])
  })
})

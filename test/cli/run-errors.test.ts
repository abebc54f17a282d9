import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { brunt, newFolder, type SampleTarget, scriptFile, startSampleTarget } from './program.ts'

const get = "import http from 'brunt/http'\nexport default async function () { await http.get('/get') }\n"
let target: SampleTarget

beforeAll(async () => {
  target = await startSampleTarget()
})
afterAll(() => target.stop())

test.each([
  { what: 'a syntax error', script: "import 'brunt'\nexport default function ( {\n", code: 107, says: /test\.ts:\d:\d+/ },
  { what: 'a missing module', script: "import 'brunt'\nimport './absent.ts'\n", code: 107, says: /absent/ },
  {
    what: 'a module of brunt that is not there',
    script: "import x from 'brunt/nothing'\nexport default function () { x() }\n",
    code: 107,
    says: /test\.ts:1: there is no module "brunt\/nothing"\n {2}hint: there are brunt, brunt\/http, brunt\/metrics\n/,
  },
  {
    what: 'a module of brunt that is not there, imported for its effects',
    script: "import 'brunt'\nimport 'brunt/nothing'\nexport default function () {}\n",
    code: 107,
    says: /test\.ts:2: there is no module "brunt\/nothing"\n {2}hint/,
  },
  {
    what: 'a name that brunt does not have',
    script: "import { nope } from 'brunt'\nexport default function () { nope() }\n",
    code: 107,
    says: /test\.ts:1: "brunt" does not export "nope"\n {2}hint: it exports: check, sleep, group, fail, execution, env, scenario\n/,
  },
  {
    what: 'an exception at the top level',
    script: "import 'brunt'\nthrow new Error('broken start')\n",
    code: 107,
    says: /broken start[^]*test\.ts:2/,
  },
  {
    what: 'a request at the top level',
    script: "import http from 'brunt/http'\nawait http.get('http://127.0.0.1/')\n",
    code: 107,
    says: /init/,
  },
  { what: 'no default function', script: "import 'brunt'\nexport const options = {}\n", code: 104, says: /default/ },
  {
    what: 'a scenario with an unknown function',
    script:
      "import 'brunt'\nexport const options = { scenarios: { a: { executor: 'per-vu-iterations', exec: 'zzz' } } }\nexport default function () {}\n",
    code: 104,
    says: /zzz/,
  },
  {
    what: 'an unknown executor',
    script:
      "import 'brunt'\nexport const options = { scenarios: { a: { executor: 'constant-vu' } } }\nexport default function () {}\n",
    code: 104,
    says: /constant-vus/,
  },
  {
    what: 'a wrong type',
    script: "import 'brunt'\nexport const options = { vus: 'abc' }\nexport default function () {}\n",
    code: 104,
    says: /vus/,
  },
  {
    what: 'a negative duration',
    script: "import 'brunt'\nexport const options = { vus: 1, duration: -5 }\nexport default function () {}\n",
    code: 104,
    says: /duration/,
  },
  {
    what: 'a broken threshold',
    script:
      "import 'brunt'\nexport const options = { thresholds: { http_req_duration: ['p(95)<'] } }\nexport default function () {}\n",
    code: 104,
    says: /p\(95\)</,
  },
  {
    what: 'a threshold on an unknown metric',
    script: "import 'brunt'\nexport const options = { thresholds: { nope: ['count>0'] } }\nexport default function () {}\n",
    code: 104,
    says: /nope/,
  },
  {
    what: 'a k6 script with a module that is not there',
    script: "import grpc from 'k6/net/grpc'\nexport default function () { new grpc.Client() }\n",
    code: 107,
    says: /the module "k6\/net\/grpc" is not supported yet/,
  },
  {
    what: 'an exception in setup',
    script: "import 'brunt'\nexport function setup() { throw new Error('no data') }\nexport default function () {}\n",
    code: 107,
    says: /no data/,
  },
  {
    what: 'an exception in teardown',
    script: "import 'brunt'\nexport default function () {}\nexport function teardown() { throw new Error('no broom') }\n",
    code: 107,
    says: /no broom/,
  },
  {
    what: 'a setup that never ends',
    script:
      "import 'brunt'\nexport const options = { setupTimeout: '500ms' }\nexport function setup() { return new Promise(() => {}) }\nexport default function () {}\n",
    code: 100,
    says: /setup/,
  },
  {
    what: 'a setup that loops for ever',
    script:
      "import 'brunt'\nexport const options = { setupTimeout: '500ms' }\nexport function setup() { for (;;); }\nexport default function () {}\n",
    code: 100,
    says: /setup/,
  },
  {
    what: 'a teardown that never ends',
    script:
      "import 'brunt'\nexport const options = { teardownTimeout: '500ms' }\nexport default function () {}\nexport function teardown() { return new Promise(() => {}) }\n",
    code: 101,
    says: /teardown/,
  },
  {
    what: 'an abort by the script',
    script: "import { execution } from 'brunt'\nexport default function () { execution.abort('seen enough') }\n",
    code: 108,
    says: /seen enough/,
  },
  {
    what: 'a failure by the script',
    script: "import { execution } from 'brunt'\nexport default function () { execution.fail('not good') }\n",
    code: 110,
    says: /not good/,
  },
])('$what ends with $code', async ({ script, code, says }) => {
  const ended = await brunt(['run', scriptFile(script)])
  expect(ended.stderr + ended.stdout).toMatch(says)
  expect(ended.stderr).not.toMatch(/bug in brunt/)
  expect(ended.code).toBe(code)
})

test.each([
  { what: 'a missing file', entry: 'absent.ts', says: /absent\.ts/ },
  { what: 'a directory', entry: '.', says: /directory/ },
])('$what ends with 255', async ({ entry, says }) => {
  const ended = await brunt(['run', entry])
  expect(ended.stderr).toMatch(says)
  expect(ended.code).toBe(255)
})

test.each<{ what: string; args: string[]; env: Record<string, string>; config: string; code: number }>([
  { what: 'a flag with a wrong value', args: ['-u', 'ten'], env: {}, config: '{}', code: 255 },
  { what: 'a flag out of range', args: ['-u', '-3', '-d', '1s'], env: {}, config: '{}', code: 104 },
  { what: 'flags that exclude each other', args: ['-d', '1s', '-s', '1s:1'], env: {}, config: '{}', code: 104 },
  { what: 'a wrong variable', args: [], env: { K6_VUS: 'many' }, config: '{}', code: 104 },
  { what: 'a broken config file', args: [], env: {}, config: '{', code: 104 },
  { what: 'a wrong value in the config file', args: [], env: {}, config: '{"vus": "x"}', code: 104 },
])('$what ends with $code', async ({ args, env, config, code }) => {
  const cwd = newFolder()
  writeFileSync(path.join(cwd, 'config.json'), config)
  const ended = await brunt(['run', scriptFile(get), '--config', 'config.json', ...args], { cwd, env })
  expect(ended.stderr).toMatch(/^error: .+$/m)
  expect(ended.stderr).toMatch(/hint: /)
  expect(ended.code).toBe(code)
})

describe('what happens inside iterations is counted and ends nothing', () => {
  test.each([
    { what: 'an unknown host', url: 'http://no-such-host.invalid/', error: /1101|no such host/ },
    { what: 'a refused port', url: 'http://127.0.0.1:1/', error: /1212|refused/ },
  ])('$what is a failed request', async ({ url }) => {
    const { code, stdout } = await brunt([
      'run',
      scriptFile(`import http from 'brunt/http'\nexport default async function () { await http.get('${url}') }\n`),
      '-i',
      '3',
      '--json',
    ])
    const { metrics } = JSON.parse(stdout) as { metrics: Record<string, { values: Record<string, number> }> }
    expect(metrics['http_req_failed']?.values).toMatchObject({ rate: 1, passes: 3, fails: 0 })
    expect(metrics['iterations']?.values['count']).toBe(3)
    expect(code).toBe(0)
  })

  test('an exception is logged once with its place and counted each time', async () => {
    const script = scriptFile("import 'brunt'\nexport default function () {\n  throw new Error('always')\n}\n")
    const { code, stdout, stderr } = await brunt(['run', script, '-i', '20', '--json', '--no-summary'])
    const { metrics, notes } = JSON.parse(stdout) as {
      metrics: Record<string, { values: Record<string, number> }>
      notes: string[]
    }
    expect(metrics['iteration_errors']?.values['count']).toBe(20)
    expect(metrics['iterations']?.values['count']).toBe(20)
    expect(stderr.match(/Error: always/g)).toHaveLength(1)
    expect(stderr).toMatch(/test\.ts:3/)
    expect(notes.join()).toMatch(/20 iterations threw/)
    expect(code).toBe(0)
  })

  test('a host outside the allow-list is refused', async () => {
    const { stdout } = await brunt([
      'run',
      scriptFile(get),
      '-i',
      '1',
      '--target',
      'example.com',
      '--json',
      '-e',
      `BASE_URL=${target.url}`,
    ])
    const { metrics } = JSON.parse(stdout) as { metrics: Record<string, { values: Record<string, number> }> }
    expect(metrics['http_req_failed']?.values['rate']).toBe(1)
  })

  test('a failed threshold ends with 99 and names it', async () => {
    const { code, stdout } = await brunt([
      'run',
      scriptFile(`${get}export const options = { thresholds: { http_reqs: ['count>5'] } }\n`),
      '-i',
      '2',
      '-e',
      `BASE_URL=${target.url}`,
    ])
    expect(stdout).toMatch(/http_reqs/)
    expect(stdout).toMatch(/count>5/)
    expect(code).toBe(99)
  })
})

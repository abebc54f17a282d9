import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brunt, newFolder, type SampleTarget, scriptFile, startSampleTarget } from './program.ts'

let target: SampleTarget
beforeAll(async () => {
  target = await startSampleTarget()
})
afterAll(() => target.stop())

test('a k6 script runs as it is: setup data, groups, checks, sleep, scenarios and thresholds', async () => {
  const script = scriptFile(
    `
const http = require('k6/http')
const { check, group, sleep } = require('k6')
exports.options = {
  scenarios: { steady: { executor: 'constant-arrival-rate', rate: 10, duration: '1s', preAllocatedVUs: 2 } },
  thresholds: { checks: ['rate==1'], 'http_req_duration{never:seen}': ['p(95)<1'] },
}
exports.setup = function () { return { status: http.get(__ENV.TARGET).status } }
exports.default = function (data) {
  group('page', () => {
    const statuses = [1, 2].map((n) => http.get(__ENV.TARGET + '?n=' + n).status)
    check(data, { 'from setup': (d) => d.status === 200, 'two answers': () => statuses.join() === '200,200' })
  })
  sleep(0.01)
  console.log(typeof process, __VU > 0, __ITER >= 0)
}
`,
    'test.js',
  )
  const folder = newFolder()
  const { code, stderr } = await brunt(
    ['run', script, '-e', `TARGET=${target.url}/get`, '--store', 'none', '--no-summary', '--summary', 'out.json'],
    { cwd: folder },
  )
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('undefined true true') as string })
  const { metrics } = JSON.parse(readFileSync(path.join(folder, 'out.json'), 'utf8')) as {
    metrics: Record<string, { values: Record<string, number> }>
  }
  expect(metrics['http_reqs']?.values).toMatchObject({ count: 21 })
  expect(metrics['iterations']?.values).toMatchObject({ count: 10 })
})

test('a rejected promise that nobody handles is told with its place, and the run goes on', async () => {
  const script = scriptFile(
    `
import { sleep } from 'k6'
export default function () {
  Promise.reject(new Error('nobody looks'))
  sleep(0.01)
}
`,
    'test.js',
  )
  const { code, stderr } = await brunt(['run', script, '--iterations', '3', '--store', 'none', '--no-summary'])
  expect(code).toBe(0)
  expect(stderr).toMatch(/nobody looks\n\s+at default \(.*test\.js:4:/)
})

test('a blocking call in a constructor is refused before anything runs, with its place', async () => {
  const script = scriptFile(
    `
import http from 'k6/http'
class Client {
  constructor() { this.token = http.get('http://127.0.0.1:9/').body }
}
export default function () { new Client() }
`,
    'test.js',
  )
  const { code, stderr } = await brunt(['run', script, '--store', 'none'])
  expect(code).toBe(107)
  expect(stderr).toMatch(/test\.js:4: a blocking call cannot be made here \(constructor\)/)
})

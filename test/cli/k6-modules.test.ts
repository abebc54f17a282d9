import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { brunt, newFolder, scriptFile } from './program.ts'

test('a k6 script without requests: metrics, execution, shared data, digests, Base64 and timers', async () => {
  const script = scriptFile(
    `
import { Counter, Trend } from 'k6/metrics'
import exec from 'k6/execution'
import { sha256 } from 'k6/crypto'
import encoding from 'k6/encoding'
import { SharedArray } from 'k6/data'
import { setTimeout } from 'k6/timers'
import { check } from 'k6'

const users = new SharedArray('users', () => JSON.parse(open('./users.json')))
const orders = new Counter('orders')
const waits = new Trend('waits', true)
export const options = { vus: 2, iterations: 6, thresholds: { checks: ['rate==1'], orders: ['count==12'], 'orders{user:b}': ['count>0'] } }
export default function () {
  const user = users[exec.scenario.iterationInTest % users.length]
  exec.vu.tags.user = user.name
  orders.add(2)
  setTimeout(() => waits.add(5), 1)
  check(user, {
    digest: () => sha256('a', 'base64rawurl') === 'ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs',
    base64: () => encoding.b64decode(encoding.b64encode(user.name), 'std', 's') === user.name,
    options: () => exec.test.options.scenarios.default.executor === 'shared-iterations',
  })
}
`,
    'test.js',
  )
  writeFileSync(path.join(path.dirname(script), 'users.json'), '[{"name":"a"},{"name":"b"}]')
  const folder = newFolder()
  const { code, stderr } = await brunt(['run', script, '--store', 'none', '--no-summary', '--summary', 'out.json'], {
    cwd: folder,
  })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const { metrics } = JSON.parse(readFileSync(path.join(folder, 'out.json'), 'utf8')) as {
    metrics: Record<string, { values: Record<string, number> }>
  }
  expect(metrics['orders']?.values).toMatchObject({ count: 12 })
  expect(metrics['waits']?.values).toMatchObject({ count: 6, avg: 5 })
})

test.each([
  { call: "exec.test.abort('enough')", code: 108, said: 'enough' },
  { call: "exec.test.fail('bad data')", code: 110, said: 'bad data' },
])('$call ends the program with $code', async ({ call, code, said }) => {
  const script = scriptFile(`import exec from 'k6/execution'\nexport default function () { ${call} }`, 'test.js')
  const outcome = await brunt(['run', script, '--vus', '1', '--iterations', '3', '--store', 'none'])
  expect(outcome).toMatchObject({ code, stdout: expect.stringContaining(said) as string })
})

test.each([
  { line: "new (require('k6/metrics').Rate)('r')", said: 'invalid metric name: "r"' },
  { line: "require('k6/encoding').b64decode('!!!')", said: 'illegal base64 data at input byte 0' },
  { line: "new (require('k6/data').SharedArray)('a', () => 5)", said: 'returned no array' },
])('what a module refuses in init ends the program with 107: $line', async ({ line, said }) => {
  const script = scriptFile(`${line}\nexports.default = function () {}`, 'test.js')
  const outcome = await brunt(['run', script, '--store', 'none'])
  expect(outcome).toMatchObject({ code: 107, stderr: expect.stringContaining(said) as string })
})

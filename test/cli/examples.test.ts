import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { brunt, type SampleTarget, startSampleTarget } from './program.ts'

const folder = path.resolve(import.meta.dirname, '../../examples')
/** The demo's script takes 20 s: its test is the demo itself. */
const examples = readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'demo.ts')
let target: SampleTarget

beforeAll(async () => {
  target = await startSampleTarget()
})
afterAll(() => target.stop())

test.each(examples)('the example %s passes against the sample target', async (file) => {
  const { code, stdout, stderr } = await brunt(['run', path.join(folder, file), '-e', `BASE_URL=${target.url}`, '--json'])
  expect(code, stderr).toBe(0)
  const { run, metrics, checks } = JSON.parse(stdout) as Summary
  expect(run.status).toBe('passed')
  expect(metrics['http_reqs']?.values['count']).toBeGreaterThan(10)
  expect(metrics['iteration_errors']).toBeUndefined()
  expect(checks.filter(({ fails }) => fails > 0)).toEqual([])
})

test('abort-on-threshold.ts stops early against a target that fails', async () => {
  await target.control({ routes: { '/anything/{rest...}': { errors: { ratio: 1, status: 503 } } } })
  const { code, stdout } = await brunt([
    'run',
    path.join(folder, 'abort-on-threshold.ts'),
    '-e',
    `BASE_URL=${target.url}`,
    '--json',
  ])
  expect(code).toBe(99)
  expect((JSON.parse(stdout) as Summary).thresholds.filter(({ aborted }) => aborted)).toHaveLength(1)
})

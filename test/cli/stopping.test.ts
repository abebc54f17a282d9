import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import {
  brunt,
  descendants,
  isRunning,
  newFolder,
  type Running,
  type SampleTarget,
  scriptFile,
  startBrunt,
  startSampleTarget,
  until,
} from './program.ts'

/** Each VU says so when its first iteration runs: the tests below act only then. */
const long = `import { sleep } from 'brunt'
import http from 'brunt/http'
export const options = { scenarios: { long: { executor: 'constant-vus', vus: 4, duration: '10m', gracefulStop: '20s' } } }
let isFirst = true
export default async function () {
  await http.get('/get')
  if (isFirst) console.log('first iteration')
  isFirst = false
  await sleep(SECONDS)
}
export function teardown() { console.log('teardown ran') }
`
const short = long.replace('SECONDS', '0.05')
const slow = long.replace('SECONDS', '300')
let target: SampleTarget

beforeAll(async () => {
  target = await startSampleTarget()
})
afterAll(() => target.stop())

function start(script: string, args: readonly string[] = [], cwd = newFolder()): Running {
  return startBrunt(['run', scriptFile(script), '-e', `BASE_URL=${target.url}`, ...args], { cwd })
}

function workersOf(running: Running): number[] {
  return descendants(running.child.pid ?? 0, 'worker-main.js')
}

describe('Ctrl-C', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s once lets iterations end, runs teardown and prints the summary',
    async (signal) => {
      const running = start(short, ['--json'])
      await running.stderrMatches(/first iteration/)
      running.child.kill(signal)
      const { code, stdout, stderr } = await running.ended
      const summary = JSON.parse(stdout) as Summary
      expect(summary.run).toMatchObject({ status: 'aborted', exitCode: 105 })
      expect(summary.metrics['iterations']?.values['count']).toBeGreaterThan(0)
      expect(summary.metrics['interrupted_iterations']).toBeUndefined()
      expect(stderr).toMatch(/teardown ran/)
      expect(code).toBe(105)
    },
  )

  test('twice interrupts what runs and still prints the summary', async () => {
    const running = start(slow, ['--json'])
    await running.stderrMatches(/first iteration/)
    running.child.kill('SIGINT')
    await running.stderrMatches(/Ctrl-C again/)
    running.child.kill('SIGINT')
    const { code, stdout } = await running.ended
    const summary = JSON.parse(stdout) as Summary
    expect(summary.metrics['interrupted_iterations']?.values['count']).toBeGreaterThan(0)
    expect(code).toBe(105)
  })

  test('before the run has begun ends at once and leaves nothing running', async () => {
    const running = start(`console.log('init began')\nawait new Promise(() => {})\n${short}`)
    await running.stderrMatches(/init began/)
    const children = descendants(running.child.pid ?? 0)
    running.child.kill('SIGINT')
    const { code, stderr } = await running.ended
    expect(stderr).toMatch(/INTERRUPTED/)
    expect(code).toBe(105)
    await until(() => !children.some(isRunning))
  })

  test('during setup still gives a summary', async () => {
    const running = start(`${short}export async function setup() { console.log('setup began'); await new Promise(() => {}) }\n`)
    await running.stderrMatches(/setup began/)
    running.child.kill('SIGINT')
    const { code } = await running.ended
    expect(code).toBe(105)
  })

  test('ends a suite: what was not begun is skipped', async () => {
    const next = scriptFile(short, 'next.ts')
    const running = start(short, [next])
    await running.stderrMatches(/first iteration/)
    running.child.kill('SIGINT')
    const { code, stdout } = await running.ended
    expect(stdout).toMatch(/skipped +.*next\.ts/)
    expect(code).toBe(105)
  })
})

describe('lost processes', () => {
  test('kill -9 of one of two workers leaves its numbers, marks the run partial, and the other goes on', async () => {
    const running = start(short.replace('10m', '4s'), ['--workers', '2', '--json'])
    await running.stderrMatches(/first iteration/)
    const [first] = workersOf(running)
    process.kill(first ?? 0, 'SIGKILL')
    const { code, stdout } = await running.ended
    const summary = JSON.parse(stdout) as Summary
    expect(summary.run).toMatchObject({ partial: true, exitCode: 123 })
    expect(summary.notes.join()).toMatch(/SIGKILL/)
    expect(code).toBe(123)
  })

  test('with --on-worker-loss stop the rest stops as well', async () => {
    const running = start(short, ['--workers', '2', '--on-worker-loss', 'stop'])
    await running.stderrMatches(/first iteration/)
    const [first] = workersOf(running)
    process.kill(first ?? 0, 'SIGKILL')
    expect((await running.ended).code).toBe(123)
  })

  test('kill -9 of the coordinator leaves no process, and what was recorded', async () => {
    const cwd = newFolder()
    const running = start(slow, ['--workers', '2'], cwd)
    await running.stderrMatches(/first iteration/)
    const children = descendants(running.child.pid ?? 0)
    expect(children.length).toBeGreaterThanOrEqual(3)
    running.child.kill('SIGKILL')
    await running.ended
    await until(() => !children.some(isRunning))
    const [run = ''] = readdirSync(path.join(cwd, '.brunt/runs'))
    expect(existsSync(path.join(cwd, '.brunt/runs', run, 'plan.json'))).toBe(true)
  })

  test('no process is left after a run that ended by itself', async () => {
    const running = start(short.replace('10m', '1s'))
    await running.stderrMatches(/first iteration/)
    const children = descendants(running.child.pid ?? 0)
    expect((await running.ended).code).toBe(0)
    await until(() => !children.some(isRunning))
  })
})

test('an endless loop is named with function and line and cannot keep the run', async () => {
  const script = scriptFile(`import 'brunt'
export const options = { scenarios: { loop: { executor: 'constant-vus', vus: 1, duration: '6s', gracefulStop: '1s' } } }
function spinForEver() {
  for (;;);
}
export default function () {
  spinForEver()
}
`)
  const cwd = newFolder()
  const { code, stderr, stdout } = await brunt(['run', script, '--summary', 'result.json'], { cwd })
  expect(stderr + stdout).toMatch(/spinForEver/)
  expect(stderr + stdout).toMatch(/test\.ts:4/)
  expect((JSON.parse(readFileSync(path.join(cwd, 'result.json'), 'utf8')) as Summary).run.exitCode).toBe(code)
}, 60_000)

test('an endless loop in init is named with its place, and Ctrl-C ends it', async () => {
  const script = scriptFile(`import 'brunt'
for (;;);
export default function () {}
`)
  const running = startBrunt(['run', script])
  await running.stderrMatches(/init has been running for 5 s, now in .*test\.ts:2/)
  running.child.kill('SIGINT')
  const { code } = await running.ended
  expect(code).toBe(105)
  expect(descendants(running.child.pid ?? 0)).toEqual([])
}, 60_000)

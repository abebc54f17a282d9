import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { descendants, isRunning, newFolder, startBrunt, until } from './program.ts'

test('the demo shows progress, passes, leaves its result and says what to do next', async () => {
  const cwd = newFolder()
  const running = startBrunt(['demo'], { cwd })
  const { code, stdout, stderr } = await running.ended
  expect(stderr).toMatch(/sample target listens on http:\/\/127\.0\.0\.1:\d+/)
  expect(stderr).toMatch(/brunt new test\.ts/)
  expect(stdout).toMatch(/http_req_duration/)
  const [run = ''] = readdirSync(path.join(cwd, '.brunt/runs'))
  expect(existsSync(path.join(cwd, '.brunt/runs', run, 'summary.json'))).toBe(true)
  expect(code).toBe(0)
}, 60_000)

test('Ctrl-C ends the demo and its target, with a summary', async () => {
  const running = startBrunt(['demo', '--json'])
  await running.stderrMatches(/iteration/)
  const children = descendants(running.child.pid ?? 0)
  running.child.kill('SIGINT')
  const { code, stdout } = await running.ended
  expect(JSON.parse(stdout)).toMatchObject({ run: { exitCode: 105 } })
  expect(code).toBe(105)
  await until(() => !children.some(isRunning))
}, 60_000)

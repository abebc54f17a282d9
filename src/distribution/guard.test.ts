import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { guardProgram } from './guard.ts'
import { buildWorkerPrograms, isRunning, until } from './worker-programs.conformance.ts'

let folder = ''

beforeAll(async () => {
  folder = await buildWorkerPrograms()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(!existsSync('/proc/self/stat'))('the guard', () => {
  async function coordinator(...args: string[]): Promise<{ child: ReturnType<typeof spawn>; pids: number[] }> {
    const child = spawn(process.execPath, [path.join(folder, 'coordinator.mjs'), path.join(folder, 'puppet.mjs'), ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    return { child, pids: JSON.parse(line.toString()) as number[] }
  }

  test.each([['spin'], ['echo']])('leaves no worker behind when the coordinator is killed with -9 while they %s', async (act) => {
    const { child, pids } = await coordinator(act)
    expect(pids.filter(isRunning)).toEqual(pids)
    child.kill('SIGKILL')
    await until(() => !pids.some(isRunning))
  })

  test('ends with a coordinator that closes', async () => {
    const { child, pids } = await coordinator('spin', 'close')
    child.stdin?.write('go\n')
    await once(child, 'exit')
    await until(() => !pids.some(isRunning))
  })

  test('kills what it watches and only that', async () => {
    const children = Array.from({ length: 3 }, () => spawn('sleep', ['600'], { stdio: 'ignore', detached: true }))
    const [watched, unwatched, closedOver] = children.map(({ pid }) => pid ?? -1) as [number, number, number]
    const killed = `import { startGuard } from ${JSON.stringify(path.join(folder, 'guard.mjs'))}
      const guard = startGuard(); guard.watch(${watched}); guard.watch(${unwatched}); guard.unwatch(${unwatched})
      const other = startGuard(); other.watch(${closedOver}); other.close(); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50)`
    spawn(process.execPath, ['--input-type=module', '-e', killed], { stdio: 'inherit' })
    await until(() => !isRunning(watched))
    expect([unwatched, closedOver].map(isRunning)).toEqual([true, true])
    for (const child of children) child.kill('SIGKILL')
  })

  test('leaves a process alone that got the pid of a worker which is gone', async () => {
    const stranger = spawn('sleep', ['600'], { stdio: 'ignore', detached: true })
    const shell = spawn('/bin/sh', ['-c', guardProgram], { stdio: ['pipe', 'ignore', 'ignore'] })
    shell.stdin.end(`watch ${stranger.pid} 1\n`)
    await once(shell, 'exit')
    expect(isRunning(stranger.pid ?? -1)).toBe(true)
    stranger.kill('SIGKILL')
  })
})

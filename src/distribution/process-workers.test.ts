import { rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { collectingLogger } from '../base/logger.ts'
import type { WorkerLink, WorkerSource } from '../wire/link.ts'
import { processWorkers } from './process-workers.ts'
import { Ear } from './worker-ear.conformance.ts'
import { buildWorkerPrograms, isRunning, until } from './worker-programs.conformance.ts'

let folder = ''
const sources: WorkerSource[] = []

beforeAll(async () => {
  folder = await buildWorkerPrograms()
})
afterEach(async () => {
  for (const source of sources.splice(0)) await source.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const log = collectingLogger()

async function open(
  options: { memoryMb?: number; locate?: (text: string) => string; execArgv?: string[] } = {},
): Promise<{ link: WorkerLink; ear: Ear }> {
  log.entries.length = 0
  const source = processWorkers({ program: path.join(folder, 'puppet.mjs'), log, ...options })
  sources.push(source)
  const [link] = await source.open({ workers: 1, lane: 'protocol' })
  if (!link) throw new Error('no worker')
  return { link, ear: new Ear(link) }
}

describe('a worker process', () => {
  test('says hello under its own name, answers, and closes when it is told to', async () => {
    const { link, ear } = await open()
    expect(await ear.next('hello')).toMatchObject({ workerId: '1' })
    ear.act('echo')
    expect(await ear.next('result')).toMatchObject({ json: '"echo"' })
    link.send({ type: 'close' })
    await expect(ear.lost).resolves.toBe('closed')
    link.send({ type: 'close' }) // to nobody
  })

  test('gets a name of its own, a heap limit and an inspector port that is not open yet', async () => {
    const { ear } = await open({ memoryMb: 77 })
    ear.act('argv')
    const { json } = await ear.next('result')
    expect(JSON.parse(json ?? '')).toEqual([
      ['--max-semi-space-size=32', '--max-old-space-size=77', '--inspect-port=127.0.0.1:0'],
      '1',
    ])
  })

  test('that sends 20 MB and ends at once is heard to the last byte', async () => {
    const { ear } = await open()
    ear.act('big')
    await expect(ear.lost).resolves.toBe('closed')
    const taps = ear.messages.filter((message) => message.type === 'tap')
    expect(taps.map(({ bytes }) => [bytes.length, bytes[0], bytes.at(-1)])).toEqual(
      Array.from({ length: 20 }, (_, at) => [1_000_000, at, at]),
    )
    expect(ear.messages.at(-1)).toMatchObject({ type: 'result' })
  })

  test('that logs 100 MB in one line has its line cut', async () => {
    const { ear } = await open()
    ear.act('chat')
    await ear.next('result')
    const [log] = ear.messages.filter((message) => message.type === 'log')
    expect(log?.entries.map(({ text }) => text.slice(-30))).toEqual([
      expect.stringMatching(/^x+… \(100000000 characters\)$/),
      'short',
    ])
  })

  test.each([
    ['throw', /^exited with code 1: TypeError: the puppet broke$/],
    ['exit', /^exited with code 7$/],
    ['leave', /^closed$/],
    ['garbage', /^sent what is no message \(not a message: .*\) and was killed$/],
  ])('that does "%s" is lost with its reason in words', async (act, reason) => {
    const { ear } = await open()
    ear.act(act)
    await expect(ear.lost).resolves.toMatch(reason)
  })

  test('that runs out of memory says so', async () => {
    const { ear } = await open({ memoryMb: 40 })
    ear.act('grow')
    await expect(ear.lost).resolves.toBe('ran out of memory (heap limit 40 MB)')
    expect(log.entries.filter(({ message }) => message.includes('GC'))).toEqual([])
  })

  test('that is killed from outside, or by the coordinator, says which', async () => {
    const first = await open()
    await first.ear.next('hello')
    process.kill((first.link as unknown as { pid: number }).pid, 'SIGKILL')
    await expect(first.ear.lost).resolves.toMatch(/^killed by SIGKILL/)
    const second = await open()
    second.link.kill()
    await expect(second.ear.lost).resolves.toBe('killed by the coordinator')
  })

  test('whose output goes to the log line by line', async () => {
    const { link, ear } = await open()
    ear.act('print')
    await ear.next('result')
    link.send({ type: 'close' })
    await ear.lost
    const entries = log.entries.map(({ level, message }) => ({ level, message }))
    expect(entries).toHaveLength(3)
    expect(entries).toEqual(
      expect.arrayContaining([
        { level: 'info', message: 'to stdout' },
        { level: 'info', message: 'and on' },
        { level: 'warn', message: 'to stderr' },
      ]),
    )
  })

  test('that leaves a process behind which holds its pipes is lost all the same, and that process is killed by kill()', async () => {
    const { link, ear } = await open()
    ear.act('litter')
    const pid = Number((await ear.next('result')).json)
    expect(isRunning(pid)).toBe(true)
    link.kill()
    await expect(ear.lost).resolves.toBe('killed by the coordinator')
    await until(() => !isRunning(pid))
  })

  test('that cannot be started is an error of its own', async () => {
    const source = processWorkers({ program: path.join(folder, 'puppet.mjs'), log, env: { TOO_LONG: 'x'.repeat(3_000_000) } })
    await expect(source.open({ workers: 2, lane: 'protocol' })).rejects.toMatchObject({
      code: 'WORKER_SPAWN_FAILED',
      hint: expect.any(String),
    })
  })

  test('whose program is missing is lost with what Node says', async () => {
    const source = processWorkers({ program: path.join(folder, 'gone.mjs'), log })
    const [link] = await source.open({ workers: 1, lane: 'protocol' })
    await expect(link && new Ear(link).lost).resolves.toMatch(/^exited with code 1: Error: Cannot find module/)
  })
})

describe('interrupt', () => {
  test('names the function and line that a stuck worker is in, again and again, and leaves it running', async () => {
    const { link, ear } = await open({ locate: (text) => text.replace('brunt:script/0123456789ab', 'user.ts') })
    ear.act('spin')
    await ear.next('log')
    await expect(link.interrupt()).resolves.toMatch(/^burn \(user\.ts:2:\d+\)$/)
    await expect(link.interrupt()).resolves.toMatch(/^burn \(user\.ts:2:\d+\)$/)
    expect(ear.messages.map(({ type }) => type)).toEqual(['hello', 'log'])
    expect(log.entries.filter(({ message }) => /debugger/i.test(message))).toEqual([])
    link.kill()
    await ear.lost
  })

  test('with terminate ends the loop, and the worker goes on', async () => {
    const { link, ear } = await open()
    ear.act('spin')
    await ear.next('log')
    await expect(link.interrupt({ terminate: true })).resolves.toMatch(/^burn \(brunt:script\/0123456789ab:2:\d+\)$/)
    expect(await ear.next('result')).toMatchObject({ json: '"went on"' })
    ear.messages.length = 0
    ear.act('echo')
    expect(await ear.next('result')).toMatchObject({ json: '"echo"' })
  })

  test('of an idle worker tells nothing and does not disturb it', async () => {
    const { link, ear } = await open()
    // After a first answer its start-up code is over.
    ear.act('echo')
    await ear.next('result')
    await expect(link.interrupt()).resolves.toBeUndefined()
    ear.act('echo')
    expect(await ear.next('result')).toMatchObject({ json: '"echo"' })
  })

  test('of a worker that is gone tells nothing', async () => {
    const { link, ear } = await open()
    ear.act('exit')
    await ear.lost
    await expect(link.interrupt()).resolves.toBeUndefined()
  })
})

describe('closing', () => {
  test('ends workers that listen and workers that do not', async () => {
    const source = processWorkers({ program: path.join(folder, 'puppet.mjs'), log })
    const links = await source.open({ workers: 2, lane: 'protocol' })
    const ears = links.map((link) => new Ear(link))
    ears[0]?.act('spin')
    await ears[0]?.next('log')
    await source.close()
    await expect(Promise.all(ears.map((ear) => ear.lost))).resolves.toEqual(['killed by the coordinator', 'closed'])
  })
})

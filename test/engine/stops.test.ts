import { describe, expect, test } from 'vitest'
import { inProcessWorkers } from '../../src/distribution/in-process-workers.ts'
import type { WorkerLink, WorkerSource } from '../../src/wire/link.ts'
import { runWorker } from '../../src/worker/run-worker.ts'
import { countOf, runEngine } from './engine.ts'

const loop = `export default async function () { say('iteration'); await sleep(0.02) }`
const forLong = { scenarios: { main: { executor: 'constant-vus', vus: 4, duration: '10m', gracefulStop: '10s' } } }
const short = { scenarios: { main: { executor: 'constant-vus', vus: 4, duration: '1s' } } }

/** In-process workers with a way to lose one. */
function losable(): { source: WorkerSource; kill(index: number): void } {
  const inner = inProcessWorkers((channel) => void runWorker(channel))
  const links: WorkerLink[] = []
  return {
    source: {
      async open(wanted) {
        const opened = await inner.open(wanted)
        links.push(...opened)
        return opened
      },
      close: () => inner.close(),
    },
    kill: (index) => links[index]?.kill(),
  }
}

describe('a stop', () => {
  test('graceful lets iterations end; the run is aborted, with teardown', async () => {
    let isStopped = false
    const run = await runEngine(`import { sleep } from 'brunt'\n${loop}\nexport function teardown() { say('teardown') }`, {
      workers: 2,
      options: forLong,
      onSaid: (_said, control) => {
        if (!isStopped) control?.stop('interrupted', 'graceful')
        isStopped = true
      },
    })
    expect(run.outcome).toMatchObject({ exitCode: 105, error: undefined })
    expect(countOf(run, 'iterations')).toBeGreaterThan(0)
    expect(countOf(run, 'interrupted_iterations')).toBeUndefined()
    expect(run.said.at(-1)).toBe('teardown')
  })

  test.each(['graceful', 'now'] as const)('%s in setup ends it at once: no iteration, no teardown, a summary', async (how) => {
    const run = await runEngine(
      `import { sleep } from 'brunt'
      export function setup() { say('setup'); return new Promise(() => {}) }
      ${loop}
      export function teardown() { say('teardown') }
      export function handleSummary() { return { stdout: 'own' } }`,
      { options: forLong, onSaid: (said, control) => said === 'setup' && control?.stop('interrupted', how) },
    )
    expect(run.outcome).toMatchObject({ exitCode: 105, error: undefined })
    expect(run.said).toEqual(['setup'])
  })

  test.each(['teardown', 'handleSummary'])('now in a %s that does not end gives the summary all the same', async (name) => {
    const run = await runEngine(
      `import { sleep } from 'brunt'\n${loop}\nexport function ${name}() { say('${name}'); return new Promise(() => {}) }`,
      { options: short, onSaid: (said, control) => said === name && control?.stop('interrupted', 'now') },
    )
    expect(countOf(run, 'iterations')).toBeGreaterThan(0)
    expect(run.outcome.summary.run.exitCode).toBe(name === 'teardown' ? 105 : 0)
    expect(run.outcome.error).toBeUndefined()
  })

  test('graceful in teardown lets it end', async () => {
    const run = await runEngine(
      `import { sleep } from 'brunt'\n${loop}\nexport async function teardown() { say('teardown'); await sleep(0.1); say('over') }`,
      { options: short, onSaid: (said, control) => said === 'teardown' && control?.stop('interrupted', 'graceful') },
    )
    expect(run.said.at(-1)).toBe('over')
    expect(run.outcome.exitCode).toBe(105)
  })
})

describe('a worker that is lost', () => {
  test.each([0, 1])(
    'while the load runs (number %i of two) leaves what it reported; teardown and handleSummary still run',
    async (index) => {
      const { source, kill } = losable()
      const run = await runEngine(
        `import { sleep } from 'brunt'
      ${loop}
      export function teardown(data) { say('teardown') }
      export function handleSummary(data) { return { stdout: 'own' } }`,
        {
          source,
          workers: 2,
          options: { scenarios: { main: { executor: 'constant-vus', vus: 4, duration: '2s' } } },
          onSaid: (() => {
            let count = 0
            return () => {
              if (++count === 200) kill(index)
            }
          })(),
        },
      )
      expect(run.outcome.summary.run).toMatchObject({ partial: true, exitCode: 123 })
      expect(run.outcome.summary.notes[0]).toMatch(new RegExp(`partial: worker ${index + 1} was lost`, 'i'))
      expect(run.said.at(-1)).toBe('teardown')
      expect(run.outcome.files).toEqual({ stdout: 'own' })
      expect(countOf(run, 'iterations')).toBeGreaterThan(100)
    },
  )

  test('in setup of another one is told, and the rest of the load runs', async () => {
    const { source, kill } = losable()
    const run = await runEngine(
      `import { sleep } from 'brunt'
      export async function setup() { say('setup'); await sleep(0.1) }
      ${loop}`,
      { source, workers: 2, options: short, onSaid: (said) => said === 'setup' && kill(1) },
    )
    expect(run.outcome.summary.run).toMatchObject({ partial: true, exitCode: 123 })
    expect(run.outcome.summary.notes[0]).toMatch(/worker 2 was lost/)
    expect(countOf(run, 'iterations')).toBeGreaterThan(0)
  })

  test('in its own setup ends the run with an error', async () => {
    const { source, kill } = losable()
    const run = await runEngine(
      `import { sleep } from 'brunt'
      export async function setup() { say('setup'); await sleep(100) }
      ${loop}`,
      { source, workers: 2, options: short, onSaid: (said) => said === 'setup' && kill(0) },
    )
    expect(run.outcome).toMatchObject({ exitCode: 123, error: { code: 'WORKER_LOST' } })
    expect(run.outcome.summary.run.partial).toBe(true)
    expect(run.said).toEqual(['setup'])
  })

  test('in its own teardown leaves the numbers', async () => {
    const { source, kill } = losable()
    const run = await runEngine(
      `import { sleep } from 'brunt'\n${loop}\nexport async function teardown() { say('teardown'); await sleep(100) }`,
      { source, options: short, onSaid: (said) => said === 'teardown' && kill(0) },
    )
    expect(run.outcome).toMatchObject({ exitCode: 123, error: { code: 'WORKER_LOST' } })
    expect(countOf(run, 'iterations')).toBeGreaterThan(0)
  })

  test('stops the others with onWorkerLoss "stop"', async () => {
    const { source, kill } = losable()
    const run = await runEngine(`import { sleep } from 'brunt'\n${loop}`, {
      source,
      workers: 3,
      options: { ...forLong, onWorkerLoss: 'stop' },
      onSaid: () => kill(2),
    })
    expect(run.outcome).toMatchObject({ exitCode: 123 })
    expect(run.outcome.summary.run.partial).toBe(true)
    expect(run.outcome.summary.notes.join('\n')).toMatch(/ended early/)
  })

  test('all of them: the run ends', async () => {
    const { source, kill } = losable()
    const run = await runEngine(`import { sleep } from 'brunt'\n${loop}\nexport function teardown() {}`, {
      source,
      workers: 2,
      options: forLong,
      onSaid: () => {
        kill(0)
        kill(1)
      },
    })
    expect(run.outcome.summary.run).toMatchObject({ partial: true, exitCode: 123 })
  })

  test('with shared iterations: those that it was given are missing and said so', async () => {
    const { source, kill } = losable()
    const run = await runEngine(`import { sleep } from 'brunt'\n${loop}`, {
      source,
      workers: 2,
      options: { scenarios: { shared: { executor: 'shared-iterations', vus: 4, iterations: 200 } } },
      onSaid: () => kill(1),
    })
    expect(run.outcome.summary.run).toMatchObject({ partial: true, exitCode: 123 })
    expect(countOf(run, 'iterations') ?? 0).toBeLessThan(200)
  })
})

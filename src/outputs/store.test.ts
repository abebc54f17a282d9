import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { exampleHeader, exampleOutcome, examplePlan } from '../results/example-run.conformance.ts'
import { RunFolder, runFolderPath } from '../results/run-folder.ts'
import { exampleSnapshot, outputConformance } from './output.conformance.ts'

function freshRoot(): string {
  return mkdtempSync(path.join(tmpdir(), 'brunt-store-'))
}

function read(root: string, file: string): string {
  return readFileSync(path.join(runFolderPath(root, exampleHeader().runId), file), 'utf8')
}

outputConformance('store', {
  make: () => {
    const root = freshRoot()
    return {
      output: new RunFolder({ root }),
      read: () => ['plan.json', 'snapshots.ndjson', 'summary.json'].map((file) => read(root, file)).join(''),
    }
  },
  makeBroken: () => new RunFolder({ root: '/dev/null/nowhere' }),
})

test('each second is on disk once it is written, before the run ends', async () => {
  const root = freshRoot()
  const folder = new RunFolder({ root })
  await folder.start(exampleHeader())
  for (const second of [0, 1]) await folder.write(exampleSnapshot(second))
  const lines = read(root, 'snapshots.ndjson').trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { second: number }).second)).toEqual([0, 1])
  expect(JSON.parse(read(root, 'plan.json'))).toMatchObject({ schemaVersion: 1, runId: exampleHeader().runId })
  await folder.stop(exampleOutcome())
  expect(JSON.parse(read(root, 'summary.json'))).toEqual(JSON.parse(JSON.stringify(exampleOutcome().summary)))
})

test('histograms are stored as plain lists', async () => {
  const root = freshRoot()
  const folder = new RunFolder({ root })
  await folder.start(exampleHeader())
  const histogram = { indexes: Uint32Array.of(3, 9), counts: Uint32Array.of(1, 2), sum: 6, min: 1, max: 4 }
  const metric = { name: 't', type: 'trend', contains: 'time' } as const
  await folder.write({ ...exampleSnapshot(0), series: [{ metric, tags: {}, type: 'trend', histogram }] })
  expect(JSON.parse(read(root, 'snapshots.ndjson'))).toMatchObject({
    series: [{ histogram: { indexes: [3, 9], counts: [1, 2], sum: 6 } }],
  })
  await folder.stop(exampleOutcome())
})

test('values of environment variables are not stored', async () => {
  const root = freshRoot()
  const folder = new RunFolder({ root })
  const plan = examplePlan()
  const scenarios = plan.scenarios.map((scenario) => ({ ...scenario, env: { API_TOKEN: 'hunter2' } }))
  await folder.start(exampleHeader({ plan: { ...plan, scenarios } }))
  await folder.stop(exampleOutcome())
  expect(read(root, 'plan.json')).toContain('API_TOKEN')
  expect(read(root, 'plan.json')).not.toContain('hunter2')
})

test('the script is remembered by its hash', async () => {
  const root = freshRoot()
  const script = path.join(root, 'script.ts')
  writeFileSync(script, 'hello\n')
  const folder = new RunFolder({ root })
  await folder.start(exampleHeader({ script }))
  await folder.stop(exampleOutcome())
  expect(JSON.parse(read(root, 'plan.json'))).toMatchObject({
    script,
    scriptSha256: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
  })
})

test('seconds over the bound are left out and the file says from when', async () => {
  const root = freshRoot()
  const folder = new RunFolder({ root, maxSnapshotBytes: 5000 })
  await folder.start(exampleHeader())
  for (let second = 0; second < 100; second++) await folder.write(exampleSnapshot(second))
  await folder.stop(exampleOutcome())
  const lines = read(root, 'snapshots.ndjson').trimEnd().split('\n')
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ truncatedFromSecond: lines.length - 1 })
  expect(statSync(path.join(runFolderPath(root, exampleHeader().runId), 'snapshots.ndjson')).size).toBeLessThan(5100)
})

test('results stay out of version control, and a .gitignore of the user stays as it is', async () => {
  const root = freshRoot()
  await new RunFolder({ root }).start(exampleHeader())
  expect(readFileSync(path.join(root, '.gitignore'), 'utf8')).toBe('*\n')
  writeFileSync(path.join(root, '.gitignore'), 'mine\n')
  await new RunFolder({ root }).start(exampleHeader())
  expect(readFileSync(path.join(root, '.gitignore'), 'utf8')).toBe('mine\n')
})

test('a folder that vanishes during the run is an error with a code at the stop', async () => {
  const root = freshRoot()
  const folder = new RunFolder({ root })
  await folder.start(exampleHeader())
  rmSync(root, { recursive: true })
  await expect(folder.stop(exampleOutcome())).rejects.toMatchObject({ code: 'RUN_FOLDER_UNWRITABLE' })
})

test('the oldest results go when there are more than are to be kept, and only at the end of a run', async () => {
  const root = freshRoot()
  const ids = ['20260101-000000-aaaa', '20260102-000000-aaaa', '20260103-000000-aaaa']
  for (const runId of ids) {
    const folder = new RunFolder({ root, keepCount: 2 })
    await folder.start(exampleHeader({ runId }))
    await folder.stop(exampleOutcome())
  }
  expect(readdirSync(path.join(root, 'runs'))).toEqual(ids.slice(1))
})

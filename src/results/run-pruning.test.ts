import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pruneRuns } from './run-pruning.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'brunt-pruning-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function leave(name: string, isFinished = true): void {
  mkdirSync(path.join(folder, name))
  if (isFinished) writeFileSync(path.join(folder, name, 'outcome.json'), '{}')
}

test('the newest finished runs are kept', async () => {
  for (const day of [3, 1, 4, 2]) leave(`2026010${day}-000000-aaaa`)
  await pruneRuns(folder, 2)
  expect(readdirSync(folder)).toEqual(['20260103-000000-aaaa', '20260104-000000-aaaa'])
})

test('runs under way, folders of other names, files and links are neither counted nor touched', async () => {
  leave('20260101-000000-aaaa', false)
  leave('baseline')
  writeFileSync(path.join(folder, '20260101-000000-bbbb'), '')
  symlinkSync(path.join(folder, 'baseline'), path.join(folder, '20260101-000000-cccc'))
  const others = readdirSync(folder)
  leave('20260102-000000-aaaa')
  leave('20260103-000000-aaaa')
  await pruneRuns(folder, 1)
  expect(readdirSync(folder)).toEqual([...others, '20260103-000000-aaaa'].sort())
})

test('few runs, and a folder that is not there, are left alone', async () => {
  leave('20260101-000000-aaaa')
  await pruneRuns(folder, 1)
  await pruneRuns(path.join(folder, 'gone'), 1)
  expect(readdirSync(folder)).toEqual(['20260101-000000-aaaa'])
})

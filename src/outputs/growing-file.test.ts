import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { GrowingFile } from './growing-file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'brunt-growing-'))

function collector(): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  return { stream, text: () => Buffer.concat(chunks).toString() }
}

test('what was appended is in the file, in order, and what was there before is gone', async () => {
  const file = path.join(folder, 'plain')
  for (const prefix of ['a much longer first life of this file ', 'b']) {
    const growing = await GrowingFile.open({ path: file, stdout: process.stdout })
    for (let line = 0; line < 1000; line++) growing.append(Buffer.from(`${prefix}${line}\n`))
    await growing.close()
  }
  expect(readFileSync(file, 'utf8')).toBe(Array.from({ length: 1000 }, (_, line) => `b${line}\n`).join(''))
})

test('a .gz file unpacks to what was appended', async () => {
  const file = path.join(folder, 'lines.gz')
  const growing = await GrowingFile.open({ path: file, stdout: process.stdout })
  growing.append(Buffer.from('one\n'))
  growing.append(Buffer.from('two\n'))
  await growing.close()
  expect(gunzipSync(readFileSync(file)).toString()).toBe('one\ntwo\n')
})

test('a dash writes to standard output and leaves it open', async () => {
  const { stream, text } = collector()
  const growing = await GrowingFile.open({ path: '-', stdout: stream })
  growing.append(Buffer.from('line\n'))
  await growing.close()
  expect(text()).toBe('line\n')
  expect(stream.writable).toBe(true)
})

test('a folder that does not exist is named', async () => {
  await expect(GrowingFile.open({ path: path.join(folder, 'no/such/file'), stdout: process.stdout })).rejects.toMatchObject({
    code: 'OUTPUT_OPEN_FAILED',
    message: expect.stringContaining('no/such/file') as string,
  })
})

test('a full disk is said once, and later bytes are left out without harm', async () => {
  const growing = await GrowingFile.open({ path: '/dev/full', stdout: process.stdout })
  growing.append(Buffer.from('line\n'))
  await expect(growing.close()).rejects.toMatchObject({ code: 'OUTPUT_DISK_FULL' })
  growing.append(Buffer.from('line\n'))
  await expect(growing.check()).rejects.toMatchObject({ code: 'OUTPUT_DISK_FULL' })
})

test('a reader that leaves is a failure, not an uncaught error', async () => {
  const stream = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    },
  })
  const growing = await GrowingFile.open({ path: '-', stdout: stream })
  growing.append(Buffer.from('line\n'))
  await expect(growing.close()).rejects.toMatchObject({ code: 'OUTPUT_WRITE_FAILED' })
})

test('a target that takes nothing is given up when its queue is full', async () => {
  const pending: (() => void)[] = []
  const stream = new Writable({
    write(_chunk, _encoding, done) {
      pending.push(done)
    },
  })
  const growing = await GrowingFile.open({ path: '-', stdout: stream, maxQueuedBytes: 1000 })
  for (let line = 0; line < 100; line++) growing.append(new Uint8Array(100))
  await expect(growing.check()).rejects.toMatchObject({ code: 'OUTPUT_TOO_SLOW' })
  for (const done of pending) done()
  await expect(growing.close()).rejects.toMatchObject({ code: 'OUTPUT_TOO_SLOW' })
})

import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { Histogram } from '../../metrics/histogram.ts'
import type { Snapshot } from '../../metrics/snapshot.ts'
import { exampleHeader, exampleOutcome } from '../../results/example-run.conformance.ts'
import { outputConformance } from '../output.conformance.ts'
import { hdrOutput } from './output.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'brunt-hdr-'))
let files = 0

function freshFile(): string {
  return path.join(folder, `out-${files++}.hlog`)
}

outputConformance('hdr', {
  make: () => {
    const file = freshFile()
    return { output: hdrOutput({ path: file, stdout: process.stdout }), read: () => readFileSync(file, 'utf8') }
  },
  makeBroken: () => hdrOutput({ path: folder, stdout: process.stdout }),
})

function second(number: number, values: readonly number[]): Snapshot {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  const metric = { name: 'http_req_duration', type: 'trend', contains: 'time' } as const
  const tags = { status: 'a b,c' }
  return {
    version: 1,
    source: 'run',
    second: number,
    series: [{ metric, tags, type: 'trend', histogram: histogram.toDelta() }],
    scenarios: [],
    events: [],
  }
}

/** Sum of the counts in an encoded histogram: zigzag LEB128, negative numbers are runs of empty buckets. */
function totalCount(base64: string): number {
  const compressed = Buffer.from(base64, 'base64')
  const encoded = inflateSync(compressed.subarray(8))
  let total = 0
  for (let at = 40; at < encoded.length; ) {
    let zigzag = 0
    for (let shift = 0; ; shift += 7) {
      const byte = encoded[at++] ?? 0
      zigzag += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) break
    }
    if (zigzag % 2 === 0) total += zigzag / 2
  }
  return total
}

test('each second of a time trend is a line with its start, length, maximum and histogram', async () => {
  const file = freshFile()
  const output = hdrOutput({ path: file, stdout: process.stdout })
  await output.start(exampleHeader())
  await output.write(second(0, [1.5, 2, 250]))
  await output.write(second(1, []))
  await output.write(second(2, [7]))
  await output.stop(exampleOutcome())
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Tag='))
  const fields = rows.map((row) => row.split(','))
  expect(fields.map((row) => row.slice(0, 4))).toEqual([
    ['Tag=http_req_duration{status:"a_b_c"}', '0.000', '1.000', '250.000'],
    ['Tag=http_req_duration{status:"a_b_c"}', '2.000', '1.000', '7.000'],
  ])
  expect(fields.map((row) => totalCount(row[4] ?? ''))).toEqual([3, 1])
})

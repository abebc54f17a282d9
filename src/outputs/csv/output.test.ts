import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { MetricDefinition, Tags } from '../../metrics/definition.ts'
import { exampleHeader, exampleOutcome, examplePlan } from '../../results/example-run.conformance.ts'
import { outputConformance } from '../output.conformance.ts'
import { SampleBatches, type ExampleSample } from '../sample-batch.conformance.ts'
import { csvOutput } from './output.ts'
import { csvTap } from './tap.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'brunt-csv-'))
const golden = readFileSync(path.join(import.meta.dirname, '../../../test/fixtures/golden/out.csv'), 'utf8')
const { systemTags } = examplePlan()
let files = 0

function freshFile(suffix = '.csv'): string {
  return path.join(folder, `out-${files++}${suffix}`)
}

outputConformance('csv', {
  make: () => {
    const file = freshFile()
    return { output: csvOutput({ path: file, stdout: process.stdout }), read: () => readFileSync(file, 'utf8') }
  },
  makeBroken: () => csvOutput({ path: folder, stdout: process.stdout }),
})

function counter(name: string): MetricDefinition {
  return { name, type: 'counter', contains: 'default' }
}

test("the golden file's samples come out as its very rows", async () => {
  const [header = '', ...rows] = golden.trimEnd().split('\n')
  const columns = header.split(',')
  const samples = rows.map((row): ExampleSample => {
    const fields = Object.fromEntries(row.split(',').map((field, at) => [columns[at] ?? '', field]))
    const { metric_name: name = '', timestamp, metric_value: value, extra_tags: extra, metadata: _metadata, ...tags } = fields
    const set = Object.entries(tags).filter(([, text]) => text !== '')
    const others = extra ? extra.split('&').map((pair) => pair.split('=') as [string, string]) : []
    return {
      metric: counter(name),
      value: Number(value),
      tags: Object.fromEntries([...set, ...others]),
      epochMs: Number(timestamp) * 1000 + 999.9,
    }
  })
  const file = freshFile('.csv.gz')
  const output = csvOutput({ path: file, stdout: process.stdout })
  const tap = csvTap({ systemTags, timeFormat: 'unix' })
  const batches = new SampleBatches()
  await output.start(exampleHeader())
  for (const sample of samples) output.append(tap.encode(batches.of([sample])))
  await output.stop(exampleOutcome())
  expect(gunzipSync(readFileSync(file)).toString()).toBe(golden)
})

test.each([
  { timeFormat: 'unix', time: '1795350886' },
  { timeFormat: 'unix_milli', time: '1795350886388' },
  { timeFormat: 'unix_micro', time: '1795350886388607' },
  { timeFormat: 'unix_nano', time: '1795350886388607000' },
  { timeFormat: 'rfc3339', time: '2026-11-22T12:34:46Z' },
  { timeFormat: 'rfc3339_nano', time: '2026-11-22T12:34:46.388607Z' },
] as const)('times in the format $timeFormat read $time', ({ timeFormat, time }) => {
  const batch = new SampleBatches().of([{ metric: counter('c'), value: 1, tags: {}, epochMs: 1_795_350_886_388.607 }])
  expect(Buffer.from(csvTap({ systemTags: [], timeFormat }).encode(batch)).toString()).toBe(`c,${time},1.000000,,\n`)
})

test.each<{ tags: Tags; row: string }>([
  { tags: { name: 'a,b' }, row: 'c,0,1.000000,"a,b",,\n' },
  { tags: { name: 'say "hi"' }, row: 'c,0,1.000000,"say ""hi""",,\n' },
  { tags: { name: 'two\nlines' }, row: 'c,0,1.000000,"two\nlines",,\n' },
  { tags: { zone: 'b', my: 'a,1' }, row: 'c,0,1.000000,,"my=a,1&zone=b",\n' },
])('the tags $tags make one row', ({ tags, row }) => {
  const batch = new SampleBatches().of([{ metric: counter('c'), value: 1, tags, epochMs: 0 }])
  expect(Buffer.from(csvTap({ systemTags: ['name'], timeFormat: 'unix' }).encode(batch)).toString()).toBe(row)
})

test.each([
  [0, '0.000000'],
  [-0.0000001, '-0.000000'],
  [1234567.8912345, '1234567.891235'],
  [1e21, '1000000000000000000000.000000'],
  [Number.POSITIVE_INFINITY, '+Inf'],
])('the value %d is written as %s', (value, text) => {
  const batch = new SampleBatches().of([{ metric: counter('c'), value, tags: {}, epochMs: 0 }])
  expect(Buffer.from(csvTap({ systemTags: [], timeFormat: 'unix' }).encode(batch)).toString()).toBe(`c,0,${text},,\n`)
})

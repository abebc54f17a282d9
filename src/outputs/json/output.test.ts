import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { MetricDefinition, Tags } from '../../metrics/definition.ts'
import type { ThresholdPlan } from '../../plan/plan.ts'
import { exampleHeader, exampleOutcome, examplePlan } from '../../results/example-run.conformance.ts'
import { exampleSnapshot, outputConformance } from '../output.conformance.ts'
import { SampleBatches, type ExampleSample } from '../sample-batch.conformance.ts'
import { jsonOutput } from './output.ts'
import { jsonTap } from './tap.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'brunt-json-'))
const golden = readFileSync(path.join(import.meta.dirname, '../../../test/fixtures/golden/out.json'), 'utf8')
  .trimEnd()
  .split('\n')
let files = 0

function freshFile(): string {
  return path.join(folder, `out-${files++}.json`)
}

outputConformance('json', {
  make: () => {
    const file = freshFile()
    return { output: jsonOutput({ path: file, stdout: process.stdout }), read: () => readFileSync(file, 'utf8') }
  },
  makeBroken: () => jsonOutput({ path: path.join(folder, 'no/such/folder.json'), stdout: process.stdout }),
})

interface MetricLine {
  readonly type: 'Metric'
  readonly data: MetricDefinition
}
interface PointLine {
  readonly type: 'Point'
  readonly metric: string
  readonly data: { readonly time: string; readonly value: number; readonly tags: Tags }
}

function threshold(metric: string, source: string, selector: Tags = {}): ThresholdPlan {
  return { metric, source, selector, abortOnFail: false, delayAbortEvalMs: 0, isOptional: false, windowMs: undefined }
}

test("the golden file's samples come out as its very lines, but for the nanoseconds of the times", async () => {
  const parsed = golden.map((line) => JSON.parse(line) as MetricLine | PointLine)
  const metrics = new Map(parsed.flatMap((line) => (line.type === 'Metric' ? [[line.data.name, line.data] as const] : [])))
  const samples = parsed.flatMap((line): ExampleSample[] => {
    if (line.type === 'Metric') return []
    const { group, ...others } = line.data.tags
    const tags: Tags = group === undefined || group === '' ? others : { ...others, group }
    const epochMs = Date.parse(`${line.data.time.slice(0, 19)}Z`) + Number(`0.${line.data.time.slice(20, -1)}`) * 1000
    return [{ metric: metrics.get(line.metric) as MetricDefinition, value: line.data.value, tags, epochMs }]
  })
  const plan = examplePlan({
    thresholds: [
      threshold('http_req_duration', 'p(95)<500'),
      threshold('http_req_duration', 'avg<200'),
      threshold('http_req_duration', 'max<0.001', { scenario: 'b' }),
      threshold('checks', 'rate>0.9'),
      threshold('myc', 'count>3'),
    ],
  })
  const file = freshFile()
  const output = jsonOutput({ path: file, stdout: process.stdout })
  const tap = jsonTap({ systemTags: plan.systemTags })
  const batches = new SampleBatches()
  await output.start(exampleHeader({ plan }))
  for (const sample of samples) output.append(tap.encode(batches.of([sample])))
  await output.stop(exampleOutcome())

  const written = readFileSync(file, 'utf8').trimEnd().split('\n')
  const timeless = (line: string): string => line.replace(/"time":"[^"]*"/, '"time":""')
  expect(written.map(timeless)).toEqual(golden.map(timeless))
  const late = golden.filter((line, at) => Math.abs(subMillisecondMs(line) - subMillisecondMs(written[at] ?? '')) > 0.002)
  expect(late).toEqual([])
})

/** The time of a line in ms since its minute, NaN without one; `Date.parse` would cut it at the millisecond. */
function subMillisecondMs(line: string): number {
  const seconds = /"time":"[^"]*:(\d\d(?:\.\d+)?)Z"/.exec(line)?.[1]
  return seconds === undefined ? 0 : Number(seconds) * 1000
}

test('each metric is introduced once, before its first sample, whichever worker saw it first', async () => {
  const file = freshFile()
  const output = jsonOutput({ path: file, stdout: process.stdout })
  const metric: MetricDefinition = { name: 'http_reqs', type: 'counter', contains: 'default' }
  const batch = new SampleBatches().of([{ metric, value: 1, tags: {}, epochMs: 0 }])
  const taps = [jsonTap({ systemTags: [] }), jsonTap({ systemTags: [] })]
  await output.start(exampleHeader())
  for (const tap of [...taps, ...taps]) output.append(tap.encode(batch))
  await output.stop(exampleOutcome())
  const point = '{"metric":"http_reqs","type":"Point","data":{"time":"1970-01-01T00:00:00Z","value":1,"tags":{}}}'
  expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toEqual([
    '{"type":"Metric","data":{"name":"http_reqs","type":"counter","contains":"default","thresholds":[],"submetrics":null},"metric":"http_reqs"}',
    ...Array.from({ length: 4 }, () => point),
  ])
})

test('an empty batch writes nothing', () => {
  expect(jsonTap({ systemTags: [] }).encode(new SampleBatches().of([]))).toHaveLength(0)
})

test.each([
  { name: 'too short', bytes: Uint8Array.of(1, 2) },
  { name: 'cut off', bytes: Uint8Array.of(255, 0, 0, 0, 1) },
  { name: 'not a list of metrics', bytes: Uint8Array.of(2, 0, 0, 0, 0x7b, 0x7d) },
])('a batch that is $name is refused', async ({ bytes }) => {
  const output = jsonOutput({ path: freshFile(), stdout: process.stdout })
  await output.start(exampleHeader())
  output.append(bytes)
  await expect(output.write(exampleSnapshot(0))).rejects.toMatchObject({ code: 'OUTPUT_BATCH_INVALID' })
  await output.stop(exampleOutcome()).catch(() => undefined)
})

test('a full disk rejects a later second or the stop, with a code', async () => {
  const output = jsonOutput({ path: '/dev/full', stdout: process.stdout })
  const tap = jsonTap({ systemTags: [] })
  const metric: MetricDefinition = { name: 'http_reqs', type: 'counter', contains: 'default' }
  await output.start(exampleHeader())
  output.append(tap.encode(new SampleBatches().of([{ metric, value: 1, tags: {}, epochMs: 0 }])))
  await expect(output.stop(exampleOutcome())).rejects.toMatchObject({ code: 'OUTPUT_DISK_FULL' })
})

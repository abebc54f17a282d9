import { expect, test } from 'vitest'
import { createOutput, createTap } from './registry.ts'
import { SampleBatches } from './sample-batch.conformance.ts'

const surroundings = { stdout: process.stdout, env: {} }

test.each([
  { argument: 'json=a.json', tap: 'json' },
  { argument: 'json', tap: 'json' },
  { argument: 'csv=odd=name.csv', tap: 'csv:unix' },
])('$argument makes an output whose workers run the tap $tap', ({ argument, tap }) => {
  expect(createOutput(argument, surroundings)).toMatchObject({ name: argument, tap })
})

test('the time format of csv travels to the workers in the name of the tap', () => {
  const { tap } = createOutput('csv=x.csv', { ...surroundings, env: { K6_CSV_TIME_FORMAT: 'rfc3339' } })
  const batch = new SampleBatches().of([
    { metric: { name: 'c', type: 'counter', contains: 'default' }, value: 1, tags: {}, epochMs: 0 },
  ])
  expect(Buffer.from(createTap(tap ?? '', { systemTags: [] }).encode(batch)).toString()).toBe(
    'c,1970-01-01T00:00:00Z,1.000000,,\n',
  )
})

test.each([
  { argument: 'jsn=a.json', message: 'there is no output "jsn"' },
  { argument: 'influxdb=http://localhost:8086/db', message: 'the output "influxdb" comes with a later release' },
  { argument: 'constructor', message: 'there is no output "constructor"' },
  { argument: '', message: 'there is no output ""' },
])('"$argument" is refused: $message', ({ argument, message }) => {
  expect(() => createOutput(argument, surroundings)).toThrow(expect.objectContaining({ code: 'OUTPUT_UNKNOWN', message }))
})

test('a time format that does not exist is refused with the list', () => {
  const env = { BRUNT_CSV_TIME_FORMAT: 'iso' }
  expect(() => createOutput('csv=x.csv', { ...surroundings, env })).toThrow(
    expect.objectContaining({ code: 'OUTPUT_ARGUMENT_INVALID', hint: expect.stringContaining('rfc3339_nano') as string }),
  )
})

test('a tap that does not exist is a bug', () => {
  expect(() => createTap('nope', { systemTags: [] })).toThrow('no output has a tap named "nope"')
})

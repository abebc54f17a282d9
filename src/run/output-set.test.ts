import { expect, test } from 'vitest'
import { collectingLogger } from '../base/logger.ts'
import type { Snapshot } from '../metrics/snapshot.ts'
import type { RunHeader, RunOutcome } from '../results/run-outcome.ts'
import { OutputSet } from './output-set.ts'
import type { BoundOutput } from './session.ts'

const header = { runId: 'r' } as RunHeader
const outcome = { exitCode: 0 } as RunOutcome
const second = (number: number): Snapshot => ({
  version: 1,
  source: 'run',
  second: number,
  series: [],
  scenarios: [],
  events: [],
})

function recording(name: string, calls: string[], failAt?: string): BoundOutput {
  const note = async (call: string): Promise<void> => {
    await Promise.resolve()
    calls.push(`${name} ${call}`)
    if (call === failAt) throw new Error(`cannot ${call}`)
  }
  return {
    name,
    tap: undefined,
    output: { start: () => note('start'), write: (snapshot) => note(`write ${snapshot.second}`), stop: () => note('stop') },
  }
}

test('each output gets its calls in order', async () => {
  const calls: string[] = []
  const outputs = new OutputSet([recording('a', calls)], collectingLogger())
  await outputs.start(header)
  outputs.write(second(0))
  outputs.write(second(1))
  await outputs.stop(outcome)
  expect(calls).toEqual(['a start', 'a write 0', 'a write 1', 'a stop'])
})

test('an output that fails is switched off and told once; the others go on', async () => {
  const calls: string[] = []
  const log = collectingLogger()
  const outputs = new OutputSet([recording('bad', calls, 'write 0'), recording('good', calls)], log)
  await outputs.start(header)
  outputs.write(second(0))
  outputs.write(second(1))
  await outputs.stop(outcome)
  expect(calls.filter((call) => call.startsWith('bad'))).toEqual(['bad start', 'bad write 0'])
  expect(calls.filter((call) => call.startsWith('good'))).toEqual(['good start', 'good write 0', 'good write 1', 'good stop'])
  expect(outputs.failures).toEqual(['the output bad was switched off: cannot write 0'])
  expect(log.entries.map((entry) => entry.level)).toEqual(['error'])
})

test('bytes of a tap reach the outputs of that tap, and an append that throws switches the output off', async () => {
  const appended: string[] = []
  const sink = (name: string, tap: string): BoundOutput => ({
    name,
    tap,
    output: {
      ...recording(name, []).output,
      append: (bytes: Uint8Array) => {
        if (name === 'full') throw new Error('no space left')
        appended.push(`${name} ${Buffer.from(bytes).toString()}`)
      },
    },
  })
  const outputs = new OutputSet([sink('json', 'json'), sink('csv', 'csv'), sink('full', 'json')], collectingLogger())
  await outputs.start(header)
  outputs.append('json', Buffer.from('x'))
  outputs.append('json', Buffer.from('y'))
  expect(appended).toEqual(['json x', 'json y'])
  expect(outputs.failures).toEqual(['the output full was switched off: no space left'])
})

import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../metrics/snapshot.ts'
import { exampleHeader, exampleOutcome } from '../results/example-run.conformance.ts'
import type { Output, SampleOutput } from './output.ts'

/** One output under test. `read` gives what it wrote so far, as text. */
export interface OutputUnderTest {
  readonly output: Output | SampleOutput
  readonly read: () => string | Promise<string>
}

export interface OutputKind {
  /** A working output on a target of its own. */
  make(): OutputUnderTest | Promise<OutputUnderTest>
  /** An output whose `start` must fail; `undefined` where that cannot happen. */
  makeBroken: (() => Output | SampleOutput) | undefined
}

const hostile = 'naïve ✓ 用户 \u001b[2J\u0007\r\n"quoted", <b>&\u0000'

/** A second with every type of series and with texts that a hostile target may have chosen. */
export function exampleSnapshot(second: number, source = 'merged'): Snapshot {
  const trend = { name: 'http_req_duration', type: 'trend', contains: 'time' } as const
  const tags = { [hostile]: hostile }
  return {
    version: 1,
    source,
    second,
    series: [
      { metric: { name: 'http_reqs', type: 'counter', contains: 'default' }, tags: {}, type: 'counter', sum: 5 },
      {
        metric: { name: 'vus', type: 'gauge', contains: 'default' },
        tags: {},
        type: 'gauge',
        value: 3,
        min: 1,
        max: 4,
        atMs: second * 1000,
      },
      { metric: { name: 'checks', type: 'rate', contains: 'default' }, tags, type: 'rate', trueCount: 4, count: 5 },
      {
        metric: trend,
        tags: {},
        type: 'trend',
        histogram: { indexes: Uint32Array.of(), counts: Uint32Array.of(), sum: 0, min: Infinity, max: -Infinity },
      },
    ],
    scenarios: [
      {
        scenario: hostile,
        activeVus: 3,
        initializedVus: 4,
        completed: 5 * second,
        interrupted: 0,
        dropped: 0,
        doneRatio: second / 10,
      },
    ],
    events: [
      { type: 'log', atMs: second * 1000, text: hostile, tags: { level: 'warn', source: 'console' } },
      { type: 'exemplar', atMs: second * 1000, text: hostile, tags },
    ],
  }
}

/** What every output has to bear: run it from the test of each. */
export function outputConformance(name: string, kind: OutputKind): void {
  describe(`the ${name} output`, () => {
    test('takes a start, many seconds and a stop', async () => {
      const { output } = await kind.make()
      await output.start(exampleHeader())
      for (let second = 0; second < 20; second++) await output.write(exampleSnapshot(second))
      await expect(output.stop(exampleOutcome())).resolves.toBeUndefined()
    })

    test('takes a run that never had a second', async () => {
      const { output } = await kind.make()
      await output.start(exampleHeader())
      await expect(output.stop(exampleOutcome())).resolves.toBeUndefined()
    })

    test('takes a stop without a start', async () => {
      const { output } = await kind.make()
      await expect(output.stop(exampleOutcome())).resolves.toBeUndefined()
    })

    test('takes seconds with gaps, an empty second and scenarios that come and go', async () => {
      const { output } = await kind.make()
      await output.start(exampleHeader())
      await output.write({ ...exampleSnapshot(0), series: [], scenarios: [], events: [] })
      await output.write(exampleSnapshot(7))
      await output.write({ ...exampleSnapshot(9), scenarios: [] })
      await expect(output.stop(exampleOutcome())).resolves.toBeUndefined()
    })

    test('never passes on control characters that names, urls and messages carry', async () => {
      const { output, read } = await kind.make()
      await output.start(exampleHeader({ script: hostile }))
      await output.write(exampleSnapshot(0))
      await output.stop(exampleOutcome())
      const written = await read()
      expect(['\u001b[2J', '\u0007', '\u0000'].filter((text) => written.includes(text))).toEqual([])
    })

    test('takes a run that ended with an error', async () => {
      const { output } = await kind.make()
      await output.start(exampleHeader())
      const error = { code: 'SCRIPT_THREW', message: hostile, hint: undefined, stack: hostile }
      await expect(output.stop(exampleOutcome({ exitCode: 107, error }))).resolves.toBeUndefined()
    })

    const { makeBroken } = kind
    if (!makeBroken) return
    test('names its target when it cannot start, and takes the stop that follows', async () => {
      const output = makeBroken()
      await expect(output.start(exampleHeader())).rejects.toMatchObject({ name: 'UserError', hint: expect.any(String) as string })
      await expect(output.stop(exampleOutcome())).resolves.toBeUndefined()
    })
  })
}

import { expect, test } from 'vitest'
import { builtin } from '../../metrics/definition.ts'
import { Histogram } from '../../metrics/histogram.ts'
import type { ScenarioState, Snapshot } from '../../metrics/snapshot.ts'
import { exampleHeader, exampleOutcome } from '../../results/example-run.conformance.ts'
import { exampleSnapshot, outputConformance } from '../output.conformance.ts'
import { FakeTerminal } from './fake-terminal.conformance.ts'
import { terminalOutput, type TerminalOptions } from './output.ts'

function outputOn(terminal: FakeTerminal, changes: Partial<TerminalOptions> = {}): ReturnType<typeof terminalOutput> {
  return terminalOutput({
    stream: terminal,
    isTty: true,
    columns: () => terminal.columns,
    hasColor: false,
    isQuiet: false,
    ...changes,
  })
}

for (const isTty of [true, false]) {
  outputConformance(isTty ? 'live terminal' : 'plain terminal', {
    make: () => {
      const terminal = new FakeTerminal(80)
      return { output: outputOn(terminal, { isTty }), read: () => terminal.written }
    },
    makeBroken: undefined,
  })
}

function secondOf(second: number, changes: Partial<ScenarioState> = {}): Snapshot {
  const histogram = new Histogram()
  for (let ms = 1; ms <= 100; ms++) histogram.record(ms)
  const state = {
    scenario: 'browse',
    activeVus: 3,
    initializedVus: 5,
    completed: 50 * (second + 1),
    interrupted: 0,
    dropped: 0,
    doneRatio: (second + 1) / 10,
  }
  return {
    ...exampleSnapshot(second),
    series: [
      { metric: builtin.iterations, tags: {}, type: 'counter', sum: 50 },
      { metric: builtin.httpReqs, tags: {}, type: 'counter', sum: 100 },
      { metric: builtin.httpReqs, tags: { status: '200' }, type: 'counter', sum: 100 },
      { metric: builtin.httpReqFailed, tags: {}, type: 'rate', trueCount: 1, count: 100 },
      { metric: builtin.httpReqDuration, tags: {}, type: 'trend', histogram: histogram.toDelta() },
    ],
    scenarios: [{ ...state, ...changes }],
    events: [],
  }
}

test('on a terminal the last second is shown in place: scenarios with bars, traffic, p95 and the generator', async () => {
  const terminal = new FakeTerminal(100)
  const output = outputOn(terminal)
  await output.start(exampleHeader())
  for (let second = 0; second < 4; second++) await output.write(secondOf(second))
  expect(terminal.screen()).toEqual([
    'running 4s · 3/5 VUs · 200 iterations (50/s)',
    '  browse [━━━━━━━━━━━                 ]  40%  3/5 VUs  4s/10s  50/s',
    '  100/s requests · 4 failed (1.00%) · p95 95.05ms  ████',
    '  generator: CPU 0%, event-loop delay p99 0s',
  ])
})

test('log lines stand above the live view, in order, and the view ends with the run', async () => {
  const terminal = new FakeTerminal(100)
  const output = outputOn(terminal)
  output.print('before the start')
  await output.start(exampleHeader())
  output.print('first\nof two lines')
  await output.write(secondOf(0))
  output.print('a rather long line '.repeat(12).trim())
  await output.write(secondOf(1))
  const screen = terminal.screen()
  expect(screen.slice(0, 3)).toEqual(['before the start', 'first', 'of two lines'])
  expect(screen.slice(3, 6).join('')).toBe('a rather long line '.repeat(12).trim())
  expect(screen.filter((line) => line.startsWith('running'))).toEqual(['running 2s · 3/5 VUs · 100 iterations (50/s)'])
  await output.stop(exampleOutcome())
  output.print('after')
  expect(terminal.screen().slice(6)).toEqual(['after'])
})

test('no row is ever wider than the terminal, down to 40 columns and less', async () => {
  for (const columns of [120, 80, 60, 40, 20, 5, 1]) {
    const terminal = new FakeTerminal(columns)
    const output = outputOn(terminal, { hasColor: true })
    await output.start(exampleHeader())
    for (let second = 0; second < 3; second++) await output.write(secondOf(second, { scenario: '用户'.repeat(30) }))
    expect(terminal.screen().length).toBeLessThanOrEqual(4)
  }
})

test('a terminal that becomes narrower between two seconds keeps one live view', async () => {
  const terminal = new FakeTerminal(100)
  const output = outputOn(terminal)
  await output.start(exampleHeader())
  await output.write(secondOf(0))
  // What a terminal does on a resize: rows that no longer fit are broken in two.
  const narrow = new FakeTerminal(40)
  for (const row of terminal.screen()) narrow.write(`${row}\n`)
  terminal.columns = 40
  const before = terminal.written.length
  await output.write(secondOf(1))
  narrow.write(terminal.written.slice(before))
  expect(narrow.screen().filter((line) => line.startsWith('running'))).toEqual([expect.stringMatching(/^running 2s/) as string])
})

test('many scenarios and few rows never push the view out of reach', async () => {
  const terminal = new FakeTerminal(100, 10)
  const output = outputOn(terminal)
  await output.start(exampleHeader())
  const scenarios = Array.from({ length: 30 }, (_, index) => ({
    ...(secondOf(0).scenarios[0] as ScenarioState),
    scenario: `s${index}`,
  }))
  for (let second = 0; second < 3; second++) await output.write({ ...secondOf(second), scenarios })
  expect(terminal.screen()).toHaveLength(9)
})

test('without a terminal there is one plain line a second, and one in five seconds after the first minute', async () => {
  const stream = new FakeTerminal(200)
  const output = outputOn(stream, { isTty: false })
  await output.start(exampleHeader())
  for (let second = 0; second < 70; second++) await output.write(secondOf(second))
  await output.stop(exampleOutcome())
  const lines = stream.written.trimEnd().split('\n')
  expect(lines).toHaveLength(62)
  expect(lines[0]).toBe('1s  3/5 VUs  50/s iterations  100/s requests  1 failed  p95 95.05ms  browse 10%')
  expect(lines.at(-1)).toMatch(/^1m10s {2}/)
  expect(stream.written).not.toContain('\u001b')
})

test('quiet shows what is printed and no progress', async () => {
  for (const isTty of [true, false]) {
    const stream = new FakeTerminal(80)
    const output = outputOn(stream, { isTty, isQuiet: true })
    await output.start(exampleHeader())
    await output.write(secondOf(0))
    output.print('an error')
    await output.stop(exampleOutcome())
    expect(stream.screen()).toEqual(['an error'])
  }
})

test('a second that was skipped does not double the rate', async () => {
  const stream = new FakeTerminal(200)
  const output = outputOn(stream, { isTty: false })
  await output.start(exampleHeader())
  await output.write(secondOf(0))
  await output.write(secondOf(2))
  expect(stream.written.trimEnd().split('\n')[1]).toContain('50/s requests')
})

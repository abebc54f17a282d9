import { expect, test } from 'vitest'
import { builtin } from '../metrics/definition.ts'
import { Totals } from '../metrics/totals.ts'
import { exampleSummary } from './example-run.conformance.ts'
import { notesFor, type NotesInput } from './notes.ts'

const { generator } = exampleSummary()
const quiet: NotesInput = {
  totals: new Totals(),
  thresholds: [],
  generator,
  rates: [],
  losses: [],
  stopped: undefined,
  outputFailures: [],
  overflowedMetrics: [],
}

function totalsWith(sums: Partial<Record<keyof typeof builtin, number>>): Totals {
  const totals = new Totals()
  totals.add(
    Object.entries(sums).map(([key, sum]) => ({ metric: builtin[key as keyof typeof builtin], tags: {}, type: 'counter', sum })),
  )
  return totals
}

const threshold = { metric: 'checks{x:1}', source: 'rate>0.9', ok: false, value: undefined, noData: true, aborted: false }

test('a clean run has no notes', () => {
  expect(notesFor({ ...quiet, totals: totalsWith({ iterations: 100 }) })).toEqual([])
})

test.each<{ changes: Partial<NotesInput>; note: RegExp }>([
  {
    changes: { losses: ['worker 2 was lost: killed by SIGKILL'] },
    note: /^The run is partial: worker 2 was lost: killed by SIGKILL\.$/,
  },
  { changes: { stopped: 'interrupted by Ctrl-C' }, note: /^The run ended early: interrupted by Ctrl-C\.$/ },
  {
    changes: { thresholds: [threshold] },
    note: /^The threshold rate>0\.9 of checks\{x:1\} had no samples to judge, so it failed/,
  },
  { changes: { thresholds: [{ ...threshold, ok: true }] }, note: /counts as passed\.$/ },
  {
    changes: { generator: { ...generator, censored: { dropped: 2800, ratio: 0.0467 } } },
    note: /^2,800 users \(4\.7 %\) are missing from these percentiles/,
  },
  {
    changes: { rates: [{ scenario: 's', planned: 1000, started: 900, dropped: 100, idleRatio: 0 }] },
    note: /^Scenario "s" did not reach its rate: 900 of 1,000 planned iterations started \(90 %\), 100 dropped\.$/,
  },
  { changes: { totals: totalsWith({ iterations: 10, iterationErrors: 1 }) }, note: /^1 iteration of 10 ended with an exception/ },
  { changes: { totals: totalsWith({ interruptedIterations: 2 }) }, note: /^2 iterations were interrupted/ },
  {
    changes: { outputFailures: ['the output json=a was switched off: no space'] },
    note: /^The output json=a was switched off: no space\.$/,
  },
  { changes: { overflowedMetrics: ['a', 'b'] }, note: /more tag sets of a and b/ },
])('the note reads $note', ({ changes, note }) => {
  expect(notesFor({ ...quiet, ...changes })).toEqual([expect.stringMatching(note)])
})

test('the worst comes first', () => {
  const notes = notesFor({
    ...quiet,
    losses: ['a'],
    stopped: 'b',
    thresholds: [threshold],
    totals: totalsWith({ interruptedIterations: 2 }),
  })
  expect(notes.map((note) => note.split(' ').slice(0, 2).join(' '))).toEqual([
    'The run',
    'The run',
    'The threshold',
    '2 iterations',
  ])
})

import { expect, test } from 'vitest'
import { builtin } from '../metrics/definition.ts'
import { Histogram } from '../metrics/histogram.ts'
import type { SeriesDelta } from '../metrics/snapshot.ts'
import { Totals } from '../metrics/totals.ts'
import { ReportAudit } from './report-audit.ts'

function second(at: number): SeriesDelta[] {
  const histogram = new Histogram()
  for (let value = 1; value <= at + 1; value += 1) histogram.record(value)
  return [
    { metric: builtin.iterations, tags: { scenario: 'a' }, type: 'counter', sum: 0.1 * at },
    { metric: builtin.checks, tags: {}, type: 'rate', trueCount: 0, count: at },
    { metric: builtin.iterationDuration, tags: {}, type: 'trend', histogram: histogram.toDelta() },
    { metric: builtin.vus, tags: {}, type: 'gauge', value: at, min: 0, max: at, atMs: at },
  ]
}

function totalsOf(seconds: readonly number[]): SeriesDelta[] {
  const totals = new Totals()
  for (const at of seconds) totals.add(second(at), '1')
  return totals.toDeltas()
}

test.each([
  ['every second was reported', [1, 2, 3], []],
  ['one second is missing', [1, 3], ['iterations', 'checks', 'iteration_duration']],
  ['one second came twice', [1, 2, 2, 3], ['iterations', 'checks', 'iteration_duration']],
  ['nothing was reported', [], ['iterations', 'checks', 'iteration_duration']],
])('when %s the differences are told', (_what, reported, expected) => {
  const audit = new ReportAudit()
  for (const at of reported) audit.add(second(at))
  expect(audit.differences(totalsOf([1, 2, 3]))).toEqual(expected)
})

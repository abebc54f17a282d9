import { builtin } from '../metrics/definition.ts'
import { createRegistry } from '../metrics/registry.ts'
import { Totals } from '../metrics/totals.ts'
import { encodeMessage } from '../wire/codec.ts'
import { seriesWanted } from './series-wanted.ts'

const rounds = 6

/**
 * Runs the work of a second (record, drain, add up, encode) on made-up numbers before the load starts. Cold, the first
 * snapshots of a run take 5 to 15 ms each, in which the event loop stands still and requests look slower than they were.
 */
export function warmUpSnapshots(): void {
  const registry = createRegistry({ ...seriesWanted(undefined), keepAllTags: false })
  const totals = new Totals()
  const metrics = Object.values(builtin).map((definition) => registry.define(definition))
  const tags = registry.tagSet(registry.root, {
    scenario: 'warm-up',
    status: '200',
    expected_response: 'true',
    check: 'ok',
    group: '',
  })
  for (let round = 0; round < rounds; round += 1) {
    for (const metric of metrics)
      for (let sample = 1; sample <= 3; sample += 1) registry.record(metric, (round + 1) / sample, tags)
    const series = registry.drain()
    totals.add(series, 'warm-up')
    encodeMessage({
      type: 'snapshot',
      sequence: round,
      snapshot: { version: 1, source: 'warm-up', second: round, series, scenarios: [], events: [] },
    })
  }
  encodeMessage({ type: 'finished', totals: totals.toDeltas() })
}

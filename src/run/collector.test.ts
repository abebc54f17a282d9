import fc from 'fast-check'
import { expect, test } from 'vitest'
import { builtin } from '../metrics/definition.ts'
import type { Snapshot } from '../metrics/snapshot.ts'
import { Collector } from './collector.ts'

function snapshot(source: string, second: number, requests: number): Snapshot {
  return {
    version: 1,
    source,
    second,
    series: [
      { metric: builtin.httpReqs, tags: {}, type: 'counter', sum: requests },
      { metric: builtin.vus, tags: {}, type: 'gauge', value: 3, min: 3, max: 3, atMs: second * 1000 },
    ],
    scenarios: [
      { scenario: 's', activeVus: 3, initializedVus: 5, completed: requests, interrupted: 0, dropped: 0, doneRatio: 0.5 },
    ],
    events: [],
  }
}

function requestsOf(closed: Snapshot): number {
  return closed.series.reduce(
    (sum, series) => sum + (series.type === 'counter' && series.metric.name === 'http_reqs' ? series.sum : 0),
    0,
  )
}

function collecting(sources: readonly string[]): { collector: Collector; closed: Snapshot[] } {
  const closed: Snapshot[] = []
  const collector = new Collector((each) => closed.push(each))
  for (const source of sources) collector.join(source)
  return { collector, closed }
}

test('a second closes when every live worker has delivered it, and sums what they counted', () => {
  const { collector, closed } = collecting(['a', 'b'])
  collector.add(snapshot('a', 0, 10))
  expect(closed).toEqual([])
  collector.add(snapshot('b', 0, 5))
  expect(closed.map((each) => [each.second, requestsOf(each)])).toEqual([[0, 15]])
})

test('gauges that count VUs are summed over workers, and so are the states of a scenario', () => {
  const { collector, closed } = collecting(['a', 'b'])
  collector.add(snapshot('a', 0, 1))
  collector.add(snapshot('b', 0, 1))
  const vus = closed[0]?.series.find((series) => series.metric.name === 'vus')
  expect(vus).toMatchObject({ type: 'gauge', value: 6 })
  expect(closed[0]?.scenarios).toEqual([
    { scenario: 's', activeVus: 6, initializedVus: 10, completed: 2, interrupted: 0, dropped: 0, doneRatio: 0.5 },
  ])
})

test('a second that waited 3 s for a worker closes without it, and what comes late counts in the next', () => {
  const { collector, closed } = collecting(['a', 'b'])
  collector.add(snapshot('a', 0, 10))
  collector.tick(3999)
  expect(closed).toEqual([])
  collector.tick(4000)
  expect(closed.map(requestsOf)).toEqual([10])
  collector.add(snapshot('b', 0, 7))
  collector.add(snapshot('a', 1, 1))
  collector.add(snapshot('b', 1, 2))
  expect(closed.map(requestsOf)).toEqual([10, 10])
})

test('a worker that left is not waited for', () => {
  const { collector, closed } = collecting(['a', 'b'])
  collector.add(snapshot('a', 0, 10))
  collector.leave('b')
  expect(closed.map(requestsOf)).toEqual([10])
})

test('finish closes what is left', () => {
  const { collector, closed } = collecting(['a', 'b'])
  collector.add(snapshot('a', 2, 10))
  collector.finish()
  expect(closed.map((each) => each.second)).toEqual([2])
})

test('whatever the order of arrival, each sample counts exactly once', () => {
  const deliveries = fc.array(
    fc.record({ source: fc.constantFrom('a', 'b', 'c'), second: fc.nat(6), requests: fc.nat(50), tickMs: fc.nat(20_000) }),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(deliveries, (all) => {
      const { collector, closed } = collecting(['a', 'b', 'c'])
      for (const each of all) {
        collector.add(snapshot(each.source, each.second, each.requests))
        collector.tick(each.tickMs)
      }
      collector.finish()
      expect(closed.reduce((sum, each) => sum + requestsOf(each), 0)).toBe(all.reduce((sum, each) => sum + each.requests, 0))
      const seconds = closed.map((each) => each.second)
      expect(seconds).toEqual([...new Set(seconds)].sort((a, b) => a - b))
    }),
  )
})

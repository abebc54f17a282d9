import { expect, test } from 'vitest'
import type { ScenarioState } from '../metrics/snapshot.ts'
import type { ConstantArrivalRate, RampingArrivalRate } from '../plan/plan.ts'
import { examplePlan } from './example-run.conformance.ts'
import { plannedStarts, RateLog } from './rate-log.ts'

const constant = examplePlan().scenarios[0] as ConstantArrivalRate
const { rate: _rate, durationMs: _durationMs, ...shared } = constant
const ramping: RampingArrivalRate = {
  ...shared,
  executor: 'ramping-arrival-rate',
  startRate: 0,
  stages: [
    { durationMs: 10_000, target: 100 },
    { durationMs: 0, target: 20 },
    { durationMs: 10_000, target: 20 },
  ],
}

test.each([
  { scenario: constant, elapsedMs: -5, planned: 0 },
  { scenario: constant, elapsedMs: 1000, planned: 50 },
  { scenario: constant, elapsedMs: 60_000, planned: 500 },
  { scenario: ramping, elapsedMs: 5000, planned: 125 },
  { scenario: ramping, elapsedMs: 10_000, planned: 500 },
  { scenario: ramping, elapsedMs: 15_000, planned: 600 },
  { scenario: ramping, elapsedMs: 99_000, planned: 700 },
])('$scenario.executor plans $planned iterations in its first $elapsedMs ms', ({ scenario, elapsedMs, planned }) => {
  expect(plannedStarts(scenario, elapsedMs)).toBe(planned)
})

function state(changes: Partial<ScenarioState>): ScenarioState {
  return {
    scenario: 'browse',
    activeVus: 0,
    initializedVus: 5,
    completed: 0,
    interrupted: 0,
    dropped: 0,
    doneRatio: 0.5,
    ...changes,
  }
}

test('started iterations are those that ended and those in flight', () => {
  const log = new RateLog(examplePlan())
  log.add([state({ activeVus: 5 })])
  log.add([state({ activeVus: 2, completed: 450, interrupted: 3, dropped: 40 }), state({ scenario: 'other' })])
  expect(log.reached(10_000)).toEqual([{ scenario: 'browse', planned: 500, started: 455, dropped: 40, idleRatio: 0.5 }])
})

test('seconds before the start and after the end of a scenario do not count as idle', () => {
  const log = new RateLog(examplePlan())
  log.add([state({ doneRatio: 0 })])
  log.add([state({ activeVus: 5 })])
  log.add([state({ doneRatio: 1 })])
  expect(log.reached(10_000)).toMatchObject([{ idleRatio: 0 }])
})

test('closed scenarios have no planned rate', () => {
  const plan = examplePlan({ scenarios: [{ ...shared, executor: 'constant-vus', vus: 2, durationMs: 1000 }] })
  expect(new RateLog(plan).reached(1000)).toEqual([])
})

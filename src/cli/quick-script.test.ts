import { expect, test } from 'vitest'
import { type QuickRequest, quickScript } from './quick-script.ts'

const plain: QuickRequest = {
  url: 'http://127.0.0.1:8080/a?b="c"',
  method: 'GET',
  headers: {},
  body: undefined,
  connections: 50,
  duration: '30s',
  iterations: undefined,
  ratePerSecond: undefined,
  maxFailedRatio: 0.01,
  slo: [],
}

/** The options as the script holds them. */
function optionsOf(request: QuickRequest): { scenarios: { quick: Record<string, unknown> }; thresholds: unknown } {
  const json = /^export const options = ([^]*?)^}/m.exec(quickScript(request))?.[1] ?? ''
  return JSON.parse(`${json}}`) as { scenarios: { quick: Record<string, unknown> }; thresholds: unknown }
}

test('without a rate, connections loop for the duration', () => {
  expect(optionsOf(plain).scenarios.quick).toMatchObject({ executor: 'constant-vus', vus: 50, duration: '30s' })
})

test('with a number of requests, no more connections than requests are opened', () => {
  expect(optionsOf({ ...plain, iterations: 10 }).scenarios.quick).toMatchObject({
    executor: 'shared-iterations',
    vus: 10,
    iterations: 10,
  })
})

test.each([
  { perSecond: 100, rate: 100, timeUnit: '1s' },
  { perSecond: 0.5, rate: 1, timeUnit: '2s' },
  { perSecond: 2.5, rate: 5, timeUnit: '2s' },
  { perSecond: 0.0001, rate: 1, timeUnit: '1000s' },
])('$perSecond requests a second are $rate per $timeUnit', ({ perSecond, rate, timeUnit }) => {
  expect(optionsOf({ ...plain, ratePerSecond: perSecond }).scenarios.quick).toMatchObject({
    executor: 'constant-arrival-rate',
    rate,
    timeUnit,
    maxVUs: 50,
  })
})

test('failed requests and the SLO are thresholds', () => {
  expect(optionsOf({ ...plain, slo: ['p(95)<300', 'max<1000'] }).thresholds).toEqual({
    http_req_failed: ['rate<=0.01'],
    http_req_duration: ['p(95)<300', 'max<1000'],
  })
})

test('texts of the user stand in the script as JSON strings, never as code', () => {
  const script = quickScript({ ...plain, method: 'POST', headers: { 'x-quote': "'\n`${1}`" }, body: Buffer.from('{"a": "\n"}') })
  expect(script).toContain(
    'http.request("POST", "http://127.0.0.1:8080/a?b=\\"c\\"", body, { headers: {"x-quote":"\'\\n`${1}`"} })',
  )
  expect(script).toContain('const body = "{\\"a\\": \\"\\n\\"}"')
})

test('a body that is no text travels as base64', () => {
  expect(quickScript({ ...plain, body: Uint8Array.of(255, 0, 1) })).toContain("const body = Buffer.from('/wAB', 'base64')")
})

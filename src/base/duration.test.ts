import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDurationMs, parseDurationMs } from './duration.ts'

test.each([
  ['1d2h3m4s5ms', 93_784_005],
  ['1.5s', 1500],
  ['.5m', 30_000],
  ['250us', 0.25],
  ['250µs', 0.25],
  ['5ns', 0.000_005],
  ['1m1m', 120_000],
  ['-1m30s', -90_000],
  ['0', 0],
  ['1500', 1500],
  ['-2.5', -2.5],
  [1500, 1500],
  [0.25, 0.25],
])('%j is %d ms', (input, ms) => {
  expect(parseDurationMs(input)).toBeCloseTo(ms, 9)
})

test.each(['', '-', ' 1s', '1s ', '1 s', '+1s', 's', '1x', '1S', '1s-2s', '1.s', '1e3', '..5s', 'Infinity', '0x10'])(
  'the text %j is no duration',
  (text) => {
    expect(parseDurationMs(text)).toBeUndefined()
  },
)

test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [null], [undefined], [true], [[]], [{}], [10n]])(
  '%s is no duration',
  (input) => {
    expect(parseDurationMs(input)).toBeUndefined()
  },
)

test.each([
  [0, '0s'],
  [250, '250ms'],
  [0.25, '0.25ms'],
  [1000, '1s'],
  [1500, '1.5s'],
  [60_000, '1m0s'],
  [3_600_000, '1h0m0s'],
  [90_061_000, '25h1m1s'],
  [-1500, '-1.5s'],
  // Rounding carries into the next unit instead of writing 1000ms, 60s or 60m.
  [999.9999, '1s'],
  [59_999.9, '1m0s'],
  [3_599_999.9, '1h0m0s'],
])('%d ms is written %s', (ms, text) => {
  expect(formatDurationMs(ms)).toBe(text)
})

test('what is written is read back, to 1 ms from a second on and to 1 us below', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e12, max: 1e12, noNaN: true }), (ms) => {
      const allowedMs = Math.abs(ms) < 1000 ? 0.000_501 : 0.501
      expect(Math.abs((parseDurationMs(formatDurationMs(ms)) ?? Number.NaN) - ms)).toBeLessThanOrEqual(allowedMs)
    }),
  )
})

test('minutes and seconds that are written stay below 60', () => {
  fc.assert(
    fc.property(fc.double({ min: 1000, max: 1e9, noNaN: true }), (ms) => {
      const [, minutes = '0', seconds] = /^(?:\d+h)?(?:(\d+)m)?([\d.]+)s$/.exec(formatDurationMs(ms)) ?? []
      expect(Number(minutes)).toBeLessThan(60)
      expect(Number(seconds)).toBeLessThan(60)
    }),
  )
})

test('any text is either a finite duration or none, never an exception', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^-?[0-9.dhmsuµn]{0,12}$/)), (text) => {
      expect(Number.isNaN(parseDurationMs(text))).toBe(false)
    }),
  )
})

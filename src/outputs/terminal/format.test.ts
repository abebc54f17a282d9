import { expect, test } from 'vitest'
import { formatBytes, formatCount, formatNumber, formatPerSecond, formatRatio, formatTime } from './format.ts'

test.each([
  [0, '0s'],
  [0.0005, '500ns'],
  [0.92681, '926.81µs'],
  [0.0019, '1.9µs'],
  [1.15, '1.15ms'],
  [12.5, '12.5ms'],
  [103.129, '103.12ms'],
  [999.999, '999.99ms'],
  [1000, '1s'],
  [1239, '1.23s'],
  [65_000, '1m5s'],
  [3_723_900, '1h2m3s'],
  [-12.5, '-12.5ms'],
])('%d ms reads %s', (ms, text) => {
  expect(formatTime(ms)).toBe(text)
})

test.each([
  ['s', '0.01s'],
  ['ms', '12.35ms'],
  ['us', '12345.68µs'],
] as const)('in the fixed unit %s it reads %s', (unit, text) => {
  expect(formatTime(12.34568, unit)).toBe(text)
})

test.each([
  [0, '0 B'],
  [650, '650 B'],
  [8_400, '8.4 kB'],
  [12_000_000, '12 MB'],
  [999_600, '1.0 MB'],
  [9_960, '10 kB'],
  [-2_100, '-2.1 kB'],
])('%d bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test.each([
  [0, '0.00%'],
  [11 / 23, '47.82%'],
  [0.99999, '99.99%'],
  [1, '100.00%'],
])('the ratio %d reads %s', (ratio, text) => {
  expect(formatRatio(ratio)).toBe(text)
})

test('other numbers keep six decimals at most', () => {
  expect([5.9795518, 7, 0.1 + 0.2].map((value) => formatNumber(value))).toEqual(['5.979551', '7', '0.3'])
  expect([12_345, 0.5].map((value) => formatCount(value))).toEqual(['12,345', '0.5'])
  expect([1234.5, 45.67, 1.239].map((value) => formatPerSecond(value))).toEqual(['1,235/s', '45.6/s', '1.23/s'])
})

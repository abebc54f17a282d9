import { expect, test } from 'vitest'
import { countOf, listText, percentText, timeText } from './words.ts'

test.each([
  [0, '0 users'],
  [1, '1 user'],
  [12_000, '12,000 users'],
])('%d is counted as %s', (count, text) => {
  expect(countOf(count, 'user')).toBe(text)
})

test.each([
  [0, '0 %'],
  [0.00001, '0.001 %'],
  [0.031, '3.1 %'],
  [0.9999, 'over 99.9 %'],
  [1, '100 %'],
])('the ratio %d reads %s', (ratio, text) => {
  expect(percentText(ratio)).toBe(text)
})

test.each([
  [0.123456, '0.123 ms'],
  [12.34, '12.3 ms'],
  [1270, '1.27 s'],
])('%d ms reads %s', (ms, text) => {
  expect(timeText(ms)).toBe(text)
})

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b', 'c'], 'a, b and c'],
])('%j reads %s', (words, text) => {
  expect(listText(words)).toBe(text)
})

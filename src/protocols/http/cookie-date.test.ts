import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCookieDate } from './cookie-date.ts'

test.each([
  ['Wed, 09 Jun 2021 10:18:14 GMT', Date.UTC(2021, 5, 9, 10, 18, 14)],
  ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
  ['Sun Nov  6 08:49:37 1994', Date.UTC(1994, 10, 6, 8, 49, 37)],
  ['06 nov 2094 8:9:7', Date.UTC(2094, 10, 6, 8, 9, 7)],
  ['01-Jan-69 00:00:00', Date.UTC(2069, 0, 1)],
  ['01-Jan-70 00:00:00', Date.UTC(1970, 0, 1)],
  ['2021 Jun 9th 10:18:14', Date.UTC(2021, 5, 9, 10, 18, 14)],
  ['9th Jun 2021 10:18:14', Date.UTC(2021, 5, 9, 10, 18, 14)],
  ['Wed, 31 Feb 2021 10:18:14 GMT', undefined],
  ['Wed, 09 Jun 1600 10:18:14 GMT', undefined],
  ['Wed, 09 Jun 2021 24:18:14 GMT', undefined],
  ['Wed, 09 Jun 2021 10:60:14 GMT', undefined],
  ['Wed, 09 Jun 2021', undefined],
  ['10:18:14 2021', undefined],
  ['', undefined],
])('%s is %s', (text, expected) => {
  expect(parseCookieDate(text)).toBe(expected)
})

test('every HTTP date from 1601 on is read as written', () => {
  const seconds = fc.integer({ min: Date.UTC(1601, 0, 1) / 1000, max: Date.UTC(9999, 11, 31) / 1000 })
  fc.assert(fc.property(seconds, (at) => parseCookieDate(new Date(at * 1000).toUTCString()) === at * 1000))
})

test('any text is a date or none, never an exception or NaN', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const atMs = parseCookieDate(text)
      return atMs === undefined || Number.isFinite(atMs)
    }),
  )
})

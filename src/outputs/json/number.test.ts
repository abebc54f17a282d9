import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonNumber, jsonString } from './number.ts'

test.each([
  [0, '0'],
  [-0, '0'],
  [1, '1'],
  [0.1594479362254398, '0.1594479362254398'],
  [999_999.5, '999999.5'],
  [1_000_000, '1e+06'],
  [1_234_567, '1.234567e+06'],
  [-1_234_567, '-1.234567e+06'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1.5e300, '1.5e+300'],
  [Number.POSITIVE_INFINITY, 'null'],
])('%d is spelled %s', (value, text) => {
  expect(jsonNumber(value)).toBe(text)
})

test('every finite number reads back as itself', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(JSON.parse(jsonNumber(value)) + 0).toBe(value + 0)
    }),
  )
})

test('every string reads back as itself and never carries a raw angle bracket, ampersand or line break', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const written = jsonString(text)
      expect(JSON.parse(written)).toBe(text)
      expect(written).not.toMatch(/[<>&\n\r\u2028\u2029]/)
    }),
  )
})

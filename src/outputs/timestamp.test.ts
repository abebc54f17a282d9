import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Rfc3339Writer } from './timestamp.ts'

test.each([
  { epochMs: 0, text: '1970-01-01T00:00:00Z' },
  { epochMs: 1_795_350_886_388.607, text: '2026-11-22T12:34:46.388607Z' },
  { epochMs: 1_795_350_886_500, text: '2026-11-22T12:34:46.5Z' },
  { epochMs: 1_795_350_886_000.001, text: '2026-11-22T12:34:46.000001Z' },
  { epochMs: 1_795_350_886_999.9998, text: '2026-11-22T12:34:47Z' },
  { epochMs: -1, text: '1969-12-31T23:59:59.999Z' },
])('$epochMs ms is written as $text', ({ epochMs, text }) => {
  expect(new Rfc3339Writer().write(epochMs)).toBe(text)
})

test('whole milliseconds read back as the same instant, whatever was written before', () => {
  const writer = new Rfc3339Writer()
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (epochMs) => {
      expect(Date.parse(writer.write(epochMs))).toBe(epochMs)
    }),
  )
})

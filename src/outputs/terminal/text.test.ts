import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clipped, neutralised, neutralisedLines, padded, widthOf, wrapped } from './text.ts'

test.each([
  { text: 'plain ✓', shown: 'plain ✓' },
  { text: 'a\u001b[2Jb', shown: 'a␛[2Jb' },
  { text: 'bell\u0007', shown: 'bell␇' },
  { text: 'two\nlines\r', shown: 'two␊lines␍' },
  { text: '\u009b31m', shown: '�31m' },
  { text: 'abc\u202edef', shown: 'abc�def' },
  { text: '\u007f', shown: '␡' },
])('$text is shown as $shown', ({ text, shown }) => {
  expect(neutralised(text)).toBe(shown)
})

test('texts of several lines keep their line breaks and nothing else', () => {
  expect(neutralisedLines('a\tb\r\nc\u001b[0m')).toBe('a  b\nc␛[0m')
})

test.each([
  { text: '', width: 0 },
  { text: 'abc', width: 3 },
  { text: '用户', width: 4 },
  { text: 'e\u0301', width: 1 },
  { text: '🚀', width: 2 },
  { text: '\u001b[31mred\u001b[0m', width: 3 },
])('$text is $width columns wide', ({ text, width }) => {
  expect(widthOf(text)).toBe(width)
})

test('a clipped text is never wider than asked, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 30 }), (text, columns) => {
      expect(widthOf(clipped(neutralised(text), columns))).toBeLessThanOrEqual(columns)
    }),
  )
})

test('a clipped text ends its colours and says that something is missing', () => {
  expect(clipped('\u001b[31mabcdef\u001b[0m', 4)).toBe('\u001b[31mabc…\u001b[0m')
  expect(clipped('abcd', 4)).toBe('abcd')
})

test('wrapped lines keep every word and are never too wide', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 30 }).map((word) => word.replaceAll(' ', 'x'))), (words) => {
      const lines = wrapped(neutralised(words.join(' ')), 12)
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(12)
      expect(lines.join('').replaceAll(' ', '')).toBe(neutralised(words.join('')))
    }),
  )
})

test('padding counts columns, not characters', () => {
  expect(padded('用', 4)).toBe('用  ')
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyEdits, type Edit } from './source-edits.ts'
import { encodeVlq, SourceMap, VlqReader } from './source-map.ts'

test('numbers survive their encoding', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -(2 ** 29), max: 2 ** 29 }), { minLength: 1 }), (numbers) => {
      const reader = new VlqReader(numbers.map(encodeVlq).join(''))
      expect(numbers.map(() => reader.next())).toEqual(numbers)
      expect(reader.hasMore).toBe(false)
    }),
  )
})

test.each([
  [0, 'A'],
  [1, 'C'],
  [-1, 'D'],
  [15, 'e'],
  [16, 'gB'],
  [-17, 'jB'],
  [1000, 'w+B'],
])('%d is %s, as the source map specification has it', (value, text) => {
  expect(encodeVlq(value)).toBe(text)
})

test('a character that is no digit is an error', () => {
  expect(() => new VlqReader('!').next()).toThrow('bad character')
  expect(() => new VlqReader('').next()).toThrow('bad character')
})

/** Maps every character of a text to itself. */
function identity(code: string): string {
  let line = 0
  let column = 0
  let [lastLine, lastColumn] = [0, 0]
  const lines = code.split('\n').map((text, at) => {
    let lastGenerated = 0
    return Array.from({ length: text.length }, (_, index) => {
      ;[line, column] = [at, index]
      const segment =
        encodeVlq(index - lastGenerated) + encodeVlq(0) + encodeVlq(line - lastLine) + encodeVlq(column - lastColumn)
      ;[lastGenerated, lastLine, lastColumn] = [index, line, column]
      return segment
    }).join(',')
  })
  return lines.join(';')
}

/** Texts of distinct characters where it matters, and edits that do not overlap. */
const edited = fc.array(fc.constantFrom('a', 'b', 'c', '\n'), { minLength: 1, maxLength: 60 }).chain((characters) =>
  fc.record({
    code: fc.constant(characters.join('')),
    cuts: fc.uniqueArray(fc.nat({ max: characters.length }), { maxLength: 8 }),
    texts: fc.array(fc.constantFrom('', 'X', 'XYZ'), { minLength: 4, maxLength: 4 }),
  }),
)

test('each character that no edit touched still maps to where it was, and no line moves', () => {
  fc.assert(
    fc.property(edited, ({ code, cuts, texts }) => {
      const sorted = cuts.sort((a, b) => a - b)
      const edits: Edit[] = []
      for (let at = 0; at + 1 < sorted.length; at += 2) {
        edits.push({ start: sorted[at] ?? 0, end: sorted[at + 1] ?? 0, text: texts[at / 2] ?? '' })
      }
      const result = applyEdits({ code, mappings: identity(code) }, edits)
      const map = new SourceMap(JSON.stringify({ sources: ['file'], mappings: result.mappings }))
      const before = code.split('\n')
      expect(result.code.split('\n')).toHaveLength(before.length)
      expect(result.code.replaceAll(/[XYZ\n]/g, '')).toBe(
        code
          .split('')
          .filter((character, at) => character !== '\n' && !edits.some(({ start, end }) => at >= start && at < end))
          .join(''),
      )
      for (const [line, text] of result.code.split('\n').entries()) {
        for (const [column, character] of text.split('').entries()) {
          if (/[XYZ]/.test(character)) continue
          const origin = map.originalOf(line, column)
          expect(origin).toMatchObject({ file: 'file', line })
          expect(before[line]?.[origin?.column ?? -1]).toBe(character)
        }
      }
    }),
    { numRuns: 500 },
  )
})

test('lines without mappings, and lines beyond the end, have no origin', () => {
  const map = new SourceMap(JSON.stringify({ sources: ['file'], mappings: ';AAAA' }))
  expect([map.originalOf(0, 0), map.originalOf(1, 50), map.originalOf(2, 0)]).toEqual([
    undefined,
    { file: 'file', line: 0, column: 0 },
    undefined,
  ])
})

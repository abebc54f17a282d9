import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { UserError } from '../base/user-error.ts'
import { formatSelector, matchesTags, parseSelector, seriesKey } from './selector.ts'

test.each([
  ['http_reqs', { metric: 'http_reqs', tags: {} }],
  [' http_reqs ', { metric: 'http_reqs', tags: {} }],
  ['http_reqs{status:200}', { metric: 'http_reqs', tags: { status: '200' } }],
  ['http_reqs{ status : 200 , method: GET }', { metric: 'http_reqs', tags: { status: '200', method: 'GET' } }],
  ['http_reqs{name:"a, b"}', { metric: 'http_reqs', tags: { name: 'a, b' } }],
  ["http_reqs{name:'a}b'}", { metric: 'http_reqs', tags: { name: 'a}b' } }],
  ['http_reqs{name:http://x:8080/?a=1}', { metric: 'http_reqs', tags: { name: 'http://x:8080/?a=1' } }],
  ['group_duration{group:::main::login}', { metric: 'group_duration', tags: { group: '::main::login' } }],
  ['checks{check:}', { metric: 'checks', tags: { check: '' } }],
  ['checks{check:is "ok"}', { metric: 'checks', tags: { check: 'is "ok"' } }],
  [String.raw`checks{check:"say \"hi\" \\ \d"}`, { metric: 'checks', tags: { check: String.raw`say "hi" \ \d` } }],
])('%s', (text, selector) => {
  expect(parseSelector(text)).toEqual(selector)
})

test.each([
  ['', 'name is missing'],
  ['{a:b}', 'name is missing'],
  ['x}', 'name is missing'],
  ['x{}', 'no tag'],
  ['x{a}', 'tag "a" has no value'],
  ['x{a,b:c}', 'tag "a" has no value'],
  ['x{:b}', 'a tag has no name'],
  ['x{a:b', 'closing brace is missing'],
  ['x{a:b}c', 'follows the closing brace'],
  ['x{a:"b}', 'quote is not closed'],
  ['x{a:"b"c}', 'follows a closing quote'],
  ['x{a:b,a:c}', 'twice'],
  ['x{a:b,}', 'no tag in the braces'],
])('%s is refused because %s', (text, why) => {
  const parse = (): unknown => parseSelector(text)
  expect(parse).toThrow(UserError)
  expect(parse).toThrow(why)
  expect(parse).toThrow(expect.objectContaining({ code: 'SELECTOR_INVALID', exitCode: 104 }))
})

function sortedText(tags: Record<string, string>): string {
  const entries = Object.entries(tags).map((entry) => JSON.stringify(entry))
  return entries.sort().join()
}

const key = fc.string({ minLength: 1 }).filter((name) => name !== '__proto__')
const tags = fc.dictionary(key, fc.string(), { minKeys: 1, maxKeys: 4 })

test('what is formatted parses to the same, whatever the tags', () => {
  fc.assert(
    fc.property(tags, (each) => {
      expect(parseSelector(formatSelector('m_1', each))).toEqual({ metric: 'm_1', tags: { ...each } })
    }),
  )
})

test('any text parses or is refused with a UserError', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '{', '}', ':', ',', '"', "'", '\\', ' ') }), (text) => {
      try {
        expect(parseSelector(text).metric).not.toBe('')
      } catch (error) {
        expect(error).toBeInstanceOf(UserError)
      }
    }),
  )
})

test('the key of a series does not depend on the order of tags and tells all series apart', () => {
  expect(seriesKey('m', { b: '2', a: '1' })).toBe('m{a:1,b:2}')
  fc.assert(
    fc.property(tags, tags, (a, b) => {
      const isSame = sortedText(a) === sortedText(b)
      expect(seriesKey('m', a) === seriesKey('m', b)).toBe(isSame)
      expect(seriesKey('m', Object.fromEntries(Object.entries(a).reverse()))).toBe(seriesKey('m', a))
    }),
  )
})

test.each([
  [{}, {}, true],
  [{ a: '1' }, { a: '1', b: '2' }, true],
  [{ a: '1' }, { a: '2' }, false],
  [{ a: '1' }, {}, false],
  [{ a: '' }, {}, true],
  [{ constructor: '' }, {}, true],
])('selector %j and tags %j: %s', (selector, each, isMatch) => {
  expect(matchesTags(selector as Record<string, string>, each as Record<string, string>)).toBe(isMatch)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalHost, HostTable, splitHostPort } from './host-pattern.ts'

test.each([
  ['Example.COM', 'example.com'],
  ['example.com.', 'example.com'],
  ['[::1]', '::1'],
  ['.', '.'],
])('the canonical form of %s is %s', (host, canonical) => {
  expect(canonicalHost(host)).toBe(canonical)
})

test.each([
  ['example.com', { host: 'example.com', port: undefined }],
  ['example.com:8080', { host: 'example.com', port: 8080 }],
  ['*.Example.com:1', { host: '*.example.com', port: 1 }],
  ['1.2.3.4:65535', { host: '1.2.3.4', port: 65_535 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  ['[fe80::1]', { host: 'fe80::1', port: undefined }],
  ['::1', { host: '::1', port: undefined }],
  ['2001:db8:0:0:0:0:0:1', { host: '2001:db8:0:0:0:0:0:1', port: undefined }],
  ['example.com:0', undefined],
  ['example.com:65536', undefined],
  ['example.com:http', undefined],
  ['a:b:c', undefined],
])('%s is split into %o', (text, expected) => {
  expect(splitHostPort(text)).toEqual(expected)
})

test.each([
  { host: 'example.com', found: 'exact' },
  { host: 'a.example.com', found: 'one' },
  { host: 'a.b.example.com', found: 'one' },
  { host: 'x.deep.example.com', found: 'deep' },
  { host: 'badexample.com', found: 'all' },
  { host: 'api.one.example.com', found: 'one' },
])('$host finds "$found": exact before longer before shorter wildcards', ({ host, found }) => {
  const table = new HostTable<string>()
  table.add('*', 'all')
  table.add('*.example.com', 'one')
  table.add('*.deep.example.com', 'deep')
  table.add('Example.com', 'exact')
  expect(table.find(host)).toBe(found)
})

test('a wildcard does not match the name it stands above', () => {
  const table = new HostTable<true>()
  table.add('*.example.com', true)
  expect(table.find('example.com')).toBeUndefined()
  expect(table.find('.example.com')).toBeUndefined()
})

test.each(['', 'a.*.com', 'example.*', '**', 'http://a', 'a b'])('"%s" is no pattern', (pattern) => {
  const table = new HostTable<true>()
  expect(table.add(pattern, true)).toBe(false)
  expect(table.isEmpty).toBe(true)
})

test('every name matches itself and the wildcard above it, in any case', () => {
  const label = fc.stringMatching(/^[a-z0-9]{1,8}$/)
  fc.assert(
    fc.property(fc.array(label, { minLength: 2, maxLength: 5 }), (labels) => {
      const name = labels.join('.')
      const table = new HostTable<string>()
      table.add(`*.${labels.slice(1).join('.')}`.toUpperCase(), 'wild')
      expect(table.find(name)).toBe('wild')
      table.add(name.toUpperCase(), 'exact')
      expect(table.find(name)).toBe('exact')
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundModule } from './bound-module.conformance.ts'

interface Encoding {
  b64encode(data: unknown, variant?: string): string
  b64decode(text: unknown, variant?: string, format?: string): ArrayBuffer | string
}
const { module: encoding } = boundModule<Encoding & { default: Encoding }>('k6/encoding')

test('texts and bytes are encoded in the variant asked for', () => {
  expect([
    encoding.b64encode('héllo'),
    encoding.b64encode('>>?', 'url'),
    encoding.b64encode('a', 'rawstd'),
    encoding.b64decode('aGVsbG8=', 'std', 's'),
    (encoding.b64decode('aGk=') as ArrayBuffer).byteLength,
  ]).toEqual(['aMOpbGxv', 'Pj4_', 'YQ', 'hello', 2])
  expect(encoding.b64encode('>a', 'url')).toBe('PmE=')
  expect(encoding.default.b64encode(new Uint8Array([104, 105]).subarray(1))).toBe('aQ==')
})

test.each(['std', 'rawstd', 'url', 'rawurl'])('what was encoded as %s decodes to the same bytes', (variant) => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const decoded = encoding.b64decode(encoding.b64encode(bytes, variant), variant)
      expect(new Uint8Array(decoded as ArrayBuffer)).toEqual(new Uint8Array(bytes))
    }),
  )
})

test.each([
  { text: '!!!', variant: 'std', at: 0 },
  { text: 'aGk', variant: 'std', at: 0 },
  { text: 'aGVsbG8', variant: 'std', at: 4 },
  { text: 'aGk=', variant: 'rawstd', at: 3 },
  { text: 'Pj4_', variant: 'std', at: 3 },
  { text: 'Pj4/', variant: 'url', at: 3 },
  { text: 'aGk=aGk=', variant: 'std', at: 4 },
  { text: 'YQ=', variant: 'std', at: 3 },
  { text: 'YQ=a', variant: 'std', at: 2 },
  { text: 'a===', variant: 'std', at: 1 },
  { text: 'aGVsb', variant: 'rawstd', at: 4 },
  { text: 'aé==', variant: 'std', at: 1 },
])('$text is no Base64 of the variant $variant from byte $at', ({ text, variant, at }) => {
  expect(() => encoding.b64decode(text, variant)).toThrow(
    expect.objectContaining({ name: 'GoError', message: `illegal base64 data at input byte ${at}` }),
  )
})

test('line breaks are passed over', () => {
  expect(encoding.b64decode('aGVs\r\nbG8=\n', 'std', 's')).toBe('hello')
  expect(encoding.b64decode('YQ=\n=\n', 'std', 's')).toBe('a')
})

test.each([[5], [null], [undefined], [{}]])('%s is neither a text nor bytes', (data) => {
  expect(() => encoding.b64encode(data)).toThrow(/neither a text nor bytes/)
})

test('a variant that does not exist is refused', () => {
  expect(() => encoding.b64encode('a', 'toString')).toThrow(/invalid Base64 variant: toString/)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeZstd, storeZstd, ZstdTooLarge } from './zstd.ts'

// Made with the zstd command, version 1.5.
const compressed = {
  /** A pipe: no content size, with a checksum. */
  text: 'KLUv/QRYrQEA1AJUaGUgcXVpY2sgYnJvd24gZm94IGp1bXBzIG92ZXIgdGhlIGxhenkgZG9nLiABAD04qTJYp6X6',
  /** A file of 3,000,000 zero bytes: content size and checksum. */
  zeros:
    'KLUv/YRYwMYtAFQAABAAAAEA+/85wAICABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAADNg4AA8mv1g==',
  /** The same through a pipe with --long=31: a window of 2 GB. */
  longWindow:
    'KLUv/QSoTAAACAABAPz/ORACAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAzYOAAPJr9Y=',
}
const text = 'The quick brown fox jumps over the lazy dog. '.repeat(3)
const limit = 10_000_000

function bytesOf(name: keyof typeof compressed): Uint8Array {
  return Buffer.from(compressed[name], 'base64')
}

test('what the zstd command compressed comes back', () => {
  expect(Buffer.from(decodeZstd(bytesOf('text'), limit)).toString()).toBe(text)
  expect(Buffer.compare(decodeZstd(bytesOf('zeros'), limit), Buffer.alloc(3_000_000))).toBe(0)
})

test('frames stand one after another, with skippable ones between', () => {
  const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
  const all = Buffer.concat([bytesOf('text'), skippable, bytesOf('text'), storeZstd(Buffer.from('end')), skippable])
  expect(Buffer.from(decodeZstd(all, limit)).toString()).toBe(`${text}${text}end`)
})

test.each([0, 1, 255, 256, 131_071, 131_072, 131_073, 400_000])('%i stored bytes come back', (length) => {
  const bytes = Buffer.alloc(length, 'stored ')
  expect(Buffer.compare(decodeZstd(storeZstd(bytes), limit), bytes)).toBe(0)
})

test('a frame cut anywhere is an error', () => {
  for (const whole of [bytesOf('text'), storeZstd(Buffer.from('hello'))]) {
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeZstd(whole.subarray(0, length), limit)).toThrow(Error)
    }
  }
})

test('output over the limit is told apart, whether the frame states its size or not', () => {
  expect(() => decodeZstd(bytesOf('zeros'), 2_999_999)).toThrow(ZstdTooLarge)
  expect(() => decodeZstd(bytesOf('text'), text.length - 1)).toThrow(ZstdTooLarge)
  expect(decodeZstd(bytesOf('text'), text.length)).toHaveLength(text.length)
  const many = Buffer.concat(Array.from({ length: 4 }, () => bytesOf('zeros')))
  expect(() => decodeZstd(many, limit)).toThrow(ZstdTooLarge)
})

test('a window of 2 GB is refused before it is allocated, in any frame', () => {
  expect(() => decodeZstd(bytesOf('longWindow'), limit)).toThrow('the zstd window is too large')
  expect(() => decodeZstd(Buffer.concat([bytesOf('text'), bytesOf('longWindow')]), limit)).toThrow('the zstd window is too large')
})

test('a frame that lies about its size is an error', () => {
  const frame = storeZstd(Buffer.from('hello'))
  for (const size of [4, 6]) {
    const lie = Buffer.from(frame)
    lie[5] = size
    expect(() => decodeZstd(lie, limit)).toThrow(Error)
  }
})

test('any bytes behind a zstd magic number are an error or some output, never a hang', () => {
  const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (rest) => {
      try {
        return decodeZstd(Buffer.concat([magic, rest]), limit).length <= limit
      } catch (error) {
        return error instanceof Error
      }
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BodyBuffer } from './body-buffer.ts'
import { Slab } from './slab.ts'

test('copies of any size stay what they were, however many follow', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40_000), { maxLength: 40 }), (lengths) => {
      const slab = new Slab()
      const kept = lengths.map((length, index) => {
        const bytes = Buffer.alloc(length + 3, index + 1)
        const at = slab.copy(bytes, 2, length + 2)
        return { copy: slab.buffer.subarray(at, at + length), byte: index + 1 }
      })
      for (const { copy, byte } of kept) expect(copy.every((each) => each === byte)).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test('a piece larger than the slab gets one of its own', () => {
  const slab = new Slab()
  const bytes = Buffer.alloc(1_000_000, 7)
  const at = slab.copy(bytes, 0, bytes.length)
  expect(Buffer.compare(slab.buffer.subarray(at, at + bytes.length), bytes)).toBe(0)
})

test('a body buffer holds what came, whatever was promised, and reserves at most twice of it', () => {
  fc.assert(
    fc.property(
      fc.option(fc.nat(2 ** 31), { nil: undefined }),
      fc.array(fc.uint8Array({ maxLength: 9000 }), { maxLength: 20 }),
      (expected, pieces) => {
        const whole = Buffer.concat(pieces)
        const body = new BodyBuffer(expected)
        for (const piece of pieces) body.append(piece, 0, piece.length)
        expect(body.length).toBe(whole.length)
        expect(Buffer.compare(body.buffer.subarray(0, body.length), whole)).toBe(0)
        expect(body.buffer.length).toBeLessThanOrEqual(Math.max(4096, whole.length * 2))
      },
    ),
    { numRuns: 100 },
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeToWorker, encodeMessage } from './codec.ts'
import { FrameReader } from './frame-reader.ts'
import type { ToWorker } from './messages.ts'
import { WireError } from './wire-error.ts'

const messages: readonly ToWorker[] = [
  { type: 'inspect' },
  { type: 'command', scenario: 's', command: { type: 'grant', iterations: [[1, 2]] } },
  { type: 'call', callId: 1, name: 'setup', input: 'x'.repeat(300), timeoutMs: 60_000 },
  { type: 'totals', completed: 1, interrupted: 2, activeVus: 3, initializedVus: 4 },
  { type: 'close' },
]

const stream = Buffer.concat(messages.map(encodeMessage))

test('come out whole and in order, however the bytes are split', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
      const seen: ToWorker[] = []
      const reader = new FrameReader((body) => seen.push(decodeToWorker(body)))
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1
        reader.push(stream.subarray(at, at + size))
        at += size
      }
      expect(seen).toEqual(messages)
    }),
  )
})

test('all in one chunk, or a byte at a time', () => {
  for (const size of [stream.length, 1]) {
    const types: string[] = []
    const reader = new FrameReader((body) => types.push(decodeToWorker(body).type))
    for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size))
    expect(types).toEqual(messages.map(({ type }) => type))
  }
})

test.each([
  ['of no length', [0, 0, 0, 0]],
  ['over the limit', [4, 0, 0, 1]],
  ['with the high bit set', [255, 255, 255, 255]],
])('%s are refused at once', (_, head) => {
  expect(() => new FrameReader(() => undefined).push(Uint8Array.from(head))).toThrow(WireError)
})

test('empty chunks change nothing', () => {
  const seen: Uint8Array[] = []
  const reader = new FrameReader((body) => seen.push(body))
  for (const chunk of [[], [0, 0], [], [0, 1], [], [9]]) reader.push(Uint8Array.from(chunk))
  expect(seen.map((body) => [...body])).toEqual([[9]])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ChunkedDecoder, type ChunkSink } from './http1-chunked.ts'

class Collector implements ChunkSink {
  readonly #pieces: Buffer[] = []

  body(bytes: Uint8Array, start: number, end: number): void {
    this.#pieces.push(Buffer.from(bytes.subarray(start, end)))
  }

  get text(): string {
    return Buffer.concat(this.#pieces).toString('latin1')
  }
}

function decode(pieces: readonly string[]): { text: string; decoder: ChunkedDecoder; left: string } {
  const decoder = new ChunkedDecoder()
  const collector = new Collector()
  for (const [index, piece] of pieces.entries()) {
    const bytes = Buffer.from(piece, 'latin1')
    const stop = decoder.feed(bytes, 0, bytes.length, collector)
    if (stop < 0) return { text: collector.text, decoder, left: '' }
    if (decoder.isDone) return { text: collector.text, decoder, left: piece.slice(stop) + pieces.slice(index + 1).join('') }
  }
  return { text: collector.text, decoder, left: '' }
}

test.each([
  ['0\r\n\r\n', ''],
  ['5\r\nhello\r\n0\r\n\r\n', 'hello'],
  ['5\nhello\r\n0\n\n', 'hello'],
  ['A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n', '01234567890123456789'],
  ['0005;name=value;other="x"\r\nhello\r\n00\r\n\r\n', 'hello'],
  ['5 \r\nhello\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n', 'hello'],
  ['2\r\n\r\n\r\n0\r\n\r\n', '\r\n'],
])('%j decodes to %j', (text, body) => {
  const { decoder, text: decoded } = decode([text])
  expect(decoder.violation).toBe('')
  expect(decoder.isDone).toBe(true)
  expect(decoded).toBe(body)
  expect(decoder.bodyBytes).toBe(body.length)
})

test.each([
  ['\r\n', 'an invalid chunk size'],
  ['x\r\n', 'an invalid chunk size'],
  ['-1\r\n', 'an invalid chunk size'],
  ['5g\r\n', 'an invalid chunk size'],
  ['0x5\r\n', 'an invalid chunk size'],
  [';ext\r\n', 'an invalid chunk size'],
  ['fffffffffffffff\r\n', 'a chunk size beyond all bounds'],
  ['5\rhello', 'an invalid chunk size line'],
  ['5;a\0b\r\n', 'an invalid chunk extension'],
  ['5\r\nhelloX', 'a chunk longer than its size'],
  ['5\r\nhello\rX', 'a chunk longer than its size'],
  ['0\r\nA: b\rX', 'an invalid trailer'],
  ['0\r\nA: \0', 'an invalid trailer'],
  [`1;${'x'.repeat(140_000)}`, 'endless chunk extensions or trailers'],
  [`0\r\nA: ${'x'.repeat(140_000)}`, 'endless chunk extensions or trailers'],
])('%.20j is refused', (text, violation) => {
  expect(decode([text]).decoder.violation).toBe(violation)
})

test('any split of any chunking gives the same body, and nothing behind the end is taken', () => {
  const chunk = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(
      fc.array(chunk, { maxLength: 6 }),
      fc.array(fc.nat(400), { maxLength: 12 }),
      fc.string({ unit: 'binary-ascii', maxLength: 10 }),
      (chunks, cuts, surplus) => {
        const whole = `${chunks.map((each) => `${each.length.toString(16)}\r\n${each}\r\n`).join('')}0\r\nT: x\r\n\r\n${surplus}`
        const points = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b)
        const pieces = points.slice(1).map((point, index) => whole.slice(points[index], point))
        const { text, decoder, left } = decode(pieces)
        expect(decoder.isDone).toBe(true)
        expect(text).toBe(chunks.join(''))
        expect(left).toBe(surplus)
      },
    ),
  )
})

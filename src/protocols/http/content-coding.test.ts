import { randomBytes } from 'node:crypto'
import * as zlib from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NetworkError } from '../../net/dialer.ts'
import { decodeBody, encodeBody } from './content-coding.ts'

const small = Buffer.from('Grüße! '.repeat(10))
const large = Buffer.concat([randomBytes(150_000), Buffer.alloc(150_000)])

async function decodingError(bytes: Uint8Array, codings: string, maxBytes?: number): Promise<{ code: number; message: string }> {
  try {
    await decodeBody(bytes, codings, maxBytes === undefined ? {} : { maxBytes })
  } catch (error) {
    expect(error).toBeInstanceOf(NetworkError)
    return error as NetworkError
  }
  throw new Error('it was decoded')
}

test.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, br', 'GZIP,  deflate ,br,zstd', 'identity', ''])(
  'what is encoded with "%s" comes back',
  async (codings) => {
    for (const bytes of [small, large, Buffer.from('x')]) {
      const encoded = await encodeBody(bytes, codings)
      expect(Buffer.compare(await decodeBody(encoded, codings), bytes)).toBe(0)
    }
  },
)

test('codings are applied in order and undone in reverse', async () => {
  const encoded = await encodeBody(small, 'gzip, br')
  expect(Buffer.compare(zlib.gunzipSync(zlib.brotliDecompressSync(encoded)), small)).toBe(0)
})

test.each([
  { coding: 'gzip', bytes: zlib.gzipSync(small) },
  { coding: 'x-gzip', bytes: zlib.gzipSync(small) },
  { coding: 'gzip', bytes: Buffer.concat([zlib.gzipSync(small.subarray(0, 5)), zlib.gzipSync(small.subarray(5))]) },
  { coding: 'deflate', bytes: zlib.deflateSync(small) },
  { coding: 'deflate', bytes: zlib.deflateRawSync(small) },
  { coding: 'br', bytes: zlib.brotliCompressSync(small) },
])('small $coding bodies are decoded at once, whatever wrote them', ({ coding, bytes }) => {
  const decoded = decodeBody(bytes, coding)
  expect(decoded).toBeInstanceOf(Uint8Array)
  expect(Buffer.compare(decoded as Uint8Array, small)).toBe(0)
})

test('large bodies, and small ones that grow large, are decoded off the main thread', async () => {
  const growing = zlib.gzipSync(Buffer.alloc(3_000_000))
  expect(growing.length).toBeLessThan(65_536)
  for (const body of [decodeBody(zlib.gzipSync(large), 'gzip'), decodeBody(growing, 'gzip')]) expect(body).toBeInstanceOf(Promise)
  expect(await decodeBody(growing, 'gzip')).toHaveLength(3_000_000)
})

test('an empty body stays empty', () => {
  expect(decodeBody(new Uint8Array(0), 'gzip')).toHaveLength(0)
})

test.each(['gzip', 'deflate', 'br', 'zstd'])('corrupt and cut-off %s is error 1701', async (coding) => {
  const message = expect.stringContaining(`decompression: ${coding}: `) as string
  for (const bytes of [small, large]) {
    const encoded = await encodeBody(bytes, coding)
    const cut = encoded.subarray(0, encoded.length - 9)
    expect(await decodingError(cut, coding)).toMatchObject({ code: 1701, message })
  }
  expect(await decodingError(Buffer.from('this is plain text, not compressed'), coding)).toMatchObject({ code: 1701 })
})

test.each(['gzip', 'deflate', 'br', 'zstd'])('a %s bomb is stopped at the limit', async (coding) => {
  const bomb = await encodeBody(Buffer.alloc(20_000_000), coding)
  const expected = { code: 1701, message: `decompression: ${coding}: more than 5000000 bytes of output` }
  expect(await decodingError(bomb, coding, 5_000_000)).toMatchObject(expected)
  const tiny = await encodeBody(Buffer.alloc(2000), coding)
  expect(await decodingError(tiny, coding, 1999)).toMatchObject({ code: 1701 })
  expect(await decodeBody(tiny, coding, { maxBytes: 2000 })).toHaveLength(2000)
})

test('an unknown coding and too many of them are error 1701 in a response', async () => {
  expect(await decodingError(small, 'compress')).toMatchObject({
    code: 1701,
    message: 'decompression: unknown content coding "compress"',
  })
  expect(await decodingError(small, 'gzip, constructor')).toMatchObject({ code: 1701 })
  expect(await decodingError(small, Array.from({ length: 9 }, () => 'gzip').join())).toMatchObject({ code: 1701 })
})

test.each(['compress', 'gzip, snappy', 'toString'])(
  '"%s" for a request body is refused with HTTP_COMPRESSION_UNKNOWN',
  (codings) => {
    const expected = { code: 'HTTP_COMPRESSION_UNKNOWN', hint: expect.any(String) as string }
    expect(() => encodeBody(small, codings)).toThrow(expect.objectContaining(expected))
  },
)

test('any bytes under any coding are decoded or fail with 1701', async () => {
  const coding = fc.constantFrom('gzip', 'deflate', 'br', 'zstd')
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.array(coding, { minLength: 1, maxLength: 3 }),
      async (bytes, codings) => {
        const outcome: unknown = await Promise.resolve()
          .then(() => decodeBody(bytes, codings.join()))
          .catch((error: unknown) => error)
        expect(outcome instanceof Uint8Array || (outcome as NetworkError).code === 1701).toBe(true)
      },
    ),
  )
})

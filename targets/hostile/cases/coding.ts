import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { answer, type Expectation, head, type HostileCase, rawCases } from '../case.ts'

const text = 'hello hello hello hello hello hello'
const gzip = gzipSync(text)
const deflate = deflateSync(text)
const brotli = brotliCompressSync(text)

const coded: readonly (readonly [name: string, expect: Expectation, coding: string, bytes: Buffer])[] = [
  ['gzip', 'ok', 'gzip', gzip],
  ['x-gzip', 'either', 'x-gzip', gzip],
  ['gzip-upper-case', 'ok', 'GZIP', gzip],
  ['gzip-padded', 'ok', '  gzip  ', gzip],
  ['gzip-in-two-members', 'either', 'gzip', Buffer.concat([gzipSync(text.slice(0, 9)), gzipSync(text.slice(9))])],
  ['gzip-cut', 'failed', 'gzip', gzip.subarray(0, 20)],
  ['gzip-cut-in-header', 'failed', 'gzip', gzip.subarray(0, 5)],
  ['gzip-without-trailer', 'failed', 'gzip', gzip.subarray(0, -8)],
  ['gzip-half-a-trailer', 'failed', 'gzip', gzip.subarray(0, -4)],
  ['gzip-wrong-checksum', 'failed', 'gzip', changed(gzip, gzip.length - 8)],
  ['gzip-wrong-length', 'failed', 'gzip', changed(gzip, gzip.length - 1)],
  ['gzip-wrong-magic', 'failed', 'gzip', changed(gzip, 0)],
  ['gzip-wrong-method', 'failed', 'gzip', changed(gzip, 2)],
  ['gzip-reserved-flags', 'either', 'gzip', changed(gzip, 3, 0xe0)],
  ['gzip-corrupt-data', 'failed', 'gzip', changed(gzip, 11)],
  ['gzip-with-trailing-garbage', 'either', 'gzip', Buffer.concat([gzip, Buffer.from('garbage')])],
  ['gzip-empty', 'either', 'gzip', Buffer.alloc(0)],
  ['gzip-of-nothing', 'ok', 'gzip', gzipSync('')],
  ['gzip-is-plain-text', 'failed', 'gzip', Buffer.from(text)],
  ['gzip-is-deflate', 'failed', 'gzip', deflate],
  ['gzip-twice', 'either', 'gzip, gzip', gzipSync(gzip)],
  ['gzip-twice-said-once', 'either', 'gzip', gzipSync(gzip)],
  ['gzip-said-twice', 'either', 'gzip, gzip', gzip],
  ['gzip-a-hundred-times-said', 'either', Array.from({ length: 100 }, () => 'gzip').join(', '), gzip],
  ['deflate', 'ok', 'deflate', deflate],
  ['deflate-raw', 'either', 'deflate', deflateRawSync(text)],
  ['deflate-cut', 'failed', 'deflate', deflate.subarray(0, 10)],
  ['deflate-wrong-checksum', 'failed', 'deflate', changed(deflate, deflate.length - 1)],
  ['deflate-is-gzip', 'either', 'deflate', gzip],
  ['deflate-is-plain-text', 'failed', 'deflate', Buffer.from(text)],
  ['deflate-wants-dictionary', 'failed', 'deflate', deflateSync(text, { dictionary: Buffer.from('hello') })],
  ['brotli', 'ok', 'br', brotli],
  ['brotli-cut', 'failed', 'br', brotli.subarray(0, brotli.length - 3)],
  ['brotli-corrupt', 'failed', 'br', Buffer.alloc(40, 0xff)],
  ['brotli-is-gzip', 'failed', 'br', gzip],
  ['brotli-empty', 'either', 'br', Buffer.alloc(0)],
  ['zstd-corrupt', 'either', 'zstd', Buffer.from('28b52ffd00ffffffffffffffff', 'hex')],
  ['zstd-wrong-magic', 'either', 'zstd', Buffer.from(text)],
  ['identity', 'ok', 'identity', Buffer.from(text)],
  ['empty-name', 'either', '', Buffer.from(text)],
  ['unknown', 'either', 'smoke-signals', Buffer.from(text)],
  ['compress', 'either', 'compress', Buffer.from('1f9d90', 'hex')],
  ['nonsense', 'either', ', ;=', Buffer.from(text)],
]

/** Content-codings that are broken, mislabelled, or far larger than they look. */
export const codingCases: readonly HostileCase[] = [
  ...rawCases(
    'coding',
    coded.map(([name, expect, coding, bytes]) => ({
      name,
      expect,
      ...(expect === 'ok' ? { body: name === 'gzip-of-nothing' ? '' : text } : {}),
      bytes: answer(bytes, `Content-Encoding: ${coding}`),
    })),
  ),
  ...rawCases('bomb', [
    { name: 'gzip-100-mb', expect: 'either', bytes: () => answer(gzipBomb(100), 'Content-Encoding: gzip') },
    { name: 'gzip-4-gb', expect: 'either', bytes: () => answer(gzipBomb(4096), 'Content-Encoding: gzip') },
    {
      name: 'gzip-4-gb-until-close',
      expect: 'either',
      bytes: () => Buffer.concat([head('Content-Encoding: gzip'), gzipBomb(4096)]),
    },
    { name: 'gzip-in-gzip', expect: 'either', bytes: () => answer(gzipSync(gzipBomb(1024)), 'Content-Encoding: gzip, gzip') },
    {
      name: 'deflate-200-mb',
      expect: 'either',
      bytes: () => answer(deflateSync(Buffer.alloc(200_000_000)), 'Content-Encoding: deflate'),
    },
    {
      name: 'brotli-100-mb',
      expect: 'either',
      bytes: () => answer(brotliBomb(), 'Content-Encoding: br'),
    },
  ]),
]

function brotliBomb(): Buffer {
  // The highest quality, the default, takes seconds.
  return brotliCompressSync(Buffer.alloc(100_000_000), { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
}

/** Members of 1 MB each: gzip lets them follow one another, so a bomb of any size costs one compression. */
function gzipBomb(megabytes: number): Buffer {
  const member = gzipSync(Buffer.alloc(1_048_576))
  return Buffer.concat(Array.from({ length: megabytes }, () => member))
}

function changed(bytes: Buffer, index: number, bits = 0xff): Buffer {
  const copy = Buffer.from(bytes)
  copy[index] = (copy[index] ?? 0) ^ bits
  return copy
}

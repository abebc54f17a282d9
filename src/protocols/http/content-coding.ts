import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { messageOf, UserError } from '../../base/user-error.ts'
import { NetworkError } from '../../net/dialer.ts'
import { networkErrorCode } from '../../net/network-error.ts'
import { decodeZstd, storeZstd, ZstdTooLarge } from './zstd.ts'

type MaybePromise<T> = T | Promise<T>

/** Up to here a coding runs at once; above, on zlib's threads: a pause of a millisecond would delay every other VU. */
const maxSyncBytes = 65_536
/** A small body that grows past this is decoded on zlib's threads after all. */
const maxSyncOutputBytes = 1_048_576
const defaultMaxBytes = 268_435_456
/** More stacked codings than anybody needs; RFC 9110 sets no limit, memory does. */
const maxCodings = 8

const brotliCompress = promisify<Uint8Array, zlib.BrotliOptions, Uint8Array>(zlib.brotliCompress)

const encoders = {
  gzip: [zlib.gzipSync, promisify<Uint8Array, Uint8Array>(zlib.gzip)],
  deflate: [zlib.deflateSync, promisify<Uint8Array, Uint8Array>(zlib.deflate)],
  br: [
    (bytes: Uint8Array) => zlib.brotliCompressSync(bytes, brotliOptions(bytes)),
    (bytes: Uint8Array) => brotliCompress(bytes, brotliOptions(bytes)),
  ],
  zstd: [storeZstd, undefined],
} as const

/**
 * Encodes a request body with one or several codings, applied in order: `gzip`, `deflate`, `br`, `zstd` (stored, not compressed),
 * `identity`. Throws `UserError` HTTP_COMPRESSION_UNKNOWN.
 */
export function encodeBody(bytes: Uint8Array, codings: string): MaybePromise<Uint8Array> {
  return codingsOf(codings).reduce<MaybePromise<Uint8Array>>(
    (body, coding) => (body instanceof Promise ? body.then((ready) => encodeOnce(ready, coding)) : encodeOnce(body, coding)),
    bytes,
  )
}

/**
 * Undoes the value of Content-Encoding (codings in the order in which they were applied). Small bodies are decoded at once,
 * large ones off the main thread. Throws or rejects with `NetworkError` 1701 on corrupt data, an unknown coding, or more than
 * `maxBytes` (256 MB by default) of output. An empty body stays empty.
 */
export function decodeBody(
  bytes: Uint8Array,
  codings: string,
  options: { readonly maxBytes?: number } = {},
): MaybePromise<Uint8Array> {
  const maxBytes = options.maxBytes ?? defaultMaxBytes
  const applied = codingsOf(codings)
  if (applied.length > maxCodings) {
    throw new NetworkError(networkErrorCode.decompression, `decompression: more than ${maxCodings} content codings`)
  }
  if (bytes.length === 0) return bytes
  let body: MaybePromise<Uint8Array> = bytes
  for (const coding of applied.reverse()) {
    body =
      body instanceof Promise ? body.then((ready) => decodeOnce(ready, coding, maxBytes)) : decodeOnce(body, coding, maxBytes)
  }
  return body
}

function codingsOf(codings: string): string[] {
  return codings
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
}

function encodeOnce(bytes: Uint8Array, coding: string): MaybePromise<Uint8Array> {
  if (!Object.hasOwn(encoders, coding)) {
    throw new UserError('HTTP_COMPRESSION_UNKNOWN', `a request body cannot be compressed with "${coding}"`, {
      hint: 'use gzip, deflate, br or zstd, several separated by commas',
    })
  }
  const [now, later] = encoders[coding as keyof typeof encoders]
  return bytes.length <= maxSyncBytes || later === undefined ? now(bytes) : later(bytes)
}

/** Quality 11, the default, is for files that are compressed once: a hundred times the time for a tenth of the bytes. */
function brotliOptions(bytes: Uint8Array): zlib.BrotliOptions {
  return { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }
}

function decodeOnce(bytes: Uint8Array, coding: string, maxBytes: number): MaybePromise<Uint8Array> {
  const [now, later] = decoderOf(coding, bytes)
  try {
    if (bytes.length <= maxSyncBytes || later === undefined)
      return now(bytes, later === undefined ? maxBytes : Math.min(maxBytes, maxSyncOutputBytes))
  } catch (error) {
    if (later === undefined || !isTooLarge(error) || maxBytes <= maxSyncOutputBytes)
      throw decodingFailure(error, coding, maxBytes)
  }
  return later(bytes, maxBytes).catch((error: unknown) => {
    throw decodingFailure(error, coding, maxBytes)
  })
}

type Decoder = readonly [
  now: (bytes: Uint8Array, maxBytes: number) => Uint8Array,
  later: ((bytes: Uint8Array, maxBytes: number) => Promise<Uint8Array>) | undefined,
]

const gunzip = zlibDecoder(zlib.gunzipSync, promisify<Uint8Array, zlib.ZlibOptions, Uint8Array>(zlib.gunzip))
const inflate = zlibDecoder(zlib.inflateSync, promisify<Uint8Array, zlib.ZlibOptions, Uint8Array>(zlib.inflate))
const inflateRaw = zlibDecoder(zlib.inflateRawSync, promisify<Uint8Array, zlib.ZlibOptions, Uint8Array>(zlib.inflateRaw))
const brotli = zlibDecoder(
  zlib.brotliDecompressSync,
  promisify<Uint8Array, zlib.BrotliOptions, Uint8Array>(zlib.brotliDecompress),
)
const zstd: Decoder = [decodeZstd, undefined]

function decoderOf(coding: string, bytes: Uint8Array): Decoder {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return gunzip
    case 'deflate':
      // The name means zlib's wrapper, but some servers send the bare stream, as older browsers taught them.
      return hasZlibHeader(bytes) ? inflate : inflateRaw
    case 'br':
      return brotli
    case 'zstd':
      return zstd
    default:
      throw new NetworkError(networkErrorCode.decompression, `decompression: unknown content coding "${coding.slice(0, 40)}"`)
  }
}

function zlibDecoder(
  now: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array,
  later: (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>,
): Decoder {
  return [
    (bytes, maxOutputLength) => now(bytes, { maxOutputLength }),
    (bytes, maxOutputLength) => later(bytes, { maxOutputLength }),
  ]
}

/** RFC 1950: method 8, a window of at most 32 KB, and a check over the two bytes. */
function hasZlibHeader(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes
  return (method & 0x0f) === 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 === 0
}

function isTooLarge(error: unknown): boolean {
  return error instanceof ZstdTooLarge || (error as { readonly code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
}

function decodingFailure(cause: unknown, coding: string, maxBytes: number): NetworkError {
  const why = isTooLarge(cause) ? `more than ${maxBytes} bytes of output` : messageOf(cause)
  return new NetworkError(networkErrorCode.decompression, `decompression: ${coding}: ${why}`, { cause })
}

import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { contentTypes, type Exchange, Refusal } from '../exchange.ts'
import type { RouteSpec } from '../router.ts'
import { headShape } from './echo.ts'

type Compress = (body: Buffer) => Promise<Buffer>

/** Node has zstd from 22.15 on; the types of the oldest supported version do not know it. */
const zstdCompress = (zlib as { zstdCompress?: (body: Buffer, done: (error: Error | null, result: Buffer) => void) => void })
  .zstdCompress

/** Content-coded answers, and base64 as a path. */
export const encodingRoutes: readonly RouteSpec[] = [
  compressedRoute('/gzip', 'gzip', 'gzipped', promisify<Buffer, Buffer>(zlib.gzip)),
  compressedRoute('/deflate', 'deflate', 'deflated', promisify<Buffer, Buffer>(zlib.deflate)),
  compressedRoute('/brotli', 'br', 'brotli', promisify<Buffer, Buffer>(zlib.brotliCompress)),
  ...(zstdCompress === undefined ? [] : [compressedRoute('/zstd', 'zstd', 'zstd', promisify<Buffer, Buffer>(zstdCompress))]),
  { pattern: '/base64/{data}', answer: (exchange) => answerBase64(exchange, 'decode', exchange.params[0] ?? '') },
  {
    pattern: '/base64/{operation}/{data}',
    answer: (exchange) => answerBase64(exchange, exchange.params[0] ?? '', exchange.params[1] ?? ''),
  },
]

/** Compresses whatever `Accept-Encoding` says, as go-httpbin does; `?bytes=N` pads the body before compression. */
function compressedRoute(pattern: string, coding: string, flag: string, compress: Compress): RouteSpec {
  const answer = async (exchange: Exchange): Promise<void> => {
    const padding = Number(exchange.search.get('bytes') ?? 0)
    if (!(padding >= 0 && padding <= 100_000_000)) throw new Refusal(400, 'invalid bytes: not in range [0, 100000000]')
    // go-httpbin leaves the URL empty here.
    const shape = { ...headShape(exchange), url: '', [flag]: true, ...(padding > 0 ? { padding: 'x'.repeat(padding) } : {}) }
    const text = JSON.stringify(shape, undefined, 2)
    const body = await compress(Buffer.from(`${text}\n`))
    if (!exchange.isOver) exchange.reply(200, contentTypes.json, body, ['Content-Encoding', coding])
  }
  return { pattern, answer }
}

function answerBase64(exchange: Exchange, operation: string, data: string): void {
  if (operation !== 'encode' && operation !== 'decode') throw new Refusal(400, `invalid operation: ${operation}`)
  if (operation === 'decode' && !/^[\w+/-]*={0,2}$/.test(data)) throw new Refusal(400, 'no base64')
  const result = operation === 'encode' ? Buffer.from(Buffer.from(data).toString('base64url')) : Buffer.from(data, 'base64')
  exchange.reply(200, contentTypes.text, result)
}

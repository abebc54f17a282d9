import { contentTypes, type Exchange, Refusal } from '../exchange.ts'
import type { RouteSpec } from '../router.ts'
import { Random } from '../../random.ts'
import { queryValues, requestHeaders, requestUrl } from './echo.ts'
import { queryNumber, wholeNumber } from './parameter.ts'

const maxBytes = 1_000_000_000
const blockBytes = 65_536

/** Bodies of any size, in one piece or many. */
export const streamRoutes: readonly RouteSpec[] = [
  { pattern: '/bytes/{count}', answer: answerBytes },
  { pattern: '/stream-bytes/{count}', answer: answerStreamBytes },
  { pattern: '/stream/{count}', answer: answerStream },
  { pattern: '/range/{count}', answer: answerRange },
  { pattern: '/trailers', answer: answerTrailers },
]

/** Random bytes; the same for the same `seed`, which is 0 when absent. */
async function answerBytes(exchange: Exchange): Promise<void> {
  const count = byteCount(exchange)
  const block = randomBlock(exchange)
  if (count <= block.length) {
    exchange.reply(200, contentTypes.binary, block.subarray(0, count))
    return
  }
  exchange.open(200, ['Content-Type', contentTypes.binary, 'Content-Length', String(count)])
  await writeRepeated(exchange, block, { count, pieceBytes: block.length })
}

/** The same bytes in chunks of `chunk_size`. */
async function answerStreamBytes(exchange: Exchange): Promise<void> {
  const count = byteCount(exchange)
  const pieceBytes = queryNumber(exchange, 'chunk_size', { min: 1, max: blockBytes, fallback: 10_240 })
  exchange.open(200, ['Content-Type', contentTypes.binary])
  await writeRepeated(exchange, randomBlock(exchange), { count, pieceBytes })
}

async function writeRepeated(
  exchange: Exchange,
  block: Buffer,
  { count, pieceBytes }: { count: number; pieceBytes: number },
): Promise<void> {
  for (let sent = 0; sent < count; ) {
    const start = sent % block.length
    const piece = block.subarray(start, start + Math.min(pieceBytes, count - sent))
    if (!(await exchange.write(piece))) return
    sent += piece.length
  }
  exchange.end()
}

function byteCount(exchange: Exchange): number {
  return wholeNumber(exchange.params[0] ?? '', { name: 'byte count', min: 0, max: maxBytes })
}

const unseededBlock = blockFor(0)

function randomBlock(exchange: Exchange): Buffer {
  const seed = exchange.search.get('seed')
  if (seed === null) return unseededBlock
  return blockFor(wholeNumber(seed, { name: 'seed', min: 0, max: 2 ** 32 - 1 }))
}

function blockFor(seed: number): Buffer {
  const random = new Random(seed)
  const block = Buffer.allocUnsafe(blockBytes)
  for (let index = 0; index < block.length; index += 2) block.writeUInt16LE(Math.floor(random.next() * 65_536), index)
  return block
}

/** Up to 100 lines of JSON, a chunk each. */
async function answerStream(exchange: Exchange): Promise<void> {
  const count = Math.min(100, wholeNumber(exchange.params[0] ?? '', { name: 'count', min: 1, max: 1_000_000 }))
  const shape = {
    args: queryValues(exchange),
    headers: requestHeaders(exchange),
    origin: exchange.origin,
    url: requestUrl(exchange),
  }
  exchange.open(200, ['Content-Type', contentTypes.json])
  for (let id = 0; id < count; id++) {
    if (!(await exchange.write(`${JSON.stringify({ id, ...shape })}\n`))) return
  }
  exchange.end()
}

/** The alphabet over and over, with one byte range on request (RFC 9110 §14). */
function answerRange(exchange: Exchange): void {
  const count = wholeNumber(exchange.params[0] ?? '', { name: 'count', min: 1, max: 10_000_000 })
  const headers = ['ETag', `"range${count}"`, 'Accept-Ranges', 'bytes']
  const range = /^bytes=(\d*)-(\d*)$/.exec(exchange.header('range') ?? '')
  if (range === null || (range[1] === '' && range[2] === '')) {
    exchange.reply(200, contentTypes.text, alphabet(0, count), headers)
    return
  }
  const [, first = '', last = ''] = range
  const start = first === '' ? Math.max(0, count - Number(last)) : Number(first)
  const end = first === '' || last === '' ? count - 1 : Math.min(Number(last), count - 1)
  if (start > end) {
    exchange.reply(416, contentTypes.text, '', [...headers, 'Content-Range', `bytes */${count}`])
    return
  }
  exchange.reply(206, contentTypes.text, alphabet(start, end + 1), [
    ...headers,
    'Content-Range',
    `bytes ${start}-${end}/${count}`,
  ])
}

function alphabet(from: number, to: number): Buffer {
  const body = Buffer.allocUnsafe(to - from)
  for (let index = 0; index < body.length; index++) body[index] = 97 + ((from + index) % 26)
  return body
}

/** A chunked answer whose query parameters come back as trailers. */
async function answerTrailers(exchange: Exchange): Promise<void> {
  const names = [...exchange.search.keys()]
  const bad = names.find(
    (name) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /^(content-|host$|te$|trailer$|transfer-encoding$|set-cookie$)/i.test(name),
  )
  if (bad !== undefined) throw new Refusal(400, `forbidden trailer: ${bad}`)
  exchange.open(200, ['Content-Type', contentTypes.json, ...(names.length > 0 ? ['Trailer', names.join(', ')] : [])])
  if (!(await exchange.write(`${JSON.stringify({ args: queryValues(exchange) }, undefined, 2)}\n`))) return
  const trailers = Object.fromEntries([...exchange.search].map(([name, value]) => [name, value.replace(/[^\x20-\x7e]/g, '')]))
  exchange.response.addTrailers(trailers)
  exchange.end()
}

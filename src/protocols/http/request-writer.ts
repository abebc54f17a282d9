import { once } from 'node:events'
import type { Socket } from 'node:net'
import { messageOf } from '../../base/user-error.ts'
import { NetworkError } from '../../net/dialer.ts'
import type { Exchange } from './exchange.ts'

const brokenBodyCode = 1000

/** Longer bodies go out piece by piece, so that what is counted as sent is what the socket took, should an answer cut it short. */
const pieceBytes = 262_144

/**
 * Writes a request whose body does not stand behind its head. `done` is called once: without an argument when the kernel
 * has taken everything, with an error when the script's stream failed. Errors of the socket go to its own listeners.
 */
export function writeBody(socket: Socket, exchange: Exchange, done: (error?: NetworkError) => void): void {
  const body = exchange.sentBody
  exchange.sentBytes += exchange.head.length
  if (body?.bytes !== undefined && body.bytes.length <= pieceBytes) {
    exchange.sentBytes += body.bytes.length
    exchange.requestBodyBytes = body.bytes.length
    socket.cork()
    socket.write(exchange.head, 'latin1')
    socket.write(body.bytes, () => done())
    socket.uncork()
    return
  }
  socket.write(exchange.head, 'latin1')
  const pieces = body?.bytes === undefined ? body?.stream : piecesOf(body.bytes)
  if (pieces === undefined) return done()
  pump(socket, exchange, pieces, body?.lengthBytes).then(
    () => done(),
    (error: unknown) =>
      done(error instanceof NetworkError ? error : new NetworkError(brokenBodyCode, `request body: ${messageOf(error)}`)),
  )
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
}

/** Reads the pieces as fast as the socket drains, no faster. */
async function pump(
  socket: Socket,
  exchange: Exchange,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  length: number | undefined,
): Promise<void> {
  for await (const piece of pieces) {
    if (socket.destroyed || !Number.isNaN(exchange.endMs)) return
    if (piece.length === 0) continue
    exchange.requestBodyBytes += piece.length
    if (length !== undefined && exchange.requestBodyBytes > length) break
    if (!writePiece(socket, exchange, piece, length === undefined)) await drained(socket)
  }
  if (length !== undefined && exchange.requestBodyBytes !== length) {
    throw new NetworkError(brokenBodyCode, 'request body: the stream does not have the length it was said to have')
  }
  if (socket.destroyed) return
  const last = length === undefined ? '0\r\n\r\n' : ''
  exchange.sentBytes += last.length
  await new Promise<void>((resolve) => void socket.write(last, 'latin1', () => resolve()))
}

function writePiece(socket: Socket, exchange: Exchange, piece: Uint8Array, isChunked: boolean): boolean {
  exchange.sentBytes += piece.length
  if (!isChunked) return socket.write(piece)
  const size = `${piece.length.toString(16)}\r\n`
  exchange.sentBytes += size.length + 2
  socket.cork()
  socket.write(size, 'latin1')
  socket.write(piece)
  const isBelowMark = socket.write('\r\n', 'latin1')
  socket.uncork()
  return isBelowMark
}

/** Resolves when the socket wants more or is gone. */
async function drained(socket: Socket): Promise<void> {
  if (socket.destroyed) return
  const over = new AbortController()
  try {
    await Promise.race([once(socket, 'drain', { signal: over.signal }), once(socket, 'close', { signal: over.signal })])
  } finally {
    over.abort()
  }
}

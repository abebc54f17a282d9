import type { Socket } from 'node:net'
import { type Dialed, NetworkError } from '../../net/dialer.ts'
import { networkErrorOf } from '../../net/network-error.ts'
import { ChunkedDecoder, type ChunkSink } from '../../net/http1-chunked.ts'
import { type Http1Head, maxHeadBytes, parseHead } from '../../net/http1-head.ts'
import { BodyBuffer } from './body-buffer.ts'
import type { Carrier, Exchange } from './exchange.ts'
import type { Origin } from './origin.ts'
import { writeBody } from './request-writer.ts'
import type { Slab } from './slab.ts'

/** Who uses a connection: told of each exchange's end, once. */
export interface ConnectionOwner {
  /** The whole response is in; the connection is idle again, or closed. */
  received(exchange: Exchange): void
  /** The exchange failed and the connection is closed. `isStale`: it had served before and the server said nothing this time. */
  broke(exchange: Exchange, error: NetworkError, isStale: boolean): void
  /** The connection is gone: forget it. */
  closed(connection: Http1Connection): void
}

/** What all connections of a worker share: scratch space and limits. */
export interface ConnectionScratch {
  readonly head: Http1Head
  readonly slab: Slab
  /** Most bytes of a response body that is kept. */
  readonly maxBodyBytes: number
  readonly noConnectionReuse: boolean
}

const state = { dialing: 0, idle: 1, head: 2, length: 3, chunked: 4, untilClose: 5, closed: 6 } as const

/** More interim (1xx) responses than any server has a reason for. */
const maxInterimCount = 32

/** "generic" in the table of error codes: what has no number of its own. */
const brokenProtocolCode = 1000

/**
 * One HTTP/1.1 connection that carries one exchange at a time. Bytes come in through `read`, straight from the shared
 * read buffer; what must outlive the call is copied. Whatever breaks the protocol fails the exchange and closes.
 */
export class Http1Connection implements Carrier, ChunkSink {
  readonly origin: Origin
  readonly #owner: ConnectionOwner
  readonly #scratch: ConnectionScratch
  #socket: Socket | undefined
  #dialed: Dialed | undefined
  #dialing: AbortController | undefined
  #exchange: Exchange | undefined
  #state: number = state.dialing
  #servedCount = 0
  #isReusable = true
  #isRequestSent = false
  #interimCount = 0
  #leftBytes = 0
  /** Socket-level bytes that are accounted for (TLS only; plain sockets are counted as we go). */
  #countedRead = 0
  #countedWritten = 0
  /** The start of a head that has not come in full. */
  #partialHead: BodyBuffer | undefined
  #chunks: ChunkedDecoder | undefined
  #body: BodyBuffer | undefined

  constructor(origin: Origin, owner: ConnectionOwner, scratch: ConnectionScratch) {
    this.origin = origin
    this.#owner = owner
    this.#scratch = scratch
  }

  get isIdle(): boolean {
    return this.#state === state.idle
  }

  get isClosed(): boolean {
    return this.#state === state.closed
  }

  /** Reserves a connection that is being dialled for an exchange; `dialing` ends the attempt when nobody wants it any more. */
  reserve(exchange: Exchange, dialing: AbortController): void {
    this.#dialing = dialing
    this.#exchange = exchange
    exchange.carrier = this
  }

  /** Takes over a dialled socket. Returns false, and closes it, when nobody wants it any more. */
  attach(dialed: Dialed): boolean {
    const { socket } = dialed
    this.#dialing = undefined
    if (this.#state === state.closed) {
      socket.on('error', ignore)
      socket.destroy()
      return false
    }
    this.#socket = socket
    this.#dialed = dialed
    this.#state = state.idle
    socket.on('error', (error) => this.#fail(networkErrorOf(error, 'read')))
    socket.on('end', () => this.#ended())
    socket.on('close', () => this.#ended())
    return true
  }

  /** Sends a request. The connection must be idle; `nowMs` is when this starts. */
  send(exchange: Exchange, nowMs: number): void {
    const socket = this.#socket as Socket
    this.#exchange = exchange
    exchange.carrier = this
    exchange.dialed = this.#dialed
    exchange.sendStartMs = nowMs
    this.#state = state.head
    this.#interimCount = 0
    if (exchange.sentBody === undefined || exchange.isBodyInHead) {
      this.#isRequestSent = true
      exchange.sentBytes += exchange.head.length
      if (exchange.sentBody !== undefined) exchange.requestBodyBytes = exchange.sentBody.lengthBytes ?? 0
      socket.write(exchange.head, 'latin1')
      exchange.sentMs = performance.now()
      return
    }
    this.#isRequestSent = false
    writeBody(socket, exchange, (error) => {
      if (this.#exchange !== exchange) return
      if (error !== undefined) return this.#fail(error)
      this.#isRequestSent = true
      // A server may answer before it has read everything.
      if (Number.isNaN(exchange.sentMs)) exchange.sentMs = performance.now()
    })
  }

  abandon(exchange: Exchange): void {
    if (this.#exchange !== exchange) return
    this.#exchange = undefined
    this.#count(exchange)
    this.close()
  }

  close(): void {
    if (this.#state === state.closed) return
    this.#state = state.closed
    this.#socket?.destroy()
    this.#dialing?.abort()
    this.#partialHead = undefined
    this.#body = undefined
    this.#chunks = undefined
    this.#owner.closed(this)
  }

  /** Bytes `[0, length)` have come in; the buffer is the reader's again after the call. */
  read(length: number, bytes: Buffer): void {
    const exchange = this.#exchange
    if (exchange === undefined || this.#state < state.head) {
      // Nobody asked for anything: whatever it is, it must never answer the next request.
      if (this.#state !== state.closed) this.#violate('bytes that nobody asked for')
      return
    }
    const nowMs = performance.now()
    exchange.receivedBytes += length
    if (this.#state === state.head) {
      if (this.#partialHead === undefined) this.#readHead(exchange, bytes, 0, length, nowMs)
      else this.#readMoreHead(exchange, this.#partialHead, bytes, length, nowMs)
    } else this.#readBody(exchange, bytes, 0, length, nowMs)
  }

  #readHead(exchange: Exchange, bytes: Buffer, from: number, end: number, nowMs: number): void {
    const { head } = this.#scratch
    if (Number.isNaN(exchange.firstByteMs)) {
      exchange.firstByteMs = nowMs
      if (Number.isNaN(exchange.sentMs)) exchange.sentMs = nowMs
    }
    let start = from
    for (;;) {
      const next = parseHead(bytes, start, end, head)
      if (next < 0) return this.#violate(head.violation)
      if (next === 0) return this.#keepPartialHead(bytes, start, end)
      if (head.status >= 200) return this.#accept(exchange, bytes, start, next, end, nowMs)
      if (head.status === 101) return this.#violate('101 Switching Protocols, which nobody asked for')
      if (++this.#interimCount > maxInterimCount) return this.#violate('endless interim (1xx) responses')
      start = next
    }
  }

  #keepPartialHead(bytes: Buffer, start: number, end: number): void {
    const rest = new BodyBuffer(undefined)
    rest.append(bytes, start, end)
    this.#partialHead = rest
  }

  #readMoreHead(exchange: Exchange, partial: BodyBuffer, bytes: Buffer, length: number, nowMs: number): void {
    const before = partial.length
    partial.append(bytes, 0, length)
    // Parsing again and again would make a head that comes byte by byte quadratic; so large ones wait for a blank line.
    if (partial.length > 1024 && !hasBlankLine(partial.buffer, Math.max(0, before - 3), partial.length)) {
      if (partial.length > maxHeadBytes) this.#violate(`more than ${String(maxHeadBytes / 1024)} KB of headers`)
      return
    }
    this.#partialHead = undefined
    this.#readHead(exchange, partial.buffer, 0, partial.length, nowMs)
  }

  #accept(exchange: Exchange, bytes: Buffer, start: number, next: number, end: number, nowMs: number): void {
    const { head, slab } = this.#scratch
    if (next - start > maxHeadBytes) return this.#violate(`more than ${String(maxHeadBytes / 1024)} KB of headers`)
    exchange.status = head.status
    exchange.protocolIndex = head.minorVersion === 1 ? 0 : 1
    exchange.marks = head.marks
    this.#isReusable = !head.isClosing && !exchange.isClosing && !this.#scratch.noConnectionReuse
    const hasBody = head.status !== 204 && head.status !== 304 && exchange.template.method !== 'HEAD'
    const isMeasured = !hasBody || (head.contentLength >= 0 && !head.isChunked)
    const bodyLength = hasBody ? head.contentLength : 0
    if (isMeasured && end - next >= bodyLength) {
      const at = slab.copy(bytes, start, exchange.isBodyKept ? next + bodyLength : next)
      exchange.headBuffer = slab.buffer
      exchange.headStart = at
      exchange.headEnd = at + next - start
      exchange.bodyBytes = bodyLength
      if (exchange.isBodyKept && bodyLength > 0) {
        exchange.bodyBuffer = slab.buffer
        exchange.bodyStart = exchange.headEnd
        exchange.bodyEnd = exchange.headEnd + bodyLength
      }
      return this.#finish(exchange, nowMs, end - next > bodyLength)
    }
    const at = slab.copy(bytes, start, next)
    exchange.headBuffer = slab.buffer
    exchange.headStart = at
    exchange.headEnd = at + next - start
    this.#startBody(exchange, isMeasured ? bodyLength : -1)
    if (this.#exchange === exchange) this.#readBody(exchange, bytes, next, end, nowMs)
  }

  #startBody(exchange: Exchange, length: number): void {
    if (length >= 0) {
      this.#state = state.length
      this.#leftBytes = length
      if (exchange.isBodyKept && length > this.#scratch.maxBodyBytes) return this.#refuseBody()
    } else if (this.#scratch.head.isChunked) {
      this.#state = state.chunked
      this.#chunks = new ChunkedDecoder()
    } else {
      this.#state = state.untilClose
      this.#isReusable = false
    }
    if (exchange.isBodyKept) this.#body = new BodyBuffer(length >= 0 ? length : undefined)
  }

  #readBody(exchange: Exchange, bytes: Buffer, start: number, end: number, nowMs: number): void {
    if (this.#state === state.length) {
      const stop = Math.min(end, start + this.#leftBytes)
      this.#leftBytes -= stop - start
      this.body(bytes, start, stop)
      if (this.#leftBytes === 0) this.#finish(exchange, nowMs, stop < end)
    } else if (this.#state === state.chunked) {
      const chunks = this.#chunks as ChunkedDecoder
      const stop = chunks.feed(bytes, start, end, this)
      // A body over the limit has failed the exchange in between.
      if (this.#exchange !== exchange) return
      if (stop < 0) this.#violate(chunks.violation)
      else if (chunks.isDone) this.#finish(exchange, nowMs, stop < end)
    } else this.body(bytes, start, end)
  }

  /** Body bytes, framing undone. */
  body(bytes: Uint8Array, start: number, end: number): void {
    const exchange = this.#exchange
    if (exchange === undefined) return
    exchange.bodyBytes += end - start
    if (this.#body === undefined) return
    if (exchange.bodyBytes > this.#scratch.maxBodyBytes) this.#refuseBody()
    else this.#body.append(bytes, start, end)
  }

  #finish(exchange: Exchange, nowMs: number, hasSurplus: boolean): void {
    exchange.endMs = nowMs
    if (this.#body !== undefined) {
      exchange.bodyBuffer = this.#body.buffer
      exchange.bodyStart = 0
      exchange.bodyEnd = this.#body.length
      this.#body = undefined
    }
    this.#chunks = undefined
    this.#exchange = undefined
    this.#servedCount++
    this.#state = state.idle
    this.#count(exchange)
    // Surplus bytes would be taken for the next response; a half-sent request would be followed by the next one.
    if (!this.#isReusable || hasSurplus || !this.#isRequestSent) this.close()
    this.#owner.received(exchange)
  }

  /** TLS: the socket knows what went over the wire; handshake bytes belong to the first exchange. */
  #count(exchange: Exchange): void {
    const dialed = this.#dialed
    if (dialed === undefined || !this.origin.isTls) return
    const read = dialed.bytesRead()
    const written = dialed.bytesWritten()
    exchange.receivedBytes = read - this.#countedRead
    exchange.sentBytes = written - this.#countedWritten
    this.#countedRead = read
    this.#countedWritten = written
  }

  #ended(): void {
    const exchange = this.#exchange
    if (exchange === undefined || this.#state === state.closed) return this.close()
    if (this.#state === state.untilClose) {
      this.#finish(exchange, performance.now(), false)
      return
    }
    const text = Number.isNaN(exchange.firstByteMs) ? 'the server closed the connection without a response' : 'response cut off'
    this.#fail(new NetworkError(brokenProtocolCode, text))
  }

  #violate(violation: string): void {
    this.#fail(new NetworkError(brokenProtocolCode, `bad response: ${violation}`))
  }

  #refuseBody(): void {
    const megabytes = Math.floor(this.#scratch.maxBodyBytes / 1_048_576)
    const hint = "set responseType 'none' to discard it"
    this.#fail(new NetworkError(brokenProtocolCode, `response body over ${String(megabytes)} MB: ${hint}`))
  }

  #fail(error: NetworkError): void {
    const exchange = this.#exchange
    const isStale = this.#servedCount > 0 && exchange !== undefined && Number.isNaN(exchange.firstByteMs)
    this.#exchange = undefined
    if (exchange !== undefined) this.#count(exchange)
    this.close()
    if (exchange !== undefined) this.#owner.broke(exchange, error, isStale)
  }
}

function hasBlankLine(bytes: Buffer, start: number, end: number): boolean {
  for (let at = bytes.indexOf(10, start); at >= 0 && at < end - 1; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10 || (bytes[at + 1] === 13 && at + 2 < end && bytes[at + 2] === 10)) return true
  }
  return false
}

function ignore(): void {
  // The socket is being thrown away; its last words do not matter.
}

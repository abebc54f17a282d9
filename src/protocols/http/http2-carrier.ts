import type { Dialed, NetworkError } from '../../net/dialer.ts'
import { networkErrorOf } from '../../net/network-error.ts'
import { headMark } from '../../net/http1-head.ts'
import type { Carrier, Exchange } from './exchange.ts'
import { type Http2Call, type Http2Exchange, type Http2Transport, openHttp2 } from './http2-transport.ts'

/** Told of each exchange's end, once. */
export interface Http2Owner {
  received(exchange: Exchange): void
  broke(exchange: Exchange, error: NetworkError, isStale: boolean): void
}

export interface Http2CarrierOptions {
  readonly maxBodyBytes: number
  /** Close after the first exchange. */
  readonly isSingleUse: boolean
}

const http2ProtocolIndex = 2
const marksByName: Readonly<Record<string, number>> = {
  'content-encoding': headMark.contentEncoding,
  'set-cookie': headMark.setCookie,
  location: headMark.location,
  'www-authenticate': headMark.wwwAuthenticate,
}

/** Carries the exchanges of one VU and origin over one HTTP/2 connection, several at once. */
export class Http2Carrier implements Carrier {
  readonly #owner: Http2Owner
  readonly #dialed: Dialed
  readonly #transport: Http2Transport
  readonly #options: Http2CarrierOptions
  readonly #calls = new Map<Exchange, Http2Call>()
  #countedRead = 0
  #countedWritten = 0

  constructor(owner: Http2Owner, dialed: Dialed, options: Http2CarrierOptions) {
    this.#owner = owner
    this.#dialed = dialed
    this.#options = options
    this.#transport = openHttp2(dialed, { nowMs: () => performance.now() })
  }

  get isOpen(): boolean {
    return this.#transport.isOpen
  }

  send(exchange: Exchange): void {
    const { template, sentBody } = exchange
    exchange.carrier = this
    exchange.dialed = this.#dialed
    const call = this.#transport.exchange({
      method: template.method,
      scheme: template.origin.isTls ? 'https' : 'http',
      authority: exchange.host ?? template.origin.authority,
      path: template.target.target,
      headers: exchange.requestHeaders,
      body: sentBody?.bytes ?? sentBody?.stream,
      isBodyKept: exchange.isBodyKept,
      maxBodyBytes: this.#options.maxBodyBytes,
    })
    this.#calls.set(exchange, call)
    call.response.then(
      (result) => this.#answered(exchange, result),
      (error: unknown) => this.#failed(exchange, error),
    )
  }

  abandon(exchange: Exchange): void {
    const call = this.#calls.get(exchange)
    this.#calls.delete(exchange)
    call?.cancel(new Error('the request was given up'))
  }

  close(): void {
    this.#transport.close()
  }

  #answered(exchange: Exchange, result: Http2Exchange): void {
    if (!this.#calls.delete(exchange)) return
    exchange.status = result.status
    exchange.protocolIndex = http2ProtocolIndex
    exchange.rawHeaders = result.rawHeaders
    for (let index = 0; index < result.rawHeaders.length; index += 2) {
      exchange.marks |= marksByName[result.rawHeaders[index] as string] ?? 0
    }
    if (result.body.length > 0) {
      exchange.bodyBuffer = result.body
      exchange.bodyEnd = result.body.length
    }
    exchange.bodyBytes = result.bodyBytes
    exchange.requestBodyBytes = result.sentBodyBytes
    exchange.sendStartMs = result.startedAtMs
    exchange.sentMs = result.sentAtMs
    exchange.firstByteMs = result.firstByteAtMs
    exchange.endMs = result.endedAtMs
    this.#count(exchange)
    if (this.#options.isSingleUse) this.close()
    this.#owner.received(exchange)
  }

  #failed(exchange: Exchange, error: unknown): void {
    if (!this.#calls.delete(exchange)) return
    this.#count(exchange)
    this.#owner.broke(exchange, networkErrorOf(error, 'read'), false)
  }

  /** Streams share the connection: what went over the wire since the last count goes to the exchange that ends. */
  #count(exchange: Exchange): void {
    const read = this.#dialed.bytesRead()
    const written = this.#dialed.bytesWritten()
    exchange.receivedBytes = read - this.#countedRead
    exchange.sentBytes = written - this.#countedWritten
    this.#countedRead = read
    this.#countedWritten = written
  }
}

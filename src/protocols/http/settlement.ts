import { NetworkError } from '../../net/dialer.ts'
import { headMark } from '../../net/http1-head.ts'
import { networkErrorOf } from '../../net/network-error.ts'
import type { ClientContext } from '../context.ts'
import { decodeBody } from './content-coding.ts'
import type { Exchange } from './exchange.ts'
import { debugResponse } from './http-debug.ts'
import { type NextHop, nextHop } from './next-hop.ts'
import type { PendingList } from './pending-list.ts'
import { headerValues, rawHeadersOf } from './response.ts'
import type { HttpShared } from './shared.ts'
import type { CookieStore } from './types.ts'

/** What settling needs of its client. */
export interface SettlementOwner {
  readonly jar: CookieStore
  /** Sends the next hop of a call; `exchange` itself is over. */
  follow(exchange: Exchange, hop: NextHop): void
}

const noResponseIndex = 3

/** The way back of an exchange: cookies, decoding, samples, the next hop, and at last the script's promise. */
export class Settlement {
  readonly #context: ClientContext
  readonly #shared: HttpShared
  readonly #pending: PendingList
  readonly #owner: SettlementOwner

  constructor(context: ClientContext, shared: HttpShared, pending: PendingList, owner: SettlementOwner) {
    this.#context = context
    this.#shared = shared
    this.#pending = pending
    this.#owner = owner
  }

  /** A whole response has come in. */
  received(exchange: Exchange): void {
    if (exchange.isSettled) return
    exchange.carrier = undefined
    const { marks } = exchange
    try {
      if ((marks & headMark.setCookie) !== 0) this.#keepCookies(exchange)
    } catch (error) {
      // A cookie store of the script's own: its mistake is the script's to see, not the socket's.
      return this.reject(exchange, error)
    }
    if ((marks & headMark.contentEncoding) !== 0 && exchange.bodyEnd > exchange.bodyStart) this.#decode(exchange)
    else this.#conclude(exchange)
  }

  /** No (whole, valid) response: counted, and told to the script as status 0. */
  fail(exchange: Exchange, error: NetworkError): void {
    if (exchange.isSettled) return
    completeTimes(exchange, performance.now())
    exchange.carrier = undefined
    exchange.status = 0
    exchange.protocolIndex = noResponseIndex
    exchange.isExpected = false
    exchange.error = error.message
    exchange.errorCode = error.code
    exchange.headBuffer = undefined
    exchange.rawHeaders = undefined
    exchange.bodyBuffer = undefined
    if (error.isLocal) this.#context.record(this.#shared.localSocketErrors, 1, exchange.tags)
    exchange.template.name.seriesOf(exchange.tags, exchange).record(exchange, false)
    this.#warn(exchange, error)
    const { spec } = exchange
    if (spec.throwOnError ?? this.#shared.settings.throwOnError) {
      const text = `${spec.method} ${exchange.template.target.label}: ${error.message}`
      return this.reject(exchange, new NetworkError(error.code, text, { cause: error, isLocal: error.isLocal }))
    }
    this.#settle(exchange)
  }

  /** The call ends without a response and without a sample: a mistake in the spec, an interruption. */
  reject(exchange: Exchange, reason: unknown): void {
    if (exchange.isSettled) return
    exchange.isSettled = true
    this.#pending.remove(exchange)
    if (!Number.isNaN(exchange.sendStartMs) && Number.isNaN(exchange.endMs)) {
      this.#shared.samples.recordTraffic(exchange.tags, exchange.sentBytes, exchange.receivedBytes)
    }
    exchange.reject(reason)
  }

  #keepCookies(exchange: Exchange): void {
    const jar = exchange.spec.jar ?? this.#owner.jar
    jar.receive(exchange.template.target.url, headerValues(rawHeadersOf(exchange), 'set-cookie'))
  }

  #decode(exchange: Exchange): void {
    const codings = headerValues(rawHeadersOf(exchange), 'content-encoding').join(', ')
    const body = (exchange.bodyBuffer as Uint8Array).subarray(exchange.bodyStart, exchange.bodyEnd)
    try {
      const decoded = decodeBody(body, codings)
      if (!(decoded instanceof Promise)) return this.#decoded(exchange, decoded)
      decoded.then(
        (bytes) => this.#decoded(exchange, bytes),
        (error: unknown) => this.fail(exchange, networkErrorOf(error, 'read')),
      )
    } catch (error) {
      this.fail(exchange, networkErrorOf(error, 'read'))
    }
  }

  #decoded(exchange: Exchange, bytes: Uint8Array): void {
    if (exchange.isSettled) return
    exchange.bodyBuffer = bytes
    exchange.bodyStart = 0
    exchange.bodyEnd = bytes.length
    this.#conclude(exchange)
  }

  #conclude(exchange: Exchange): void {
    const { status, spec } = exchange
    if (status >= 400 && status < 600) exchange.errorCode = 1000 + status
    let hop: NextHop | undefined
    try {
      exchange.isExpected = spec.isExpected === undefined ? status >= 200 && status < 400 : spec.isExpected(status)
      if (exchange.marks !== 0) hop = nextHop(exchange)
    } catch (error) {
      if (error instanceof NetworkError) return this.fail(exchange, error)
      return this.reject(exchange, error)
    }
    if (this.#shared.settings.debug !== 'off') debugResponse(this.#context, exchange, this.#shared.settings.debug)
    exchange.template.name.seriesOf(exchange.tags, exchange).record(exchange, exchange.isExpected)
    if (hop === undefined) return this.#settle(exchange)
    exchange.isSettled = true
    this.#pending.remove(exchange)
    this.#owner.follow(exchange, hop)
  }

  #settle(exchange: Exchange): void {
    exchange.isSettled = true
    this.#pending.remove(exchange)
    if (exchange.dueAtMs !== undefined) {
      // Both clocks are monotonic; the distance between now and the last byte is the same on either.
      const sinceEndMs = performance.now() - exchange.endMs
      const responseTimeMs = this.#context.clock.nowMs() - sinceEndMs - exchange.dueAtMs
      exchange.template.name.seriesOf(exchange.tags, exchange).recordResponseTime(responseTimeMs)
    }
    this.#shared.queue.push(exchange)
  }

  #warn(exchange: Exchange, error: NetworkError): void {
    if (!this.#shared.isNewText(error.message)) return
    this.#context.warn(`request failed: ${exchange.spec.method} ${exchange.template.target.label}: ${error.message}`)
  }
}

/** Phases that were never reached took no time; what lasted until the failure counts up to it. */
function completeTimes(exchange: Exchange, nowMs: number): void {
  exchange.endMs = nowMs
  if (Number.isNaN(exchange.sendStartMs)) {
    exchange.sendStartMs = nowMs
    exchange.sentMs = nowMs
    exchange.firstByteMs = nowMs
    return
  }
  if (Number.isNaN(exchange.sentMs)) exchange.sentMs = nowMs
  if (Number.isNaN(exchange.firstByteMs)) exchange.firstByteMs = nowMs
}

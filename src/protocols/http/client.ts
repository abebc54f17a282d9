import type { Dialed } from '../../net/dialer.ts'
import { NetworkError } from '../../net/dialer.ts'
import { networkErrorCode, networkErrorOf } from '../../net/network-error.ts'
import { type Expirable, WheelEntry } from '../../net/timer-wheel.ts'
import type { AttachedClient, ClientContext } from '../context.ts'
import { runBatch } from './batch.ts'
import { ConnectionPool } from './connection-pool.ts'
import { createCookieJar } from './cookie-jar.ts'
import { Exchange, type HopContent } from './exchange.ts'
import { debugRequest } from './http-debug.ts'
import { type ConnectionOwner, Http1Connection } from './http1-connection.ts'
import { Http2Carrier } from './http2-carrier.ts'
import type { NextHop } from './next-hop.ts'
import type { Origin, ProxyLookup } from './origin.ts'
import { PendingList } from './pending-list.ts'
import { contentOf, serialise } from './request-preparation.ts'
import { Settlement, type SettlementOwner } from './settlement.ts'
import type { HttpShared } from './shared.ts'
import type { CookieStore, HttpClient, HttpRequestSpec, HttpResponse } from './types.ts'

export { createHttpShared, type HttpShared } from './shared.ts'

type Resolve = (response: HttpResponse) => void
type Reject = (reason: unknown) => void

/** The dialler's own limit; the request's deadline comes from the wheel and has a code of its own. */
const dialTimeoutMs = 30_000
const alpnWithHttp2 = ['h2', 'http/1.1']
/** Sending these twice does what sending them once does (RFC 9110 §9.2.2). */
const idempotentMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** The HTTP client of one VU. Small until it is used; one connection per origin unless requests overlap. */
export function createHttpClient(context: ClientContext, shared: HttpShared): HttpClient {
  return new VuHttpClient(context, shared)
}

class VuHttpClient implements HttpClient, AttachedClient, ConnectionOwner, SettlementOwner, Expirable {
  readonly #context: ClientContext
  readonly #shared: HttpShared
  readonly #pool = new ConnectionPool()
  readonly #pending = new PendingList()
  readonly #settlement: Settlement
  #http2: Map<Origin, Http2Carrier> | undefined
  #jar: CookieStore | undefined
  #timer: WheelEntry | undefined
  #armedForMs = Number.POSITIVE_INFINITY
  #isFirstOfIteration = true
  #proxyFor: ProxyLookup | undefined

  constructor(context: ClientContext, shared: HttpShared) {
    this.#context = context
    this.#shared = shared
    this.#settlement = new Settlement(context, shared, this.#pending, this)
    context.attach(this)
  }

  get jar(): CookieStore {
    this.#jar ??= createCookieJar()
    return this.#jar
  }

  request(spec: HttpRequestSpec): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      this.#begin(spec, resolve, reject)
    })
  }

  batch(specs: readonly HttpRequestSpec[]): Promise<HttpResponse[]> {
    const { batch: limit, batchPerHost: limitPerHost } = this.#shared.settings
    return runBatch(specs, { limit, limitPerHost }, (spec) => this.request(spec))
  }

  // The way out: spec -> exchange -> content -> carrier.

  #begin(spec: HttpRequestSpec, resolve: Resolve, reject: Reject): void {
    const nowMs = performance.now()
    const tags = spec.tags === undefined ? this.#context.tags : this.#context.tagSet(this.#context.tags, spec.tags)
    const { settings, templates } = this.#shared
    this.#proxyFor ??= (host, port) => this.#context.dialer.httpProxyFor(host, port)
    let template
    try {
      template = templates.of(spec.method, spec.url, spec.name, this.#proxyFor)
    } catch (error) {
      if (!(error instanceof NetworkError)) return reject(error)
      const exchange = new Exchange(spec, templates.unsendable(spec.method, spec.url, spec.name), tags, nowMs, resolve, reject)
      return this.#settlement.fail(exchange, error)
    }
    const exchange = new Exchange(spec, template, tags, nowMs, resolve, reject)
    exchange.isBodyKept = spec.responseType === undefined ? !settings.discardResponseBodies : spec.responseType !== 'none'
    exchange.redirectsLeft = spec.redirects ?? settings.maxRedirects
    if (this.#isFirstOfIteration) {
      this.#isFirstOfIteration = false
      exchange.dueAtMs = this.#context.dueAtMs
    }
    this.#pending.add(exchange)
    // Waiting for the rate limit is our own doing: the timeout starts behind it.
    if (this.#shared.limiter === undefined) this.#arm(exchange, nowMs, nowMs + (spec.timeoutMs ?? settings.timeoutMs))
    if (isPlain(spec) && !template.hasUserInfo && spec.jar === undefined && this.#jar === undefined)
      return this.#enter(exchange, nowMs)
    this.#prepare(exchange)
  }

  #prepare(exchange: Exchange): void {
    try {
      const content = contentOf(exchange.spec)
      if (!(content instanceof Promise)) return this.#dress(exchange, content)
      content.then(
        (packed) => this.#dress(exchange, packed),
        (error: unknown) => this.#settlement.reject(exchange, error),
      )
    } catch (error) {
      this.#settlement.reject(exchange, error)
    }
  }

  #dress(exchange: Exchange, content: HopContent): void {
    if (exchange.isSettled) return
    try {
      serialise(exchange, content, this.#shared.settings, exchange.spec.jar ?? this.#jar)
    } catch (error) {
      return this.#settlement.reject(exchange, error)
    }
    this.#enter(exchange, performance.now())
  }

  /** Through the rate limiter, if there is one. */
  #enter(exchange: Exchange, nowMs: number): void {
    const { limiter, settings } = this.#shared
    if (settings.debug !== 'off') debugRequest(this.#context, exchange, settings.debug)
    if (limiter === undefined) return this.#dispatch(exchange, nowMs)
    limiter.enter(() => {
      if (exchange.isSettled) return
      const startMs = performance.now()
      if (Number.isNaN(exchange.deadlineMs))
        this.#arm(exchange, startMs, startMs + (exchange.spec.timeoutMs ?? settings.timeoutMs))
      this.#dispatch(exchange, startMs)
    })
  }

  #dispatch(exchange: Exchange, nowMs: number): void {
    const { origin } = exchange.template
    exchange.startedMs = nowMs
    const idle = exchange.isRetry ? undefined : this.#pool.idle(origin)
    if (idle !== undefined) return idle.send(exchange, nowMs)
    const http2 = this.#http2?.get(origin)
    if (http2?.isOpen === true) return http2.send(exchange)
    this.#dial(exchange, origin)
  }

  #dial(exchange: Exchange, origin: Origin): void {
    const { dialer, localAddress } = this.#context
    const connection = new Http1Connection(origin, this, this.#shared.scratch)
    const { host, port } = origin.proxy ?? origin
    const dialing = new AbortController()
    connection.reserve(exchange, dialing)
    this.#pool.add(connection)
    const target = {
      host,
      port,
      tls: origin.isTls,
      ...(origin.isTls && this.#shared.settings.isHttp2Enabled ? { alpn: alpnWithHttp2 } : undefined),
      onRead: (length: number, buffer: Buffer): void => connection.read(length, buffer),
    }
    try {
      if (origin.proxy !== undefined) dialer.permit(origin.host, origin.port)
    } catch (error) {
      return this.#dialFailed(connection, exchange, error)
    }
    dialer
      .dial(target, { signal: dialing.signal, timeoutMs: dialTimeoutMs, localAddress })
      .then((dialed) => this.#dialed(connection, exchange, dialed))
      .catch((error: unknown) => this.#dialFailed(connection, exchange, error))
  }

  #dialed(connection: Http1Connection, exchange: Exchange, dialed: Dialed): void {
    const nowMs = performance.now()
    exchange.blockedMs = nowMs - exchange.startedMs
    exchange.lookupMs = dialed.lookupMs
    exchange.connectMs = dialed.connectMs
    exchange.tlsMs = dialed.tlsMs
    if (dialed.alpn !== 'h2' || connection.isClosed) {
      if (connection.attach(dialed)) connection.send(exchange, nowMs)
      return
    }
    this.#pool.remove(connection)
    const { origin } = exchange.template
    const known = this.#http2?.get(origin)
    const { maxBodyBytes, noConnectionReuse } = this.#shared.scratch
    const carrier = new Http2Carrier(this, dialed, { maxBodyBytes, isSingleUse: noConnectionReuse })
    if (noConnectionReuse) return carrier.send(exchange)
    if (known?.isOpen === true) {
      // Two requests dialled at once: one connection is enough.
      carrier.close()
      return known.send(exchange)
    }
    this.#http2 ??= new Map()
    this.#http2.set(origin, carrier)
    carrier.send(exchange)
  }

  #dialFailed(connection: Http1Connection, exchange: Exchange, error: unknown): void {
    if (exchange.isSettled) return
    exchange.carrier = undefined
    this.#pool.remove(connection)
    exchange.blockedMs = performance.now() - exchange.startedMs
    this.#settlement.fail(exchange, networkErrorOf(error, 'dial'))
  }
  // The way back, told by what carries the exchange.

  received(exchange: Exchange): void {
    const { settings } = this.#shared
    if (this.#pool.size > 1) this.#pool.trim(exchange.template.origin, Math.max(1, settings.batchPerHost))
    this.#settlement.received(exchange)
  }

  broke(exchange: Exchange, error: NetworkError, isStale: boolean): void {
    const isRepeatable = idempotentMethods.has(exchange.template.method) && exchange.sentBody?.stream === undefined
    if (!isStale || exchange.isRetry || !isRepeatable || exchange.isSettled) return this.#settlement.fail(exchange, error)
    // The server closed a kept connection just as we used it: no answer of the target, so not its failure either.
    const { startedMs, tags, sentBytes, receivedBytes } = exchange
    this.#shared.samples.recordTraffic(tags, sentBytes, receivedBytes)
    exchange.rewind()
    this.#dispatch(exchange, startedMs)
  }

  closed(connection: Http1Connection): void {
    this.#pool.remove(connection)
  }

  follow(previous: Exchange, hop: NextHop): void {
    const { spec, tags, resolve, reject } = previous
    const nowMs = performance.now()
    const { templates } = this.#shared
    let template
    try {
      template = templates.of(hop.method, hop.url, spec.name, this.#proxyFor as ProxyLookup)
    } catch (error) {
      const lost = new Exchange(spec, templates.unsendable(hop.method, hop.url, spec.name), tags, nowMs, resolve, reject)
      return this.#settlement.fail(lost, networkErrorOf(error, 'dial'))
    }
    const exchange = new Exchange(spec, template, tags, nowMs, resolve, reject)
    exchange.isBodyKept = previous.isBodyKept
    exchange.dueAtMs = previous.dueAtMs
    exchange.redirectsLeft = previous.redirectsLeft - (hop.type === 'redirect' ? 1 : 0)
    exchange.isDigestAnswer = hop.type === 'digest'
    this.#pending.add(exchange)
    this.#arm(exchange, nowMs, previous.deadlineMs)
    this.#dress(exchange, hop.content)
  }

  // Time and life cycle.

  /** Sets an exchange's deadline. The wheel is touched only when it is sooner than what the wheel waits for anyway. */
  #arm(exchange: Exchange, nowMs: number, deadlineMs: number): void {
    exchange.deadlineMs = deadlineMs
    if (deadlineMs >= this.#armedForMs) return
    this.#armedForMs = deadlineMs
    this.#timer ??= new WheelEntry(this)
    this.#shared.wheel.arm(this.#timer, deadlineMs - nowMs, nowMs)
  }

  expired(): void {
    const nowMs = performance.now()
    let soonestMs = Number.POSITIVE_INFINITY
    for (const exchange of this.#pending.all()) {
      // Not a number: not sent yet, waiting for the rate limit.
      if (Number.isNaN(exchange.deadlineMs)) continue
      if (exchange.deadlineMs > nowMs) soonestMs = Math.min(soonestMs, exchange.deadlineMs)
      else {
        exchange.carrier?.abandon(exchange)
        this.#settlement.fail(exchange, new NetworkError(networkErrorCode.requestTimeout, 'request timeout'))
      }
    }
    this.#armedForMs = soonestMs
    if (this.#timer !== undefined && soonestMs < Number.POSITIVE_INFINITY)
      this.#shared.wheel.arm(this.#timer, soonestMs - nowMs, nowMs)
  }

  iterationEnded(): void {
    this.#isFirstOfIteration = true
    const { settings } = this.#shared
    if (!settings.noCookiesReset) this.#jar?.clear()
    if (settings.noVuConnectionReuse) this.#closeAll()
  }

  interrupted(reason: Error): void {
    for (const exchange of this.#pending.all()) {
      exchange.carrier?.abandon(exchange)
      this.#settlement.reject(exchange, reason)
    }
  }

  retired(): void {
    this.interrupted(new Error('the VU has ended'))
    this.#closeAll()
    if (this.#timer !== undefined) this.#shared.wheel.cancel(this.#timer)
    this.#armedForMs = Number.POSITIVE_INFINITY
  }

  #closeAll(): void {
    this.#pool.close()
    if (this.#http2 === undefined) return
    for (const carrier of this.#http2.values()) carrier.close()
    this.#http2 = undefined
  }
}

/** Nothing beyond method and URL: the template's head is the request. */
function isPlain(spec: HttpRequestSpec): boolean {
  return (
    spec.headers === undefined &&
    (spec.body === undefined || spec.body === null) &&
    spec.auth === undefined &&
    spec.cookies === undefined
  )
}

import type { TagSetId } from '../../metrics/definition.ts'
import type { Dialed, NetworkError } from '../../net/dialer.ts'
import type { RequestTemplate } from './request-template.ts'
import type { HopResult, HopTimes } from './samples.ts'
import type { HttpAuth, HttpRequestSpec, HttpResponse } from './types.ts'

/** What carries an exchange at the moment: a connection, a stream, a queue. */
export interface Carrier {
  /** Gives the exchange up at once, without a word to its owner; nothing half-read may be used again. */
  abandon(exchange: Exchange): void
}

/** What one hop sends beyond its method and URL. */
export interface HopContent {
  /** The script's headers: name, value, … */
  readonly headers: readonly string[]
  readonly body: SentBody | undefined
  readonly contentType: string | undefined
  readonly contentEncoding: string | undefined
  readonly auth: HttpAuth | undefined
  /** A ready Authorization value, which wins over `auth`: the answer to a digest challenge. */
  readonly authorization: string | undefined
  readonly cookies: HttpRequestSpec['cookies']
}

/** A request body as it is sent. */
export interface SentBody {
  readonly bytes: Uint8Array | undefined
  readonly stream: AsyncIterable<Uint8Array> | undefined
  /** `undefined` for a stream of unknown length, which is sent chunked. */
  readonly lengthBytes: number | undefined
  /** What `request.body` of the response shows. */
  readonly shown: string | Uint8Array | null
}

/**
 * One hop: a request and its response, with the promise levers of the script's call, which travel on to the next hop of a
 * redirect. A plain record, because the hot path makes one per request and many hands write into it.
 */
export class Exchange implements HopTimes, HopResult {
  readonly spec: HttpRequestSpec
  readonly template: RequestTemplate
  readonly tags: TagSetId
  readonly resolve: (response: HttpResponse) => void
  readonly reject: (reason: unknown) => void
  /** Neighbours in the owner's list of what is pending. */
  next: Exchange | undefined = undefined
  previous: Exchange | undefined = undefined
  carrier: Carrier | undefined = undefined
  isSettled = false
  /** Due time of the iteration, when this is its first request in an open model. */
  dueAtMs: number | undefined = undefined
  deadlineMs = Number.NaN
  redirectsLeft = 0
  isRetry = false
  isDigestAnswer = false

  /** Request head as Latin-1 text, with a small body behind it already. */
  head: string
  sentBody: SentBody | undefined = undefined
  isBodyInHead = false
  /** All headers but Host as sent: name, value, … */
  requestHeaders: readonly string[]
  /** What a next hop may have to send again; `undefined` when there is nothing beyond method and URL. */
  content: HopContent | undefined = undefined
  /** A Host other than the origin's. */
  host: string | undefined = undefined
  isBodyKept = true
  /** The request asks to end the connection. */
  isClosing = false

  startedMs: number
  blockedMs = 0
  lookupMs = 0
  connectMs = 0
  tlsMs = 0
  sendStartMs = Number.NaN
  sentMs = Number.NaN
  firstByteMs = Number.NaN
  endMs = Number.NaN
  sentBytes = 0
  receivedBytes = 0
  requestBodyBytes = 0

  dialed: Dialed | undefined = undefined
  status = 0
  protocolIndex = 3
  marks = 0
  headBuffer: Buffer | undefined = undefined
  headStart = 0
  headEnd = 0
  /** Header list of an HTTP/2 response, or the parsed one of HTTP/1. */
  rawHeaders: readonly string[] | undefined = undefined
  bodyBuffer: Uint8Array | undefined = undefined
  bodyStart = 0
  bodyEnd = 0
  bodyBytes = 0
  isExpected = false
  error = ''
  errorCode = 0
  cause: NetworkError | undefined = undefined

  constructor(
    spec: HttpRequestSpec,
    template: RequestTemplate,
    tags: TagSetId,
    startedMs: number,
    resolve: (response: HttpResponse) => void,
    reject: (reason: unknown) => void,
  ) {
    this.spec = spec
    this.template = template
    this.tags = tags
    this.startedMs = startedMs
    this.resolve = resolve
    this.reject = reject
    this.head = template.plainHead
    this.requestHeaders = template.plainHeaders
  }

  get tlsVersion(): string | undefined {
    return this.dialed?.tlsVersion
  }

  get remoteAddress(): string {
    return this.dialed?.remoteAddress ?? ''
  }

  /** Back to the state before sending, for a silent second attempt on another connection. The traffic so far is forgotten. */
  rewind(): void {
    this.isRetry = true
    this.carrier = undefined
    this.sendStartMs = Number.NaN
    this.sentMs = Number.NaN
    this.firstByteMs = Number.NaN
    this.dialed = undefined
    this.status = 0
    this.sentBytes = 0
    this.receivedBytes = 0
    this.requestBodyBytes = 0
    this.bodyBytes = 0
    this.headBuffer = undefined
    this.bodyBuffer = undefined
  }
}

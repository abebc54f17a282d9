import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { EndedRequest } from './control/traffic.ts'
import type { Route } from './router.ts'

/** A request of either protocol version; only what both have is used. */
export type AnyRequest = IncomingMessage | Http2ServerRequest
/** A response of either protocol version. */
export type AnyResponse = ServerResponse | Http2ServerResponse

/** Header names and values one after the other, as `['Content-Type', 'text/html']`. */
export type FlatHeaders = readonly string[]

/** Thrown by a route: answered with this status and go-httpbin's error shape. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly headers: FlatHeaders

  constructor(status: number, detail: string, headers: FlatHeaders = []) {
    super(detail)
    this.status = status
    this.headers = headers
  }
}

export const contentTypes = {
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  binary: 'application/octet-stream',
} as const

const empty = Buffer.alloc(0)
const noSearch = new URLSearchParams()

/** One request and its answer, over HTTP/1.1 or HTTP/2, with the counts that `/counters` is made of. */
export class Exchange implements EndedRequest {
  readonly request: AnyRequest
  readonly response: AnyResponse
  readonly route: string
  readonly routeIndex: number
  readonly method: string
  /** Without the query, not decoded. */
  readonly path: string
  /** Values of the pattern's `{names}` in order, decoded. */
  readonly params: readonly string[]
  /** When the head was complete, on `performance.now()`. */
  readonly startedAtMs = performance.now()
  /** The request body; empty for routes that do not read it. */
  body: Buffer = empty
  requestBodyBytes = 0
  responseBodyBytes = 0
  status = 0
  /** True once the answer is complete or the client has left. */
  isOver = false
  readonly #queryStart: number
  /** Ends the wait of a handler that sleeps or whose client reads slowly. */
  #wake: (() => void) | undefined
  #search: URLSearchParams | undefined

  constructor(request: AnyRequest, response: AnyResponse, route: Route, path: string, params: readonly string[]) {
    this.request = request
    this.response = response
    this.route = route.pattern
    this.routeIndex = route.index
    this.method = request.method ?? 'GET'
    this.path = path
    this.params = params
    this.#queryStart = path.length
  }

  /** Parsed query parameters. */
  get search(): URLSearchParams {
    const url = this.request.url ?? ''
    if (url.length === this.#queryStart) return noSearch
    return (this.#search ??= new URLSearchParams(url.slice(this.#queryStart + 1)))
  }

  /** Everything after the path, with its question mark. */
  get query(): string {
    return (this.request.url ?? '').slice(this.#queryStart)
  }

  /** One request header, by its lower-case name. */
  header(name: string): string | undefined {
    const value = this.request.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }

  get host(): string {
    return this.header('host') ?? this.header(':authority') ?? ''
  }

  get scheme(): 'http' | 'https' {
    return (this.request.socket as Partial<TLSSocket>).encrypted === true ? 'https' : 'http'
  }

  /** The client's address; IPv4 in its own notation also on a dual-stack socket. */
  get origin(): string {
    const address = this.request.socket.remoteAddress ?? ''
    return address.startsWith('::ffff:') ? address.slice(7) : address
  }

  /** Answers with a whole body of known length. */
  reply(status: number, contentType: string, body: string | Buffer, headers: FlatHeaders = []): void {
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
    const hasNoBody = status === 204 || status === 304
    const head = ['Content-Type', contentType, ...headers]
    if (!hasNoBody) head.push('Content-Length', String(length))
    this.#head(status, hasNoBody ? [...headers] : head)
    if (hasNoBody || this.method === 'HEAD') {
      this.response.end()
      return
    }
    this.responseBodyBytes = length
    this.response.end(body)
  }

  /** Answers with pretty JSON, as go-httpbin prints it. */
  json(value: unknown, status = 200, headers: FlatHeaders = []): void {
    this.reply(status, contentTypes.json, `${JSON.stringify(value, undefined, 2)}\n`, headers)
  }

  /** Answers in go-httpbin's error shape. */
  refuse(refusal: { status: number; message: string; headers?: FlatHeaders }, reason: string): void {
    const detail = refusal.message === '' ? {} : { detail: refusal.message }
    this.json({ status_code: refusal.status, error: reason, ...detail }, refusal.status, refusal.headers)
  }

  /** Starts a body that comes in pieces: of the length the headers name, else chunked. */
  open(status: number, headers: FlatHeaders): void {
    this.#head(status, [...headers])
  }

  /** Writes a piece; resolves when there is room for the next one, to `false` when the client has left. */
  async write(piece: Buffer | string): Promise<boolean> {
    if (this.isOver) return false
    if (this.method === 'HEAD') return true
    this.responseBodyBytes += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length
    if (!(this.response as ServerResponse).write(piece)) {
      await new Promise<void>((resolve) => {
        this.response.once('drain', resolve)
        this.#wake = resolve
      })
    }
    return !this.isOver
  }

  /** Ends a body that came in pieces. */
  end(): void {
    if (!this.isOver) this.response.end()
  }

  /** Waits, at most until the client leaves; resolves to `false` then. */
  async pause(ms: number): Promise<boolean> {
    if (this.isOver) return false
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    return !this.isOver
  }

  /** Called once, when the answer is complete or the client has left. */
  close(): void {
    this.isOver = true
    this.#wake?.()
  }

  #head(status: number, headers: string[]): void {
    this.status = status
    headers.push('Access-Control-Allow-Credentials', 'true', 'Access-Control-Allow-Origin', this.header('origin') ?? '*')
    if (this.request.httpVersionMajor === 1) {
      const response = this.response as ServerResponse
      // HTTP/1.1 keeps connections anyway; go-httpbin does not say so either.
      if (response.shouldKeepAlive && this.request.httpVersionMinor === 1) response.removeHeader('Connection')
      // A flat array goes to the wire without a pass through the header map.
      response.writeHead(status, headers)
      return
    }
    const map: Record<string, string | string[]> = {}
    for (let index = 0; index < headers.length; index += 2) {
      const [name, value] = [(headers[index] ?? '').toLowerCase(), headers[index + 1] ?? '']
      const known = map[name]
      map[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value]
    }
    ;(this.response as Http2ServerResponse).writeHead(status, map)
  }
}

import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import type { AnyRequest, AnyResponse } from '../exchange.ts'
import type { Target } from '../target.ts'
import { ControlError, parseControlRequest } from './control-request.ts'
import type { Fleet } from './fleet.ts'
import { sumTraffic } from './traffic.ts'

const paths = new Set(['/control', '/counters', '/latencies'])
const maxBodyBytes = 1_000_000
const json = 'application/json; charset=utf-8'

interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * The routes that steer the target and tell what it saw. They are neither counted nor slowed. Without a token they
 * answer loopback clients only; with one, every change and every remote reader has to show it.
 */
export class ControlConsole {
  readonly #target: Target
  readonly #fleet: Fleet
  readonly #token: string | undefined

  constructor(options: { target: Target; fleet: Fleet; token: string | undefined }) {
    this.#target = options.target
    this.#fleet = options.fleet
    this.#token = options.token
  }

  /** True for the paths that are served here and not by the target. */
  owns(path: string): boolean {
    return paths.has(path)
  }

  /** Answers one control request. */
  async serve(request: AnyRequest, response: AnyResponse, path: string): Promise<void> {
    const reply = await this.#reply(request, path).catch((error: unknown) => failure(500, `the target failed: ${String(error)}`))
    if (response.writableEnded || response.destroyed) return
    response.statusCode = reply.status
    response.setHeader('content-type', reply.type)
    response.setHeader('content-length', String(Buffer.byteLength(reply.body)))
    response.setHeader('cache-control', 'no-store')
    for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value)
    response.end(request.method === 'HEAD' ? '' : reply.body)
  }

  async #reply(request: AnyRequest, path: string): Promise<Reply> {
    const refusal = this.#refusal(request)
    if (refusal !== undefined) return refusal
    if (request.method === 'POST' && path === '/control') return this.#change(request)
    if (request.method !== 'GET' && request.method !== 'HEAD') return failure(405, 'GET, or POST /control')
    const search = new URLSearchParams((request.url ?? '').split('?')[1] ?? '')
    if (path === '/control') return this.#state()
    return path === '/counters' ? this.#counters() : this.#latencies(search)
  }

  #refusal(request: AnyRequest): Reply | undefined {
    const isChange = request.method !== 'GET' && request.method !== 'HEAD'
    // A web page may send to loopback too; browsers mark what it sends.
    if (isChange && request.headers.origin !== undefined) return failure(403, 'not from a web page')
    const isLocal = isLoopback(request.socket.remoteAddress ?? '')
    if (this.#token === undefined) return isLocal ? undefined : failure(403, 'from loopback only')
    if ((!isChange && isLocal) || isSame(String(request.headers['x-brunt-token'] ?? ''), this.#token)) return undefined
    return failure(403, 'send the token that the target printed at its start as x-brunt-token')
  }

  async #change(request: AnyRequest): Promise<Reply> {
    const pieces: Buffer[] = []
    let bytes = 0
    request.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= maxBodyBytes) pieces.push(piece)
    })
    await once(request, 'end')
    try {
      const input: unknown = JSON.parse(Buffer.concat(pieces).toString('utf8'))
      const change = parseControlRequest(input, (label) => this.#target.router.routes.some((route) => route.pattern === label))
      await this.#fleet.ask({ kind: 'control', request: change, atEpochMs: performance.timeOrigin + performance.now() })
      return this.#state()
    } catch (error) {
      if (error instanceof ControlError) return failure(400, error.message)
      if (error instanceof SyntaxError) return failure(400, `the body is no JSON: ${error.message}`)
      throw error
    }
  }

  #state(): Reply {
    const routeLabels = this.#target.router.routes.map((route) => route.pattern)
    return ok({ ...this.#target.controlState, routeLabels })
  }

  async #counters(): Promise<Reply> {
    const answers = await this.#fleet.ask({ kind: 'counters' })
    return ok(sumTraffic(answers.flatMap((answer) => (answer.kind === 'counters' ? [answer.snapshot] : []))))
  }

  async #latencies(search: URLSearchParams): Promise<Reply> {
    const label = search.get('route')
    const route = this.#target.router.routes.find(({ pattern }) => pattern === label)
    if (label !== null && route === undefined) return failure(400, `no route "${label}": GET /control lists the labels`)
    const answers = await this.#fleet.ask({ kind: 'latencies', routeIndex: route?.index })
    const logs = answers.flatMap((answer) => (answer.kind === 'latencies' ? [answer] : []))
    const droppedCount = logs.reduce((sum, log) => sum + log.droppedCount, 0)
    const headers = { 'x-brunt-dropped': String(droppedCount) }
    if (search.get('format') === 'f64') {
      const body = Buffer.concat(logs.map(({ ms }) => Buffer.from(ms.buffer, ms.byteOffset, ms.byteLength)))
      return { status: 200, type: 'application/octet-stream', body, headers }
    }
    const numbers = logs
      .map(({ ms }) => Array.from(ms, (value) => Math.round(value * 1e4) / 1e4).join())
      .filter((text) => text !== '')
    return { status: 200, type: json, body: `[${numbers.join()}]\n`, headers }
  }
}

function ok(value: unknown): Reply {
  return { status: 200, type: json, body: `${JSON.stringify(value, undefined, 2)}\n` }
}

function failure(status: number, error: string): Reply {
  return { status, type: json, body: `${JSON.stringify({ status_code: status, error })}\n` }
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address)
}

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}

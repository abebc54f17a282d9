import { STATUS_CODES } from 'node:http'
import { Faults, type FaultState } from './control/faults.ts'
import type { ControlRequest, ErrorSpec } from './control/control-request.ts'
import { LatencyLog } from './control/latency-log.ts'
import { Traffic, type TrafficSnapshot } from './control/traffic.ts'
import { type AnyRequest, type AnyResponse, Exchange, Refusal } from './exchange.ts'
import type { Match, Router } from './router.ts'
import { createRouter } from './routes/all.ts'

/** Larger request bodies are counted, not kept: routes that need them answer 413. */
const maxBodyBytes = 100_000_000

/** Everything injected, as `GET /control` shows it. */
export interface ControlState extends FaultState {
  readonly routes: Readonly<Record<string, FaultState>>
}

/** One process of the target: answers requests, injects what `/control` asked for, counts what really happened. */
export class Target {
  readonly router: Router
  readonly traffic = new Traffic()
  readonly latencies = new LatencyLog()
  readonly #faults: Faults
  readonly #routeFaults = new Map<string, Faults>()
  readonly #seedShift: number

  /** `secret` signs tokens; `workerIndex` (from 0) keeps the random numbers of several processes apart. */
  constructor(options: { secret: string; workerIndex: number }) {
    this.router = createRouter(options.secret)
    this.#seedShift = options.workerIndex * 1_000_003
    this.#faults = new Faults(this.#seedShift)
  }

  /** Answers one request of either protocol version. Never throws; `path` is the URL without its query. */
  serve(request: AnyRequest, response: AnyResponse, path: string): void {
    const match = this.router.find(path)
    const exchange = new Exchange(request, response, match.route, path, match.params)
    const { totals } = this.traffic
    totals.received++
    totals.inFlight++
    this.#watchEnd(exchange)
    if (hasBody(request)) this.#receiveBody(exchange, match)
    else this.#dispatch(exchange, match)
  }

  /** Applies a control request; stalls count from `atEpochMs`. */
  control(request: ControlRequest, atEpochMs: number): void {
    if (request.reset === true || request.reset === 'counters') {
      this.traffic.clear()
      this.latencies.clear()
    }
    if (request.reset === true) {
      this.#faults.clear()
      this.#routeFaults.clear()
    }
    this.#faults.apply(request, atEpochMs)
    for (const [label, change] of Object.entries(request.routes ?? {})) {
      const faults = this.#routeFaults.get(label) ?? new Faults(this.#seedShift)
      if (change === null) faults.clear()
      else faults.apply(change, atEpochMs)
      if (faults.isQuiet) this.#routeFaults.delete(label)
      else this.#routeFaults.set(label, faults)
    }
  }

  get controlState(): ControlState {
    const routes = [...this.#routeFaults].map(([label, faults]) => [label, faults.state] as const)
    return { ...this.#faults.state, routes: Object.fromEntries(routes) }
  }

  get trafficSnapshot(): TrafficSnapshot {
    return { rows: this.traffic.rows, totals: { ...this.traffic.totals }, latenciesDropped: this.latencies.droppedCount }
  }

  #watchEnd(exchange: Exchange): void {
    const { response } = exchange
    let isComplete = false
    // Node emits 'finish' also on an HTTP/2 stream that was reset; there the reset code decides.
    response.on('finish', () => (isComplete = !isReset(exchange)))
    response.on('close', () => {
      exchange.close()
      this.traffic.totals.inFlight--
      this.traffic.count(exchange, !isComplete)
      if (isComplete) this.latencies.record(performance.now() - exchange.startedAtMs, exchange.routeIndex)
    })
  }

  /** A body is always read to its end before the answer, so that the counters hold all of it. */
  #receiveBody(exchange: Exchange, match: Match): void {
    const keeps = match.route.readsBody === true
    const pieces: Buffer[] = []
    exchange.request.on('data', (piece: Buffer) => {
      exchange.requestBodyBytes += piece.length
      if (keeps && exchange.requestBodyBytes <= maxBodyBytes) pieces.push(piece)
    })
    exchange.request.once('end', () => {
      if (keeps && exchange.requestBodyBytes > maxBodyBytes) {
        exchange.refuse({ status: 413, message: `the body is over ${maxBodyBytes} bytes` }, 'Payload Too Large')
        return
      }
      exchange.body = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
      this.#dispatch(exchange, match)
    })
    exchange.request.once('error', () => undefined) // the 'close' of the response counts it
  }

  #dispatch(exchange: Exchange, match: Match): void {
    const routeFaults = this.#routeFaults.size === 0 ? undefined : this.#routeFaults.get(match.route.pattern)
    if (this.#faults.isQuiet && routeFaults === undefined) {
      answer(exchange, match)
      return
    }
    const error = routeFaults?.drawError() ?? this.#faults.drawError()
    const latencyMs = routeFaults?.drawLatencyMs() ?? this.#faults.drawLatencyMs() ?? 0
    const startEpochMs = performance.timeOrigin + exchange.startedAtMs
    void this.#answerLater(exchange, match, { error, dueEpochMs: startEpochMs + latencyMs })
  }

  async #answerLater(
    exchange: Exchange,
    match: Match,
    plan: { error: ErrorSpec | undefined; dueEpochMs: number },
  ): Promise<void> {
    for (;;) {
      const routeFaults = this.#routeFaults.get(match.route.pattern)
      const nowMs = performance.timeOrigin + performance.now()
      const dueMs = Math.max(plan.dueEpochMs, nowMs)
      // Asked again after each wait: a stall may have been ordered, or taken away, meanwhile.
      const releaseMs = Math.max(this.#faults.releaseEpochMs(dueMs), routeFaults?.releaseEpochMs(dueMs) ?? 0)
      // Timers tick in whole milliseconds; rounding keeps the mean of a distribution.
      const waitMs = Math.round(releaseMs - nowMs)
      if (waitMs < 1) break
      if (!(await exchange.pause(waitMs))) return
    }
    if (plan.error === undefined) answer(exchange, match)
    else injectError(exchange, plan.error)
  }
}

function answer(exchange: Exchange, { route }: Match): void {
  try {
    if (exchange.method === 'OPTIONS') preflight(exchange)
    else if (!isAllowed(exchange.method, route.methods)) refuseMethod(exchange, route.methods ?? [])
    else route.answer(exchange)?.catch((error: unknown) => answerFailure(exchange, error))
  } catch (error) {
    answerFailure(exchange, error)
  }
}

function answerFailure(exchange: Exchange, error: unknown): void {
  if (exchange.isOver) return
  // Once the head is out, only a cut can tell the client.
  if (exchange.status !== 0) exchange.request.socket.destroy()
  else if (error instanceof Refusal) exchange.refuse(error, STATUS_CODES[error.status] ?? '')
  else exchange.refuse({ status: 500, message: error instanceof Error ? error.message : String(error) }, 'Internal Server Error')
}

function refuseMethod(exchange: Exchange, allowed: readonly string[]): void {
  exchange.refuse({ status: 405, message: '', headers: ['Allow', allowed.join(', ')] }, 'Method Not Allowed')
}

function isAllowed(method: string, methods: readonly string[] | undefined): boolean {
  return methods === undefined || methods.includes(method) || (method === 'HEAD' && methods.includes('GET'))
}

function preflight(exchange: Exchange): void {
  const asked = exchange.header('access-control-request-headers')
  exchange.reply(200, 'text/plain; charset=utf-8', '', [
    'Access-Control-Allow-Methods',
    'GET, POST, HEAD, PUT, DELETE, PATCH, OPTIONS',
    'Access-Control-Max-Age',
    '3600',
    ...(asked === undefined ? [] : ['Access-Control-Allow-Headers', asked]),
  ])
}

function injectError(exchange: Exchange, error: ErrorSpec): void {
  const status = error.status ?? 500
  if (error.close === true) exchange.request.socket.destroy()
  else exchange.refuse({ status, message: 'injected by /control' }, STATUS_CODES[status] ?? '')
}

function hasBody(request: AnyRequest): boolean {
  if (request.httpVersionMajor > 1) return !(request as { stream: { endAfterHeaders?: boolean } }).stream.endAfterHeaders
  const { headers } = request
  return (
    headers['transfer-encoding'] !== undefined || (headers['content-length'] !== undefined && headers['content-length'] !== '0')
  )
}

function isReset(exchange: Exchange): boolean {
  if (exchange.request.httpVersionMajor === 1) return false
  const stream = (exchange.request as { stream: { rstCode?: number; destroyed: boolean } }).stream
  return (stream.rstCode ?? 0) !== 0
}

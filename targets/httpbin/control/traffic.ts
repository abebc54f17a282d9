/** One line of `/counters`: requests of one route, method and status. Status 0: the client left before an answer. */
export interface TrafficRow {
  readonly route: string
  readonly method: string
  readonly status: number
  /** Requests that ended, aborted ones included. */
  requests: number
  /** Those whose client left before the last byte was written. */
  aborted: number
  /** As received, without chunk framing, before any decoding. */
  requestBodyBytes: number
  /** As written, without chunk framing, after content-coding. */
  responseBodyBytes: number
}

/** Connections and messages; `open` and `inFlight` are of this moment, all else counts since the last reset. */
export interface TrafficTotals {
  connectionsOpened: number
  connectionsOpen: number
  /** Connections whose first request was to a control route: not in `connectionsOpened` and `connectionsOpen`. */
  controlConnections: number
  tlsFailed: number
  /** Bytes that were no request: answered with 400 by the parser. */
  malformedRequests: number
  /** Requests received: ended and in flight. */
  received: number
  inFlight: number
  webSocketsOpened: number
  webSocketsOpen: number
  webSocketMessagesReceived: number
  webSocketMessagesSent: number
  webSocketBytesReceived: number
  webSocketBytesSent: number
}

/** What one process counted, as it travels between processes. */
export interface TrafficSnapshot {
  readonly rows: readonly TrafficRow[]
  readonly totals: TrafficTotals
  readonly latenciesDropped: number
}

/** A request that ended, as `Traffic.count` takes it. */
export type EndedRequest = Omit<TrafficRow, 'requests' | 'aborted'>

/** Counts what the target really received and wrote. */
export class Traffic {
  readonly totals = emptyTotals()
  readonly #rowsByRoute = new Map<string, TrafficRow[]>()

  /** Counts one request that ended. */
  count(ended: EndedRequest, isAborted: boolean): void {
    const row = this.#row(ended.route, ended.method, ended.status)
    row.requests++
    if (isAborted) row.aborted++
    row.requestBodyBytes += ended.requestBodyBytes
    row.responseBodyBytes += ended.responseBodyBytes
  }

  get rows(): readonly TrafficRow[] {
    return [...this.#rowsByRoute.values()].flat()
  }

  /** Zeroes everything but what is open at this moment. */
  clear(): void {
    this.#rowsByRoute.clear()
    const { connectionsOpen, webSocketsOpen, inFlight } = this.totals
    Object.assign(this.totals, emptyTotals(), { connectionsOpen, webSocketsOpen, inFlight, received: inFlight })
  }

  #row(route: string, method: string, status: number): TrafficRow {
    let rows = this.#rowsByRoute.get(route)
    if (rows === undefined) this.#rowsByRoute.set(route, (rows = []))
    for (const row of rows) {
      if (row.status === status && row.method === method) return row
    }
    const row = { route, method, status, requests: 0, aborted: 0, requestBodyBytes: 0, responseBodyBytes: 0 }
    rows.push(row)
    return row
  }
}

/** The sum of what several processes counted, as `/counters` shows it. */
export function sumTraffic(snapshots: readonly TrafficSnapshot[]): Record<string, unknown> {
  const totals = emptyTotals()
  let latenciesDropped = 0
  const rows = new Map<string, TrafficRow>()
  for (const snapshot of snapshots) {
    latenciesDropped += snapshot.latenciesDropped
    for (const key of Object.keys(totals) as (keyof TrafficTotals)[]) totals[key] += snapshot.totals[key]
    for (const row of snapshot.rows) {
      const key = `${row.route} ${row.method} ${row.status}`
      const known = rows.get(key)
      rows.set(key, known === undefined ? { ...row } : addRows(known, row))
    }
  }
  const all = [...rows.values()].sort((a, b) => compare(a.route, b.route) || compare(a.method, b.method) || a.status - b.status)
  return present(all, totals, latenciesDropped)
}

function present(rows: readonly TrafficRow[], totals: TrafficTotals, latenciesDropped: number): Record<string, unknown> {
  const byStatus: Record<string, number> = {}
  for (const row of rows) byStatus[row.status] = (byStatus[row.status] ?? 0) + row.requests
  const total = (field: 'requests' | 'aborted' | 'requestBodyBytes' | 'responseBodyBytes'): number =>
    rows.reduce((sum, row) => sum + row[field], 0)
  return {
    received: totals.received,
    inFlight: totals.inFlight,
    requests: total('requests'),
    aborted: total('aborted'),
    requestBodyBytes: total('requestBodyBytes'),
    responseBodyBytes: total('responseBodyBytes'),
    byStatus,
    malformedRequests: totals.malformedRequests,
    latenciesDropped,
    connections: {
      opened: totals.connectionsOpened,
      open: totals.connectionsOpen,
      control: totals.controlConnections,
      tlsFailed: totals.tlsFailed,
    },
    webSockets: {
      opened: totals.webSocketsOpened,
      open: totals.webSocketsOpen,
      messagesReceived: totals.webSocketMessagesReceived,
      messagesSent: totals.webSocketMessagesSent,
      bytesReceived: totals.webSocketBytesReceived,
      bytesSent: totals.webSocketBytesSent,
    },
    routes: rows,
  }
}

function addRows(a: TrafficRow, b: TrafficRow): TrafficRow {
  return {
    ...a,
    requests: a.requests + b.requests,
    aborted: a.aborted + b.aborted,
    requestBodyBytes: a.requestBodyBytes + b.requestBodyBytes,
    responseBodyBytes: a.responseBodyBytes + b.responseBodyBytes,
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function emptyTotals(): TrafficTotals {
  return {
    connectionsOpened: 0,
    connectionsOpen: 0,
    controlConnections: 0,
    tlsFailed: 0,
    malformedRequests: 0,
    received: 0,
    inFlight: 0,
    webSocketsOpened: 0,
    webSocketsOpen: 0,
    webSocketMessagesReceived: 0,
    webSocketMessagesSent: 0,
    webSocketBytesReceived: 0,
    webSocketBytesSent: 0,
  }
}

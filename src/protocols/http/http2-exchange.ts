export interface Http2Request {
  readonly method: string
  readonly scheme: 'https' | 'http'
  /** Host, with the port when it is not the scheme's. */
  readonly authority: string
  /** Path and query. */
  readonly path: string
  /** name, value, name, value, …; connection-specific ones (Connection, Host, Transfer-Encoding, …) are left out by the transport. */
  readonly headers: readonly string[]
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined
  /** False: the response body is counted and thrown away. */
  readonly isBodyKept: boolean
  /** A kept body over this many bytes fails the exchange (code 1000). */
  readonly maxBodyBytes: number
}

/** Times are readings of the given `nowMs`. */
export interface Http2Exchange {
  readonly status: number
  /** name, value, name, value, … in lower case, without pseudo-headers. */
  readonly rawHeaders: readonly string[]
  readonly rawTrailers: readonly string[]
  /** As sent, content codings not undone; empty when it was not kept. */
  readonly body: Uint8Array
  readonly bodyBytes: number
  readonly sentBodyBytes: number
  readonly startedAtMs: number
  /** The request was handed over in full. */
  readonly sentAtMs: number
  readonly firstByteAtMs: number
  readonly endedAtMs: number
}

export interface Http2Call {
  /** Rejects with a `NetworkError` (codes 1610 to 1661 of HTTP/2, 1220, 1000) or with what `cancel` was given. */
  readonly response: Promise<Http2Exchange>
  /** Resets the stream; `response` rejects with `reason`. Nothing happens when it is settled. */
  cancel(reason: Error): void
}

/** One HTTP/2 connection; any number of exchanges at once, within what the server allows (the rest waits its turn). */
export interface Http2Transport {
  /** False once the connection is gone or going (GOAWAY): dial again for new exchanges. */
  readonly isOpen: boolean
  exchange(request: Http2Request): Http2Call
  /** Closes at once; what is pending rejects. */
  close(): void
}

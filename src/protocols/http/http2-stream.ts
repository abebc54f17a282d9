import { type ClientHttp2Stream, constants, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from 'node:http2'
import { NetworkError } from '../../net/dialer.ts'
import { networkErrorCode } from '../../net/network-error.ts'
import { streamError } from './http2-error.ts'
import type { Http2Call, Http2Exchange, Http2Request } from './http2-exchange.ts'
import { withoutPseudoHeaders } from './http2-headers.ts'

interface StreamOptions {
  readonly nowMs: () => number
  /** Why a stream that ended without a response did so. */
  readonly reason: (stream: ClientHttp2Stream, error: unknown) => NetworkError
}

const noBytes = new Uint8Array(0)

/** One exchange on its stream, from the request's first byte to the response's last. */
export class Http2Stream implements Http2Call {
  readonly response: Promise<Http2Exchange>
  readonly #stream: ClientHttp2Stream
  readonly #request: Http2Request
  readonly #nowMs: () => number
  readonly #startedAtMs: number
  readonly #chunks: Uint8Array[] = []
  #resolve!: (exchange: Http2Exchange) => void
  #reject!: (error: Error) => void
  #isSettled = false
  #status = 0
  #rawHeaders: readonly string[] = []
  #rawTrailers: readonly string[] = []
  #bodyBytes = 0
  #sentBodyBytes = 0
  #sentAtMs: number | undefined
  #firstByteAtMs = 0
  #error: unknown

  constructor(stream: ClientHttp2Stream, request: Http2Request, options: StreamOptions) {
    this.#stream = stream
    this.#request = request
    this.#nowMs = options.nowMs
    this.#startedAtMs = options.nowMs()
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    stream.on('response', (headers, _flags, raw?: string[]) => this.#onResponse(headers, raw ?? []))
    stream.on('trailers', (_headers, _flags, raw?: string[]) => {
      this.#rawTrailers = withoutPseudoHeaders(raw ?? [])
    })
    stream.on('data', (chunk: Buffer) => this.#onData(chunk))
    stream.on('end', () => this.#onEnd())
    stream.on('error', (error) => {
      this.#error = error
    })
    stream.on('close', () => {
      if (!this.#isSettled) this.#fail(options.reason(stream, this.#error))
    })
    this.#send()
  }

  cancel(reason: Error): void {
    if (this.#isSettled) return
    this.#fail(reason)
    this.#stream.close(constants.NGHTTP2_CANCEL)
  }

  #send(): void {
    const { body } = this.#request
    if (body === undefined) {
      this.#sentAtMs = this.#nowMs()
      return
    }
    this.#stream.once('finish', () => {
      this.#sentAtMs ??= this.#nowMs()
    })
    if (body instanceof Uint8Array) {
      this.#sentBodyBytes = body.length
      this.#stream.end(body)
      return
    }
    this.#sendAll(body).catch((error: unknown) => {
      this.cancel(new NetworkError(networkErrorCode.generic, 'the request body could not be read', { cause: error }))
    })
  }

  async #sendAll(body: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of body) {
      // Leaving the loop closes the source.
      if (this.#isSettled || this.#stream.destroyed || this.#stream.closed) return
      this.#sentBodyBytes += piece.length
      if (!this.#stream.write(piece)) await drained(this.#stream)
    }
    this.#stream.end()
  }

  #onResponse(headers: IncomingHttpHeaders & IncomingHttpStatusHeader, raw: readonly string[]): void {
    this.#firstByteAtMs = this.#nowMs()
    this.#status = headers[':status'] ?? 0
    this.#rawHeaders = withoutPseudoHeaders(raw)
  }

  #onData(chunk: Buffer): void {
    this.#bodyBytes += chunk.length
    if (!this.#request.isBodyKept) return
    if (this.#bodyBytes > this.#request.maxBodyBytes) {
      this.cancel(
        new NetworkError(networkErrorCode.generic, `the response body is larger than ${this.#request.maxBodyBytes} bytes`),
      )
      return
    }
    this.#chunks.push(chunk)
  }

  #onEnd(): void {
    // A reset or a lost connection also ends the stream: `close` brings the reason.
    if (this.#isSettled || this.#status === 0 || this.#stream.aborted || this.#stream.rstCode !== constants.NGHTTP2_NO_ERROR)
      return
    if (!this.#isWhole()) return this.#fail(streamError(constants.NGHTTP2_PROTOCOL_ERROR))
    this.#isSettled = true
    const endedAtMs = this.#nowMs()
    this.#resolve({
      status: this.#status,
      rawHeaders: this.#rawHeaders,
      rawTrailers: this.#rawTrailers,
      body: joined(this.#chunks),
      bodyBytes: this.#bodyBytes,
      sentBodyBytes: this.#sentBodyBytes,
      startedAtMs: this.#startedAtMs,
      // A server may answer before it has read everything.
      sentAtMs: Math.min(this.#sentAtMs ?? this.#firstByteAtMs, this.#firstByteAtMs),
      firstByteAtMs: this.#firstByteAtMs,
      endedAtMs,
    })
    if (!this.#stream.writableFinished) this.#stream.close(constants.NGHTTP2_NO_ERROR)
  }

  /** Node leaves this rule (RFC 9113 §8.1.1) to the application. */
  #isWhole(): boolean {
    if (this.#request.method === 'HEAD' || this.#status === 204 || this.#status === 304) return true
    for (let index = 0; index < this.#rawHeaders.length; index += 2) {
      if (this.#rawHeaders[index] === 'content-length' && Number(this.#rawHeaders[index + 1]) !== this.#bodyBytes) return false
    }
    return true
  }

  #fail(error: Error): void {
    this.#isSettled = true
    this.#chunks.length = 0
    this.#reject(error)
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 0) return noBytes
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks)
}

/** Resolves when more may be written, or the stream is gone. */
function drained(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.on('drain', done)
    stream.on('close', done)
  })
}

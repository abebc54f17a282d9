import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import { type Dialed, NetworkError } from '../../net/dialer.ts'
import { networkErrorCode, networkErrorOf } from '../../net/network-error.ts'
import { connectionError, goAwayError, streamError } from './http2-error.ts'
import type { Http2Call, Http2Exchange, Http2Request, Http2Transport } from './http2-exchange.ts'
import { http2Headers } from './http2-headers.ts'
import { Http2Stream } from './http2-stream.ts'

export type { Http2Call, Http2Exchange, Http2Request, Http2Transport } from './http2-exchange.ts'

/** What a server may send on one stream before we acknowledge: a window that does not slow a load generator down. */
const streamWindowBytes = 1_048_576
const connectionWindowBytes = 16_777_216

/** Speaks HTTP/2 on a connection whose ALPN result is `h2`. Owns the socket from here on. */
export function openHttp2(dialed: Dialed, options: { readonly nowMs: () => number }): Http2Transport {
  return new Http2Session(dialed, options.nowMs)
}

class Http2Session implements Http2Transport {
  readonly #session: ClientHttp2Session
  readonly #nowMs: () => number
  #socketError: unknown
  #sessionError: unknown
  #goAwayCode: number | undefined
  #isExhausted = false

  constructor(dialed: Dialed, nowMs: () => number) {
    this.#nowMs = nowMs
    dialed.socket.on('error', (error) => {
      this.#socketError = error
    })
    this.#session = connect('https://localhost', {
      createConnection: () => dialed.socket,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes },
    })
    this.#session.on('error', (error) => {
      this.#sessionError = error
    })
    this.#session.on('goaway', (code) => {
      this.#goAwayCode = code
    })
    this.#session.once('connect', () => {
      if (!this.#session.destroyed) this.#session.setLocalWindowSize(connectionWindowBytes)
    })
  }

  get isOpen(): boolean {
    return !this.#session.closed && !this.#session.destroyed && this.#goAwayCode === undefined && !this.#isExhausted
  }

  exchange(request: Http2Request): Http2Call {
    let stream: ClientHttp2Stream
    try {
      stream = this.#session.request(http2Headers(request), { endStream: request.body === undefined })
    } catch (error) {
      return failedCall(this.#refusal(error))
    }
    return new Http2Stream(stream, request, { nowMs: this.#nowMs, reason: (ended, error) => this.#reasonOf(ended, error) })
  }

  close(): void {
    this.#session.destroy()
  }

  #refusal(error: unknown): NetworkError {
    const code = (error as { readonly code?: string }).code
    if (code === 'ERR_HTTP2_OUT_OF_STREAMS') this.#isExhausted = true
    if (this.#goAwayCode !== undefined) return goAwayError(this.#goAwayCode, error)
    return networkErrorOf(error, 'write')
  }

  /** The most telling of what is known: a broken socket, the server's goodbye, our own complaint, the stream's reset. */
  #reasonOf(stream: ClientHttp2Stream, error: unknown): NetworkError {
    if (this.#socketError !== undefined) return networkErrorOf(this.#socketError, 'read')
    if (this.#goAwayCode !== undefined) return goAwayError(this.#goAwayCode, error)
    // A session that dies of an error hands it to its streams first.
    const fatal = this.#sessionError ?? (this.#session.destroyed ? error : undefined)
    if (fatal !== undefined) return isHttp2Error(fatal) ? connectionError(codeOf(fatal), fatal) : networkErrorOf(fatal, 'read')
    const code = stream.rstCode ?? constants.NGHTTP2_NO_ERROR
    if (code !== constants.NGHTTP2_NO_ERROR && !this.#session.destroyed) return streamError(code, error)
    return new NetworkError(networkErrorCode.generic, 'http2: the connection was closed before the response was complete', {
      cause: error,
    })
  }
}

function isHttp2Error(error: unknown): boolean {
  return (error as { readonly code?: string }).code?.startsWith('ERR_HTTP2_') === true
}

/** Node reports protocol violations by nghttp2's negative numbers, other session errors in words that end in the code. */
function codeOf(error: unknown): number {
  const { errno, message = '' } = error as { readonly errno?: number; readonly message?: string }
  if (errno !== undefined) return constants.NGHTTP2_PROTOCOL_ERROR
  const number = /code (\d+)$/.exec(message)?.[1]
  return number === undefined ? constants.NGHTTP2_INTERNAL_ERROR : Number(number)
}

function failedCall(error: NetworkError): Http2Call {
  const response = Promise.reject<Http2Exchange>(error)
  return { response, cancel: () => undefined }
}

import { STATUS_CODES } from 'node:http'
import { inspect } from 'node:util'
import { readHeaders, readReason } from '../../net/http1-head.ts'
import type { Exchange } from './exchange.ts'
import { headerRecord } from './header-fields.ts'
import { protocolNames } from './samples.ts'
import type { HttpResponse, HttpTimings } from './types.ts'

const empty: readonly string[] = Object.freeze([])

/** The headers of what came back: name, value, …; parsed on first use and kept. */
export function rawHeadersOf(exchange: Exchange): readonly string[] {
  if (exchange.rawHeaders !== undefined) return exchange.rawHeaders
  const { headBuffer } = exchange
  exchange.rawHeaders = headBuffer === undefined ? empty : readHeaders(headBuffer, exchange.headStart, exchange.headEnd)
  return exchange.rawHeaders
}

/** Every value of a header, in order. */
export function headerValues(list: readonly string[], lowerCaseName: string): string[] {
  const values: string[] = []
  for (let index = 0; index < list.length; index += 2) {
    if ((list[index] as string).toLowerCase() === lowerCaseName) values.push(list[index + 1] as string)
  }
  return values
}

/** A response that stays bytes until somebody asks. Whatever was asked for once is remembered. */
export class LazyResponse implements HttpResponse {
  readonly #exchange: Exchange
  #headers: Record<string, string> | undefined
  #body: string | Uint8Array | undefined

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  get status(): number {
    return this.#exchange.status
  }

  get statusText(): string {
    const { headBuffer, headStart, headEnd } = this.#exchange
    if (headBuffer !== undefined) return readReason(headBuffer, headStart, headEnd)
    return STATUS_CODES[this.#exchange.status] ?? ''
  }

  get protocol(): string {
    return protocolNames[this.#exchange.protocolIndex] ?? ''
  }

  get url(): string {
    return this.#exchange.template.target.label
  }

  get headers(): Readonly<Record<string, string>> {
    this.#headers ??= headerRecord(rawHeadersOf(this.#exchange))
    return this.#headers
  }

  get rawHeaders(): readonly string[] {
    return rawHeadersOf(this.#exchange)
  }

  get body(): string | Uint8Array | null {
    if (this.#body !== undefined) return this.#body
    const { bodyBuffer, bodyStart, bodyEnd, spec, status, isBodyKept } = this.#exchange
    if (status === 0 || !isBodyKept) return null
    if (bodyBuffer === undefined) this.#body = spec.responseType === 'binary' ? new Uint8Array(0) : ''
    else if (spec.responseType === 'binary') this.#body = new Uint8Array(bodyBuffer.subarray(bodyStart, bodyEnd))
    else this.#body = Buffer.from(bodyBuffer.buffer, bodyBuffer.byteOffset + bodyStart, bodyEnd - bodyStart).toString('utf8')
    return this.#body
  }

  get bodyBytes(): number {
    return this.#exchange.bodyBytes
  }

  get timings(): HttpTimings {
    const { blockedMs, lookupMs, connectMs, tlsMs, sendStartMs, sentMs, firstByteMs, endMs } = this.#exchange
    return {
      blocked: blockedMs,
      lookup: lookupMs,
      connecting: connectMs,
      tls: tlsMs,
      sending: sentMs - sendStartMs,
      waiting: firstByteMs - sentMs,
      receiving: endMs - firstByteMs,
      duration: endMs - sendStartMs,
    }
  }

  get error(): string {
    return this.#exchange.error
  }

  get errorCode(): number {
    return this.#exchange.errorCode
  }

  get remoteAddress(): string {
    return this.#exchange.remoteAddress
  }

  get remotePort(): number {
    return this.#exchange.dialed?.remotePort ?? 0
  }

  get tlsVersion(): string | undefined {
    return this.#exchange.tlsVersion
  }

  get tlsCipher(): string | undefined {
    return this.#exchange.dialed?.tlsCipher
  }

  get request(): HttpResponse['request'] {
    const { template, requestHeaders, sentBody } = this.#exchange
    return {
      method: template.method,
      url: template.target.label,
      headers: headerRecord(requestHeaders),
      body: sentBody?.shown ?? null,
    }
  }

  header(name: string): string | undefined {
    const wanted = name.toLowerCase()
    const list = rawHeadersOf(this.#exchange)
    for (let index = 0; index < list.length; index += 2) {
      const each = list[index] as string
      if (each.length === wanted.length && each.toLowerCase() === wanted) return list[index + 1]
    }
    return undefined
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- lets the caller name the type once, at the call
  json<T = unknown>(): T {
    const { body } = this
    if (body === null) {
      throw new SyntaxError(`${this.url} has no body to parse: ${this.error === '' ? 'it was discarded' : this.error}`)
    }
    const text = typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
    try {
      return JSON.parse(text) as T
    } catch (error) {
      const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text
      throw new SyntaxError(
        `the body of ${this.url} (status ${String(this.status)}) is not JSON: ${shown === '' ? 'it is empty' : shown}`,
        {
          cause: error,
        },
      )
    }
  }

  /** What `JSON.stringify` and the console show. */
  toJSON(): object {
    const { status, statusText, protocol, url, headers, body, timings, error, errorCode } = this
    return { status, statusText, protocol, url, headers, body, timings, error, errorCode }
  }

  [inspect.custom](): object {
    return this.toJSON()
  }
}

import { parseDurationMs } from '../base/duration.ts'
import { UserError } from '../base/user-error.ts'
import type { Tags } from '../metrics/definition.ts'
import { createHttpClient, createHttpShared } from '../protocols/http/client.ts'
import type { HttpShared } from '../protocols/http/client.ts'
import type {
  CookieStore,
  HttpAuth,
  HttpBody,
  HttpClient,
  HttpRequestSpec,
  HttpResponse,
  MultipartPart,
  ResponseType,
} from '../protocols/http/types.ts'
import type { Vu } from '../vu/vu.ts'
import type { Duration } from './scenario.ts'

/** What may be said about one request beyond URL and body. */
export interface RequestOptions {
  headers?: Record<string, string | number | readonly string[]>
  /** Cookies for this request only. */
  cookies?: Record<string, string>
  /** One name for many URLs, in metrics and reports. */
  name?: string
  tags?: Tags
  /** 60s by default. */
  timeout?: Duration
  /** Most redirects to follow; 10 by default, 0 returns the first 3xx. */
  redirects?: number
  responseType?: ResponseType
  auth?: HttpAuth
  /** Codings for the request body: `gzip`, `deflate`, `br`, `zstd`. */
  compression?: string
  /** Reject on errors instead of resolving with status 0. */
  throw?: boolean
  /** Which statuses are expected: `http_req_failed` counts the others. 200 to 399 by default. */
  expected?: (status: number) => boolean
  jar?: CookieStore
}

export interface BatchItem extends RequestOptions {
  url: string
  method?: string
  body?: HttpBody
}

export interface Http {
  get(url: string, options?: RequestOptions): Promise<HttpResponse>
  head(url: string, options?: RequestOptions): Promise<HttpResponse>
  options(url: string, body?: HttpBody | null, options?: RequestOptions): Promise<HttpResponse>
  post(url: string, body?: HttpBody | null, options?: RequestOptions): Promise<HttpResponse>
  put(url: string, body?: HttpBody | null, options?: RequestOptions): Promise<HttpResponse>
  patch(url: string, body?: HttpBody | null, options?: RequestOptions): Promise<HttpResponse>
  delete(url: string, body?: HttpBody | null, options?: RequestOptions): Promise<HttpResponse>
  request(method: string, url: string, body?: HttpBody | null, options?: RequestOptions): Promise<HttpResponse>
  /** Many at once; the answers stand in the order of the requests. */
  batch(requests: readonly (string | BatchItem)[]): Promise<HttpResponse[]>
  /** Sends `value` as JSON with its content type. */
  postJson(url: string, value: unknown, options?: RequestOptions): Promise<HttpResponse>
  /** A file for a multipart body: `http.post(url, { multipart: [http.file('photo', bytes, 'a.png', 'image/png')] })`. */
  file(name: string, value: string | Uint8Array, filename?: string, contentType?: string): MultipartPart
  /** A predicate for `expected`: `http.statuses(404, { min: 200, max: 299 })`. */
  statuses(...expected: readonly (number | { readonly min: number; readonly max: number })[]): (status: number) => boolean
  /** This VU's cookies; emptied after each iteration unless `noCookiesReset`. */
  readonly jar: CookieStore
}

const sharedKey = Symbol('http')

/** One per VU. Methods live on the prototype; the client is made at the first request. @internal */
export class VuHttp implements Http {
  readonly #vu: Vu
  #client: HttpClient | undefined

  constructor(vu: Vu) {
    this.#vu = vu
  }

  get(url: string, options?: RequestOptions): Promise<HttpResponse> {
    return this.request('GET', url, undefined, options)
  }
  head(url: string, options?: RequestOptions): Promise<HttpResponse> {
    return this.request('HEAD', url, undefined, options)
  }
  options(url: string, body?: HttpBody | null, options?: RequestOptions): Promise<HttpResponse> {
    return this.request('OPTIONS', url, body, options)
  }
  post(url: string, body?: HttpBody | null, options?: RequestOptions): Promise<HttpResponse> {
    return this.request('POST', url, body, options)
  }
  put(url: string, body?: HttpBody | null, options?: RequestOptions): Promise<HttpResponse> {
    return this.request('PUT', url, body, options)
  }
  patch(url: string, body?: HttpBody | null, options?: RequestOptions): Promise<HttpResponse> {
    return this.request('PATCH', url, body, options)
  }
  delete(url: string, body?: HttpBody | null, options?: RequestOptions): Promise<HttpResponse> {
    return this.request('DELETE', url, body, options)
  }

  request(method: string, url: string, body?: HttpBody | null, options?: RequestOptions): Promise<HttpResponse> {
    const vu = this.#vu
    if (vu.interruption) return Promise.reject(vu.interruption)
    const client = this.#client ?? this.#open()
    return client.request(
      options === undefined && (body === undefined || body === null) ? { method, url } : specOf(method, url, body, options),
    )
  }

  async batch(requests: readonly (string | BatchItem)[]): Promise<HttpResponse[]> {
    this.#vu.throwIfInterrupted()
    const client = this.#client ?? this.#open()
    return client.batch(
      requests.map((item) =>
        typeof item === 'string' ? { method: 'GET', url: item } : specOf(item.method ?? 'GET', item.url, item.body, item),
      ),
    )
  }

  postJson(url: string, value: unknown, options?: RequestOptions): Promise<HttpResponse> {
    return this.request('POST', url, JSON.stringify(value), {
      ...options,
      headers: { 'Content-Type': 'application/json', ...options?.headers },
    })
  }

  file(name: string, value: string | Uint8Array, filename?: string, contentType?: string): MultipartPart {
    return { name, value, filename: filename ?? name, ...(contentType === undefined ? {} : { contentType }) }
  }

  statuses(...expected: readonly (number | { readonly min: number; readonly max: number })[]): (status: number) => boolean {
    return (status) =>
      expected.some((each) => (typeof each === 'number' ? each === status : each.min <= status && status <= each.max))
  }

  get jar(): CookieStore {
    return (this.#client ?? this.#open()).jar
  }

  #open(): HttpClient {
    const vu = this.#vu
    const { plan } = vu.world
    if (vu.phase === 'init' || !plan) {
      throw new UserError('HTTP_IN_INIT', 'the script made an HTTP request in init', {
        hint: 'move it into setup() or the default function: the top level of a script runs once per VU',
      })
    }
    const shared: HttpShared = vu.world.shared(sharedKey, () =>
      createHttpShared({ ...plan.http, throwOnError: plan.throwOnError, systemTags: plan.systemTags }, vu.world.registry),
    )
    this.#client = createHttpClient(vu, shared)
    return this.#client
  }
}

function specOf(
  method: string,
  url: string,
  body: HttpBody | null | undefined,
  options: RequestOptions | undefined,
): HttpRequestSpec {
  if (options === undefined) return { method, url, body: body ?? undefined }
  return {
    method,
    url,
    body: body ?? undefined,
    name: options.name,
    headers: options.headers,
    cookies: options.cookies,
    tags: options.tags,
    timeoutMs: options.timeout === undefined ? undefined : timeoutMsOf(options.timeout),
    redirects: options.redirects,
    responseType: options.responseType,
    auth: options.auth,
    compression: options.compression,
    throwOnError: options.throw,
    isExpected: options.expected,
    jar: options.jar,
  }
}

function timeoutMsOf(timeout: Duration): number {
  const ms = parseDurationMs(timeout)
  if (ms === undefined || ms <= 0) {
    throw new UserError('HTTP_TIMEOUT_INVALID', `the request timeout ${JSON.stringify(timeout)} is not a duration`, {
      hint: "write milliseconds, or a text such as '1.5s'",
    })
  }
  return ms
}

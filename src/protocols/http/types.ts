import type { Tags } from '../../metrics/definition.ts'

/** One request as a script wants it. Everything optional is decided by `HttpSettings`. */
export interface HttpRequestSpec {
  readonly method: string
  /** Absolute, or relative to `HttpSettings.baseUrl`. */
  readonly url: string
  /** Value of the `name` tag; the URL by default. Give one name to many URLs. */
  readonly name?: string
  readonly headers?: Readonly<Record<string, string | number | readonly string[]>>
  readonly body?: HttpBody
  /** Cookies for this request only. */
  readonly cookies?: Readonly<Record<string, string>>
  readonly tags?: Tags
  readonly timeoutMs?: number
  /** Most redirects to follow; 0 returns the first 3xx. */
  readonly redirects?: number
  readonly responseType?: ResponseType
  /** `bearer` and `basic` may also be given as headers or in the URL. */
  readonly auth?: HttpAuth
  /** Content codings for the request body, applied in order: `gzip`, `deflate`, `br`, `zstd`. */
  readonly compression?: string
  /** Reject with the error instead of resolving with status 0. */
  readonly throwOnError?: boolean
  /** Which statuses are expected; decides `expected_response` and `http_req_failed`. */
  readonly isExpected?: (status: number) => boolean
  /** A jar other than the VU's. */
  readonly jar?: CookieStore
}

export type ResponseType = 'text' | 'binary' | 'none'

export type HttpAuth =
  | { readonly type: 'basic' | 'digest'; readonly username: string; readonly password: string }
  | { readonly type: 'bearer'; readonly token: string }

/**
 * text and bytes go as they are; `form` as application/x-www-form-urlencoded; `multipart` as multipart/form-data;
 * a stream is sent chunked (or with `length`), read as the socket drains.
 */
export type HttpBody =
  | string
  | Uint8Array
  | ArrayBuffer
  | { readonly form: Readonly<Record<string, string | number | boolean | readonly (string | number | boolean)[]>> }
  | { readonly multipart: readonly MultipartPart[] }
  | { readonly stream: AsyncIterable<Uint8Array>; readonly length?: number }

export interface MultipartPart {
  readonly name: string
  readonly value: string | Uint8Array
  readonly filename?: string
  readonly contentType?: string
}

/** Milliseconds per phase; `duration` is sending + waiting + receiving. */
export interface HttpTimings {
  readonly blocked: number
  readonly lookup: number
  readonly connecting: number
  readonly tls: number
  readonly sending: number
  readonly waiting: number
  readonly receiving: number
  readonly duration: number
}

export interface CookieStore {
  /** The `Cookie` header for a URL, or `undefined`. */
  header(url: URL): string | undefined
  /** Takes `Set-Cookie` values of a response from `url`; malformed and foreign ones are ignored. */
  receive(url: URL, setCookie: readonly string[]): void
  set(url: URL, name: string, value: string, attributes?: Readonly<Record<string, string>>): void
  all(url: URL): Readonly<Record<string, readonly string[]>>
  clear(): void
}

/** What came back. `status` 0 means no (whole, valid) response: see `error` and `errorCode`. Bodies and headers are decoded on first use. */
export interface HttpResponse {
  readonly status: number
  readonly statusText: string
  /** `HTTP/1.1` or `HTTP/2.0`; empty when there was no response. */
  readonly protocol: string
  /** Of the last hop. */
  readonly url: string
  /** Canonical-Case names; repeated ones joined by ", ". */
  readonly headers: Readonly<Record<string, string>>
  /** Each header as it came: name, value, name, value, … */
  readonly rawHeaders: readonly string[]
  readonly body: string | Uint8Array | null
  /** Bytes of the body as they came over the wire. */
  readonly bodyBytes: number
  readonly timings: HttpTimings
  readonly error: string
  readonly errorCode: number
  readonly remoteAddress: string
  readonly remotePort: number
  readonly tlsVersion: string | undefined
  readonly tlsCipher: string | undefined
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string | Uint8Array | null
  }
  /** Parses the body; throws a SyntaxError with a useful text when it is not JSON. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- lets the caller name the type once, at the call
  json<T = unknown>(): T
  /** The first value of a header, case-insensitive. */
  header(name: string): string | undefined
}

/** One per VU. */
export interface HttpClient {
  readonly jar: CookieStore
  /** Resolves with status 0 on errors unless `throwOnError`; rejects when the iteration is interrupted or the spec is wrong (UserError). */
  request(spec: HttpRequestSpec): Promise<HttpResponse>
  /** Many at once, within `batch` and `batchPerHost`. Order is kept. */
  batch(specs: readonly HttpRequestSpec[]): Promise<HttpResponse[]>
}

/** The part of the plan that a client needs (structurally `HttpPlan`), shared by all VUs. */
export interface HttpSettings {
  readonly baseUrl: string | undefined
  readonly userAgent: string
  readonly maxRedirects: number
  readonly timeoutMs: number
  readonly discardResponseBodies: boolean
  readonly noConnectionReuse: boolean
  readonly noVuConnectionReuse: boolean
  readonly noCookiesReset: boolean
  readonly debug: 'off' | 'headers' | 'full'
  readonly batch: number
  readonly batchPerHost: number
  readonly rps: number
  readonly isHttp2Enabled: boolean
  readonly throwOnError: boolean
  /** Tag keys that the client may set. */
  readonly systemTags: readonly string[]
}

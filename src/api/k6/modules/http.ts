import { UserError } from '../../../base/user-error.ts'
import type { HttpBody, HttpResponse } from '../../../protocols/http/types.ts'
import { VuHttp, type RequestOptions } from '../../http.ts'
import type { K6Module } from '../host.ts'

/** What a script may say about one request. */
interface Params extends RequestOptions {
  readonly cookies?: Record<string, string>
}

/** The module `k6/http`: requests that block. */
export const httpModule: K6Module = (vu, host) => {
  const http = new VuHttp(vu)
  const send = (method: string, url: unknown, body: unknown, params: Params | null | undefined): Promise<K6Response> =>
    host.block(
      `http ${method} ${String(url)}`,
      http.request(method, String(url), bodyOf(body), optionsOf(params)).then(toResponse),
    )
  const withBody =
    (method: string) =>
    (url: unknown, body?: unknown, params?: Params): Promise<K6Response> =>
      send(method, url, body, params)
  const withoutBody =
    (method: string) =>
    (url: unknown, params?: Params): Promise<K6Response> =>
      send(method, url, undefined, params)
  const members: Record<string, unknown> = {
    get: withoutBody('GET'),
    head: withoutBody('HEAD'),
    options: withBody('OPTIONS'),
    post: withBody('POST'),
    put: withBody('PUT'),
    patch: withBody('PATCH'),
    del: withBody('DELETE'),
    request: (method: unknown, url: unknown, body?: unknown, params?: Params) =>
      send(String(method).toUpperCase(), url, body, params),
    asyncRequest: (method: unknown, url: unknown, body?: unknown, params?: Params) =>
      host.promise(http.request(String(method).toUpperCase(), String(url), bodyOf(body), optionsOf(params)).then(toResponse)),
  }
  for (const name of notYet) {
    members[name] = (): never => {
      throw new UserError('K6_NOT_YET', `http.${name} is not supported yet`, { hint: 'use get, post and the other methods' })
    }
  }
  return { ...members, default: members }
}

const notYet = ['batch', 'cookieJar', 'CookieJar', 'file', 'url', 'expectedStatuses', 'setResponseCallback']

/** A response with the names that scripts know. */
class K6Response {
  readonly #response: HttpResponse

  constructor(response: HttpResponse) {
    this.#response = response
  }

  get status(): number {
    return this.#response.status
  }
  get status_text(): string {
    return this.#response.status === 0 ? '' : `${this.#response.status} ${this.#response.statusText}`
  }
  get url(): string {
    return this.#response.url
  }
  get body(): HttpResponse['body'] {
    return this.#response.body
  }
  get headers(): HttpResponse['headers'] {
    return this.#response.headers
  }
  get proto(): string {
    return this.#response.protocol
  }
  get error(): string {
    return this.#response.error
  }
  get error_code(): number {
    return this.#response.errorCode
  }
  get remote_ip(): string {
    return this.#response.remoteAddress
  }
  get remote_port(): number {
    return this.#response.remotePort
  }
  get timings(): Record<string, number> {
    const { tls, lookup, ...timings } = this.#response.timings
    return { ...timings, looking_up: lookup, tls_handshaking: tls }
  }
  get cookies(): never {
    throw responseNotYet('cookies')
  }
  get request(): never {
    throw responseNotYet('request')
  }
  html(): never {
    throw responseNotYet('html()')
  }
  submitForm(): never {
    throw responseNotYet('submitForm()')
  }
  clickLink(): never {
    throw responseNotYet('clickLink()')
  }
  json(path?: string): unknown {
    if (path !== undefined) throw new UserError('K6_NOT_YET', 'json(path) is not supported yet', { hint: 'parse the body' })
    return this.#response.json()
  }
}

function responseNotYet(name: string): UserError {
  return new UserError('K6_NOT_YET', `${name} of a response is not supported yet`, { hint: 'use status, headers and body' })
}

function toResponse(response: HttpResponse): K6Response {
  return new K6Response(response)
}

/** Texts and bytes go as they are, an object as a form. */
function bodyOf(body: unknown): HttpBody | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string' || body instanceof ArrayBuffer || body instanceof Uint8Array) return body
  if (typeof body === 'object') return { form: body as Record<string, string> }
  return `${body as number}`
}

/** What would be a wrong number or a wrong request if it were passed over in silence. */
const paramsNotYet = ['responseCallback', 'auth', 'jar']

function optionsOf(params: Params | null | undefined): RequestOptions | undefined {
  if (params === undefined || params === null) return undefined
  for (const name of paramsNotYet) if (name in params) throw paramNotYet(name)
  for (const value of Object.values(params.cookies ?? {}))
    if (typeof value === 'object') throw paramNotYet('cookies with { value, replace }')
  const { name, ...tags } = params.tags ?? {}
  return name === undefined ? params : { ...params, name, tags }
}

function paramNotYet(name: string): UserError {
  return new UserError('K6_NOT_YET', `the request parameter "${name}" is not supported yet`, {
    hint: 'leave it out, or write a native script',
  })
}

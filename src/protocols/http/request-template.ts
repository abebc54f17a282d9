import { checkMethod, requestHead } from './header-fields.ts'
import type { Origin } from './origin.ts'
import { OriginBook, type ProxyLookup } from './origin.ts'
import { RecentTexts } from './recent-texts.ts'
import { maskedUrl, readRequestUrl, type RequestUrl } from './request-url.ts'
import type { HopName, SampleBook } from './samples.ts'
import type { HttpSettings } from './types.ts'

/** All that requests of one method, URL and name have in common, worked out once. */
export interface RequestTemplate {
  readonly method: string
  readonly target: RequestUrl
  readonly origin: Origin
  readonly name: HopName
  /** The URL as the script wrote it, for finding the template again. */
  readonly urlText: string
  /** The `name` the script gave, if any. */
  readonly nameText: string | undefined
  /** Request line, with its line end. */
  readonly requestLine: string
  /** The whole head of a request without headers or body of its own. */
  readonly plainHead: string
  /** Its headers but Host: name, value, … */
  readonly plainHeaders: readonly string[]
  /** The URL brings credentials, so that `plainHead` is not enough. */
  readonly hasUserInfo: boolean
}

interface TemplateKey {
  readonly method: string
  readonly urlText: string
  readonly nameText: string | undefined
  readonly isKept: boolean
}

const maxTemplateCount = 2000

/**
 * A worker's templates by URL. Bounded, and only what comes again is kept: templates of URLs that never repeat die young,
 * which is far cheaper than to collect them later.
 */
export class TemplateBook {
  readonly #settings: HttpSettings
  readonly #samples: SampleBook
  readonly #origins = new OriginBook()
  readonly #byUrl = new Map<string, RequestTemplate[]>()
  readonly #recent = new RecentTexts()
  #count = 0

  constructor(settings: HttpSettings, samples: SampleBook) {
    this.#settings = settings
    this.#samples = samples
  }

  /** Throws `UserError` HTTP_METHOD_INVALID and `NetworkError` 1020 (invalid URL). */
  of(method: string, url: string, name: string | undefined, proxyFor: ProxyLookup): RequestTemplate {
    const known = this.#byUrl.get(url)
    if (known !== undefined) {
      for (const template of known) if (template.method === method && template.nameText === name) return template
    }
    const isKept = typeof url === 'string' && this.#recent.isRepeated(url)
    const template = this.#make({ method, urlText: url, nameText: name, isKept }, proxyFor)
    if (!isKept) return template
    if (this.#count >= maxTemplateCount) this.#forget()
    this.#count++
    const sameUrl = this.#byUrl.get(url)
    if (sameUrl === undefined) this.#byUrl.set(url, [template])
    else sameUrl.push(template)
    return template
  }

  /** For a request that cannot be sent at all: enough for its tags and texts. */
  unsendable(method: string, urlText: string, nameText: string | undefined): RequestTemplate {
    const url = new URL('http://invalid.invalid/')
    const label = typeof urlText === 'string' ? maskedUrl(urlText) : ''
    return {
      method,
      target: { url, target: '/', label, username: '', password: '' },
      origin: { isTls: false, host: url.hostname, port: 0, authority: url.host, href: url.origin, proxy: undefined },
      name: this.#samples.name(method, nameText ?? label),
      urlText,
      nameText,
      requestLine: '',
      plainHead: '',
      plainHeaders: [],
      hasUserInfo: false,
    }
  }

  #forget(): void {
    this.#byUrl.clear()
    this.#count = 0
  }

  #make({ method, urlText, nameText, isKept }: TemplateKey, proxyFor: ProxyLookup): RequestTemplate {
    checkMethod(method)
    const target = readRequestUrl(urlText, this.#settings.baseUrl)
    const origin = this.#origins.of(target.url, proxyFor)
    const path = origin.proxy === undefined ? target.target : origin.href + target.target
    const requestLine = `${method} ${path} HTTP/1.1\r\n`
    const plainHeaders: string[] = []
    if (this.#settings.userAgent !== '') plainHeaders.push('User-Agent', this.#settings.userAgent)
    if (origin.proxy?.authorization !== undefined) plainHeaders.push('Proxy-Authorization', origin.proxy.authorization)
    if (this.#settings.noConnectionReuse) plainHeaders.push('Connection', 'close')
    if (method === 'POST' || method === 'PUT' || method === 'PATCH') plainHeaders.push('Content-Length', '0')
    return {
      method,
      target,
      origin,
      name:
        isKept || nameText !== undefined
          ? this.#samples.name(method, nameText ?? target.label)
          : this.#samples.onceName(method, target.label),
      urlText,
      nameText,
      requestLine,
      plainHead: requestHead(requestLine, origin.authority, plainHeaders),
      plainHeaders,
      hasUserInfo: target.username !== '' || target.password !== '',
    }
  }
}

import { isIP } from 'node:net'
import { UserError } from '../../base/user-error.ts'
import { type ParsedCookie, parseSetCookie } from './set-cookie.ts'
import type { CookieStore } from './types.ts'

interface Cookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly isHostOnly: boolean
  readonly path: string
  readonly isSecure: boolean
  readonly expiresAtMs: number | undefined
}

/** RFC 6265 §6.1 asks for at least this many. */
const maxCookiesPerDomain = 50
const maxCookies = 3000

/** An empty jar as RFC 6265 describes it. `nowMs` is the wall clock (Unix epoch, ms). Costs next to nothing until a cookie comes. */
export function createCookieJar(options: { readonly nowMs?: () => number } = {}): CookieStore {
  return new CookieJar(options.nowMs ?? Date.now)
}

class CookieJar implements CookieStore {
  readonly #nowMs: () => number
  /** Oldest creation first. */
  #cookies: Cookie[] | undefined

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  header(url: URL): string | undefined {
    if (this.#cookies === undefined) return undefined
    let header = ''
    for (const { name, value } of this.#matching(url)) header += `${header === '' ? '' : '; '}${name}=${value}`
    return header === '' ? undefined : header
  }

  receive(url: URL, setCookie: readonly string[]): void {
    const nowMs = this.#nowMs()
    for (const text of setCookie) {
      const parsed = parseSetCookie(text, nowMs)
      if (parsed !== undefined) this.#store(url, parsed, nowMs)
    }
  }

  set(url: URL, name: string, value: string, attributes: Readonly<Record<string, string>> = {}): void {
    const given = Object.entries(attributes).map(([key, text]) => attributeText(key, text))
    const texts = [`${name}=${value}`, ...given].filter((part) => part !== '')
    const parsed = texts.some((text) => text.includes(';')) ? undefined : parseSetCookie(texts.join('; '), this.#nowMs())
    if (parsed === undefined || parsed.name !== name || parsed.value !== value) throw invalidCookie(name)
    this.#store(url, parsed, this.#nowMs())
  }

  all(url: URL): Readonly<Record<string, readonly string[]>> {
    const found: Record<string, string[]> = Object.create(null) as Record<string, string[]>
    for (const { name, value } of this.#matching(url)) (found[name] ??= []).push(value)
    return found
  }

  clear(): void {
    this.#cookies = undefined
  }

  /** In the order of the Cookie header: longer paths first, then older cookies (RFC 6265 §5.4). Forgets expired ones. */
  #matching(url: URL): Cookie[] {
    if (this.#cookies === undefined) return []
    const nowMs = this.#nowMs()
    this.#forget((cookie) => isExpired(cookie, nowMs))
    const host = hostOf(url)
    const isSecure = url.protocol === 'https:' || url.protocol === 'wss:'
    const found = this.#cookies.filter(
      (cookie) =>
        (cookie.isHostOnly ? cookie.domain === host : isWithin(host, cookie.domain)) &&
        pathMatches(url.pathname, cookie.path) &&
        (isSecure || !cookie.isSecure),
    )
    // The sort is stable, so creation order decides among equal paths.
    return found.length > 1 ? found.sort((left, right) => right.path.length - left.path.length) : found
  }

  #store(url: URL, parsed: ParsedCookie, nowMs: number): void {
    const host = hostOf(url)
    let { domain } = parsed
    if (domain !== undefined && (!isWithin(host, domain) || (isPublicSuffix(domain) && domain !== host))) return
    if (domain !== undefined && isPublicSuffix(domain)) domain = undefined
    const cookie: Cookie = {
      name: parsed.name,
      value: parsed.value,
      domain: domain ?? host,
      isHostOnly: domain === undefined,
      path: parsed.path ?? defaultPath(url.pathname),
      isSecure: parsed.isSecure,
      expiresAtMs: parsed.expiresAtMs,
    }
    const cookies = (this.#cookies ??= [])
    const index = cookies.findIndex(
      (known) => known.name === cookie.name && known.domain === cookie.domain && known.path === cookie.path,
    )
    // A replacement keeps its predecessor's place in the order of creation.
    if (index === -1) cookies.push(cookie)
    else cookies[index] = cookie
    this.#forget((known) => isExpired(known, nowMs))
    this.#keepWithinLimits(cookie.domain)
  }

  #keepWithinLimits(domain: string): void {
    const cookies = this.#cookies ?? []
    const ofDomain = cookies.filter((cookie) => cookie.domain === domain)
    if (ofDomain.length > maxCookiesPerDomain) cookies.splice(cookies.indexOf(ofDomain[0] as Cookie), 1)
    if (cookies.length > maxCookies) cookies.shift()
  }

  #forget(isOver: (cookie: Cookie) => boolean): void {
    if (this.#cookies?.some(isOver) === true) this.#cookies = this.#cookies.filter((cookie) => !isOver(cookie))
  }
}

function invalidCookie(name: string): UserError {
  return new UserError('HTTP_COOKIE_INVALID', `the cookie "${name}" cannot be sent as it is`, {
    hint: 'names and values take printable ASCII without ";" and without spaces at the ends, 4096 bytes together: encode the value, with encodeURIComponent say',
  })
}

function isExpired(cookie: Cookie, nowMs: number): boolean {
  return cookie.expiresAtMs !== undefined && cookie.expiresAtMs <= nowMs
}

function attributeText(key: string, text: string): string {
  const name = key.toLowerCase().replaceAll('_', '-')
  if (name !== 'secure' && name !== 'http-only' && name !== 'httponly') return `${name}=${text}`
  if (text === 'false') return ''
  return name === 'secure' ? 'secure' : 'httponly'
}

function hostOf(url: URL): string {
  const host = url.hostname
  return host.endsWith('.') && host.length > 1 ? host.slice(0, -1) : host
}

/** There is no list of public suffixes here, but every name of one label, such as `com`, is treated as one. */
function isPublicSuffix(domain: string): boolean {
  return !domain.includes('.') && isIP(domain) === 0
}

/** Domain-match of RFC 6265 §5.1.3. */
function isWithin(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(domain) && host.charAt(host.length - domain.length - 1) === '.' && isIP(host) === 0)
}

/** Path-match of RFC 6265 §5.1.4. */
function pathMatches(path: string, cookiePath: string): boolean {
  if (path === cookiePath) return true
  return path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path.charAt(cookiePath.length) === '/')
}

function defaultPath(path: string): string {
  const lastSlash = path.lastIndexOf('/')
  return lastSlash <= 0 ? '/' : path.slice(0, lastSlash)
}

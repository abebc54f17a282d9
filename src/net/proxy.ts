import { isIP } from 'node:net'
import { UserError } from '../base/user-error.ts'
import { AddressRanges } from './address-ranges.ts'
import type { ProxySettings } from './dialer-settings.ts'
import { canonicalHost, splitHostPort } from './host-pattern.ts'

export interface Proxy {
  readonly host: string
  readonly port: number
  /** TLS to the proxy itself. */
  readonly tls: boolean
  /** Value of Proxy-Authorization. */
  readonly authorization: string | undefined
}

interface Exception {
  readonly matches: (host: string) => boolean
  readonly port: number | undefined
}

/** Which proxy, if any, a host is reached through. NO_PROXY entries are `*`, names (with all below), `.name` (only below), addresses, CIDR, each with an optional port. */
export class ProxyRules {
  readonly #http: Proxy | undefined
  readonly #https: Proxy | undefined
  readonly #exceptions: readonly Exception[]
  readonly #isOff: boolean

  /** Throws `UserError` NET_PROXY_INVALID. */
  constructor(settings: ProxySettings) {
    this.#http = settings.http === undefined ? undefined : parseProxy(settings.http)
    this.#https = settings.https === undefined ? undefined : parseProxy(settings.https)
    const entries = settings.noProxy.map((entry) => entry.trim()).filter((entry) => entry !== '')
    this.#isOff = entries.includes('*') || (this.#http === undefined && this.#https === undefined)
    this.#exceptions = entries.map(exceptionOf).filter((exception) => exception !== undefined)
  }

  /** `host` must be canonical. The machine itself is never reached through a proxy. */
  proxyFor(host: string, port: number, isTls: boolean): Proxy | undefined {
    if (this.#isOff) return undefined
    const proxy = isTls ? this.#https : this.#http
    if (proxy === undefined || isThisMachine(host)) return undefined
    for (const exception of this.#exceptions) {
      if ((exception.port === undefined || exception.port === port) && exception.matches(host)) return undefined
    }
    return proxy
  }

  /** The proxy at exactly this address. */
  at(host: string, port: number): Proxy | undefined {
    return [this.#http, this.#https].find((proxy) => proxy?.host === host && proxy.port === port)
  }
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** `http://user:password@host:port`; the scheme may be left out. */
function parseProxy(text: string): Proxy {
  const href = text.includes('://') ? text : `http://${text}`
  const url = URL.canParse(href) ? new URL(href) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    // Not the text itself: it may hold a password.
    throw new UserError(
      'NET_PROXY_INVALID',
      `the proxy "${text.replace(/\/\/[^@/]*@/, '//****@')}" is not one that can be used`,
      {
        hint: 'write http://host:port or https://host:port, with user:password@ before the host when the proxy wants it',
      },
    )
  }
  const isTls = url.protocol === 'https:'
  const credentials = `${decode(url.username)}:${decode(url.password)}`
  return {
    host: canonicalHost(url.hostname),
    port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
    tls: isTls,
    authorization: credentials === ':' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function exceptionOf(entry: string): Exception | undefined {
  const ranges = new AddressRanges()
  if (ranges.add(entry)) return { matches: (host) => isIP(host) !== 0 && ranges.find(host) !== undefined, port: undefined }
  const split = splitHostPort(entry)
  if (split === undefined || split.host === '') return undefined
  const { host: name, port } = split
  if (isIP(name) !== 0) return { matches: (host) => host === name, port }
  const below = name.startsWith('*.') ? name.slice(1) : name
  if (below.startsWith('.')) return { matches: (host) => host.endsWith(below), port }
  return { matches: (host) => host === below || host.endsWith(`.${below}`), port }
}

/** Where requests go: one object per scheme, host and port in a worker, so that connections compare origins by identity. */
export interface Origin {
  readonly isTls: boolean
  /** As dialled: no brackets around IPv6 addresses. */
  readonly host: string
  readonly port: number
  /** Host and, when it is not the scheme's own, port: the `Host` header. */
  readonly authority: string
  /** `https://example.com:8443` */
  readonly href: string
  /** The proxy that plain requests go through in absolute form. */
  readonly proxy: Proxy | undefined
}

interface Proxy {
  readonly host: string
  readonly port: number
  readonly authorization: string | undefined
}

/** Finds the proxy of a plain-HTTP origin. */
export type ProxyLookup = (host: string, port: number) => Proxy | undefined

/** A worker's origins. Bounded: past the limit it starts afresh, which costs connections their reuse, not their meaning. */
export class OriginBook {
  readonly #origins = new Map<string, Origin>()
  readonly #maxCount: number

  constructor(maxCount = 10_000) {
    this.#maxCount = maxCount
  }

  of(url: URL, proxyFor: ProxyLookup): Origin {
    const known = this.#origins.get(url.origin)
    if (known !== undefined) return known
    if (this.#origins.size >= this.#maxCount) this.#origins.clear()
    const isTls = url.protocol === 'https:'
    const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
    const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port)
    const proxy = isTls ? undefined : proxyFor(host, port)
    const origin: Origin = { isTls, host, port, authority: url.host, href: url.origin, proxy }
    this.#origins.set(url.origin, origin)
    return origin
  }
}

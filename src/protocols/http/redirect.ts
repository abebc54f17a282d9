export interface RedirectHop {
  readonly status: number
  readonly method: string
  /** URL of the request that was answered. */
  readonly url: URL
  /** Value of the Location header. */
  readonly location: string | undefined
  /** Names of the request's own headers, any case. */
  readonly headers: readonly string[]
}

export type Redirect =
  | {
      readonly type: 'follow'
      readonly url: URL
      readonly method: string
      /** False: send no body and leave out Content-* headers of the request. */
      readonly keepsBody: boolean
      /** Names (as given) of headers that must not travel on: credentials across hosts, Content-* when the body is dropped. */
      readonly droppedHeaders: readonly string[]
      /** The host changed: credentials given as `auth` must not travel either. */
      readonly isForeign: boolean
    }
  /** A Location that cannot be followed; `message` says why. */
  | { readonly type: 'broken'; readonly message: string }

const credentialHeaders = new Set(['authorization', 'cookie', 'cookie2', 'proxy-authorization', 'www-authenticate'])
const bodyHeaders = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-location',
  'transfer-encoding',
  'expect',
  'trailer',
])

/**
 * Where a response sends us next (RFC 9110 §15.4); `undefined` when it is not a redirect (other status, or no Location). 301, 302
 * and 303 turn all but GET and HEAD into GET without a body, as browsers and most clients do; 307 and 308 keep both.
 */
export function redirectOf(hop: RedirectHop): Redirect | undefined {
  const { status, location, url: from } = hop
  const keepsMethod = status === 307 || status === 308
  if ((status !== 301 && status !== 302 && status !== 303 && !keepsMethod) || location === undefined) return undefined
  const url = targetOf(location, from)
  if (typeof url === 'string') return { type: 'broken', message: url }
  const keepsBody = keepsMethod || hop.method === 'GET' || hop.method === 'HEAD'
  const isForeign = !isSameHost(from, url)
  const dropped = (name: string): boolean =>
    (isForeign && credentialHeaders.has(name)) ||
    (!keepsBody && bodyHeaders.has(name)) ||
    (url.host !== from.host && name === 'host')
  return {
    type: 'follow',
    url,
    method: keepsBody ? hop.method : 'GET',
    keepsBody,
    droppedHeaders: hop.headers.filter((name) => dropped(name.toLowerCase())),
    isForeign,
  }
}

/** A URL, or why there is none. */
function targetOf(location: string, from: URL): URL | string {
  const text = location.trim()
  if (text === '') return 'the Location header of the redirect is empty'
  if (!URL.canParse(text, from.href)) return `the Location header of the redirect is not a URL: ${shortened(text)}`
  const url = new URL(text, from)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `the redirect leads to an unsupported scheme: ${shortened(url.protocol)}`
  // A fragment is inherited unless the target has its own (RFC 9110 §10.2.2).
  if (url.hash === '' && from.hash !== '') url.hash = from.hash
  return url
}

/** Credentials stay on the host they were given for, whatever the port, and never leave TLS again. */
function isSameHost(from: URL, to: URL): boolean {
  return from.hostname === to.hostname && !(from.protocol === 'https:' && to.protocol === 'http:')
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

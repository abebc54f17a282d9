import { randomBytes } from 'node:crypto'
import { NetworkError } from '../../net/dialer.ts'
import { headMark } from '../../net/http1-head.ts'
import { digestAuthorization, parseDigestChallenge } from './digest-auth.ts'
import type { Exchange, HopContent } from './exchange.ts'
import { findHeader, withoutHeaders } from './header-fields.ts'
import { redirectOf } from './redirect.ts'
import { headerValues, rawHeadersOf } from './response.ts'

/** Where a response sends us: the request that must follow before the script gets its answer. */
export interface NextHop {
  readonly type: 'redirect' | 'digest'
  readonly method: string
  readonly url: string
  readonly content: HopContent
}

const noContent: HopContent = {
  headers: [],
  body: undefined,
  contentType: undefined,
  contentEncoding: undefined,
  auth: undefined,
  authorization: undefined,
  cookies: undefined,
}

const brokenRedirectCode = 1000

/**
 * The hop after this one, or `undefined` when the response is the answer. Throws a `NetworkError` for a redirect that leads
 * nowhere. A body that was a stream is spent: then the response itself is the answer.
 */
export function nextHop(exchange: Exchange): NextHop | undefined {
  const { status, marks } = exchange
  if (status === 401) return (marks & headMark.wwwAuthenticate) === 0 ? undefined : digestHop(exchange)
  if (status < 300 || status > 399 || exchange.redirectsLeft <= 0 || (marks & headMark.location) === 0) return undefined
  return redirectHop(exchange)
}

function digestHop(exchange: Exchange): NextHop | undefined {
  const { content, template } = exchange
  if (content?.auth?.type !== 'digest' || exchange.isDigestAnswer || content.body?.stream !== undefined) return undefined
  const challenge = parseDigestChallenge(headerValues(rawHeadersOf(exchange), 'www-authenticate'))
  if (challenge === undefined) return undefined
  const { username, password } = content.auth
  const authorization = digestAuthorization(challenge, {
    method: template.method,
    uri: template.target.target,
    username,
    password,
    body: content.body?.bytes,
    cnonce: randomBytes(8).toString('hex'),
  })
  return { type: 'digest', method: template.method, url: template.target.url.href, content: { ...content, authorization } }
}

function redirectHop(exchange: Exchange): NextHop | undefined {
  const { template, status } = exchange
  const content = exchange.content ?? noContent
  const names = content.headers.filter((_, index) => index % 2 === 0)
  const { url } = template.target
  const redirect = redirectOf({
    status,
    method: template.method,
    url,
    location: headerValues(rawHeadersOf(exchange), 'location')[0],
    headers: names,
  })
  if (redirect === undefined) return undefined
  if (redirect.type === 'broken') throw new NetworkError(brokenRedirectCode, redirect.message)
  if (redirect.keepsBody && content.body?.stream !== undefined) return undefined
  const dropped = ['host', 'referer', ...redirect.droppedHeaders.map((name) => name.toLowerCase())]
  const headers = withoutHeaders(content.headers, redirect.isForeign ? dropped : dropped.slice(1))
  const referrer = referrerOf(url, redirect.url)
  if (referrer !== undefined && findHeader(headers, 'referer') === undefined) headers.push('Referer', referrer)
  const next: HopContent = {
    headers,
    body: redirect.keepsBody ? content.body : undefined,
    contentType: redirect.keepsBody ? content.contentType : undefined,
    contentEncoding: redirect.keepsBody ? content.contentEncoding : undefined,
    auth: redirect.isForeign ? undefined : content.auth,
    authorization: undefined,
    cookies: redirect.isForeign ? undefined : content.cookies,
  }
  return { type: 'redirect', method: redirect.method, url: redirect.url.href, content: next }
}

/** As browsers do: without credentials and fragment, and not from https to http. */
function referrerOf(from: URL, to: URL): string | undefined {
  if (from.protocol === 'https:' && to.protocol === 'http:') return undefined
  const plain = new URL(from)
  plain.username = ''
  plain.password = ''
  plain.hash = ''
  return plain.href
}

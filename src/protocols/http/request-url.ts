import { NetworkError } from '../../net/dialer.ts'

/** "invalid URL" in the table of error codes. */
const invalidUrlCode = 1020

/** A request's URL, ready to be sent. */
export interface RequestUrl {
  readonly url: URL
  /** Path and query as they go on the request line. */
  readonly target: string
  /** As a script wrote it (or made absolute), the userinfo's password and name masked: for tags and texts. */
  readonly label: string
  readonly username: string
  readonly password: string
}

/**
 * Reads a URL as given by a script; a relative one is resolved against `baseUrl`. The fragment is left out, anything outside
 * ASCII percent-encoded. Throws a `NetworkError` 1020 that says what is wrong with it.
 */
export function readRequestUrl(text: string, baseUrl: string | undefined): RequestUrl {
  if (typeof text !== 'string')
    throw invalidUrl(`it is ${typeof text === 'object' ? 'an object' : `a ${typeof text}`}, not a string`)
  if (text.trim() === '') throw invalidUrl('it is empty')
  const isAbsolute = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(text)
  if (!isAbsolute && baseUrl === undefined)
    throw invalidUrl(`"${text}" has no scheme and no base URL is set (write http://… or set baseUrl)`)
  let url: URL
  try {
    url = isAbsolute ? new URL(text) : new URL(text, baseUrl)
  } catch {
    throw invalidUrl(`"${maskedUrl(text)}" cannot be read`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalidUrl(`the scheme "${url.protocol.slice(0, -1)}" is not http or https`)
  if (url.hostname === '') throw invalidUrl('it has no host')
  if (url.port === '0') throw invalidUrl('port 0 cannot be dialled')
  return {
    url,
    target: url.pathname + url.search,
    label: labelOf(text, isAbsolute, url),
    username: decoded(url.username),
    password: decoded(url.password),
  }
}

function labelOf(text: string, isAbsolute: boolean, url: URL): string {
  if (!isAbsolute) return maskedUrl(url.href)
  return url.username === '' && url.password === '' ? text : maskedUrl(text)
}

/** `http://user:secret@host/` becomes `http://****:****@host/`, so that no password ends in a tag or a log. */
export function maskedUrl(text: string): string {
  return text.replace(/^([a-zA-Z][a-zA-Z0-9+.-]*:\/\/)[^/?#]*@/, (_, scheme: string) => `${scheme}****:****@`)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function invalidUrl(reason: string): NetworkError {
  return new NetworkError(invalidUrlCode, `invalid URL: ${reason}`)
}

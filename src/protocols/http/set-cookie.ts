import { parseCookieDate } from './cookie-date.ts'

/** A Set-Cookie value taken apart; what it means for a jar is decided there. */
export interface ParsedCookie {
  readonly name: string
  readonly value: string
  /** Lower case, without a leading dot; `undefined` is the host alone. */
  readonly domain: string | undefined
  /** Starts with `/`; `undefined` is the default path. */
  readonly path: string | undefined
  readonly isSecure: boolean
  readonly isHttpOnly: boolean
  /** Unix epoch ms; `undefined` lasts for the session. Max-Age wins over Expires. */
  readonly expiresAtMs: number | undefined
}

/** Name and value together; longer ones are ignored, as browsers do. */
const maxPairBytes = 4096
const maxAttributeLength = 1024

/** Reads one Set-Cookie value (RFC 6265 §5.2); `undefined` when it is to be ignored. */
export function parseSetCookie(text: string, nowMs: number): ParsedCookie | undefined {
  const end = text.indexOf(';')
  const pair = end === -1 ? text : text.slice(0, end)
  const equals = pair.indexOf('=')
  if (equals === -1) return undefined
  const name = trim(pair.slice(0, equals))
  const value = trim(pair.slice(equals + 1))
  if (name === '' || !isSafe(name) || !isSafe(value) || name.length + value.length > maxPairBytes) return undefined
  const attributes = end === -1 ? new Map<string, string>() : attributesOf(text.slice(end + 1))
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase()
  const path = attributes.get('path')
  return {
    name,
    value,
    domain,
    path: path?.startsWith('/') === true ? path : undefined,
    isSecure: attributes.has('secure'),
    isHttpOnly: attributes.has('httponly'),
    expiresAtMs: expiryOf(attributes, nowMs),
  }
}

/** The last of several equal attributes counts, except that an unusable date or age is as if it were not there. */
function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const part of text.split(';')) {
    const equals = part.indexOf('=')
    const name = trim(equals === -1 ? part : part.slice(0, equals)).toLowerCase()
    const value = equals === -1 ? '' : trim(part.slice(equals + 1))
    if (value.length > maxAttributeLength) continue
    if (name === 'expires' && parseCookieDate(value) === undefined) continue
    if (name === 'domain' && value === '') continue
    if (name === 'max-age' && !/^-?\d+$/.test(value)) continue
    attributes.set(name, value)
  }
  return attributes
}

function expiryOf(attributes: Map<string, string>, nowMs: number): number | undefined {
  const maxAge = attributes.get('max-age')
  if (maxAge !== undefined) {
    const seconds = Number(maxAge)
    return seconds <= 0 ? Number.NEGATIVE_INFINITY : nowMs + seconds * 1000
  }
  const expires = attributes.get('expires')
  return expires === undefined ? undefined : parseCookieDate(expires)
}

/** Only space and tab count as white space here. */
function trim(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}

/** A control character in a cookie would travel on into our request head. */
function isSafe(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if ((code < 0x20 && code !== 9) || code === 0x7f || code > 0xff) return false
  }
  return true
}

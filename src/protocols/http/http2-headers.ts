import type { OutgoingHttpHeaders } from 'node:http2'
import type { Http2Request } from './http2-exchange.ts'

/** Headers that belong to an HTTP/1.1 connection (RFC 9113 §8.2.2), and `host`, which is `:authority` here. */
const connectionHeaders = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

/** What goes into the HEADERS frame. Repeated names become arrays; cookies become one field. */
export function http2Headers(request: Http2Request): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {
    ':method': request.method,
    ':scheme': request.scheme,
    ':authority': request.authority,
    ':path': request.path,
  }
  for (let index = 0; index + 1 < request.headers.length; index += 2) {
    const name = (request.headers[index] as string).toLowerCase()
    const value = request.headers[index + 1] as string
    if (connectionHeaders.has(name) || (name === 'te' && value.trim().toLowerCase() !== 'trailers')) continue
    const known = headers[name]
    if (known === undefined) headers[name] = value
    else if (name === 'cookie') headers[name] = `${String(known)}; ${value}`
    else headers[name] = Array.isArray(known) ? [...known, value] : [String(known), value]
  }
  if (request.body instanceof Uint8Array && headers['content-length'] === undefined) {
    headers['content-length'] = String(request.body.length)
  }
  return headers
}

/** Node's raw headers without the pseudo-headers. */
export function withoutPseudoHeaders(raw: readonly string[]): readonly string[] {
  if (!raw.some((text, index) => index % 2 === 0 && text.startsWith(':'))) return raw
  const rest: string[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] as string
    if (!name.startsWith(':')) rest.push(name, raw[index + 1] as string)
  }
  return rest
}

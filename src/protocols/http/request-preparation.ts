import { encodeRequestBody } from './body-encoding.ts'
import { encodeBody } from './content-coding.ts'
import type { Exchange, HopContent, SentBody } from './exchange.ts'
import { appendHeader, appendHeaders, findHeader, requestHead, withoutHeaders } from './header-fields.ts'
import type { CookieStore, HttpBody, HttpRequestSpec, HttpSettings } from './types.ts'

/** Bodies up to this size are written together with the head. */
const maxInlineBodyBytes = 16_384

/** We frame the request; a script's own idea of it could only contradict. */
const framingHeaders = ['host', 'content-length', 'transfer-encoding']

/**
 * Works out what a spec sends. Throws `UserError` (headers, body, compression); a promise only where compressing takes
 * another thread.
 */
export function contentOf(spec: HttpRequestSpec): HopContent | Promise<HopContent> {
  const headers: string[] = []
  appendHeaders(spec.headers, headers)
  const { body, contentType } = sentBodyOf(spec.body)
  const content: HopContent = {
    headers,
    body,
    contentType,
    contentEncoding: undefined,
    auth: spec.auth,
    authorization: undefined,
    cookies: spec.cookies,
  }
  if (spec.compression === undefined || spec.compression === '' || body?.bytes === undefined) return content
  const packed = encodeBody(body.bytes, spec.compression)
  if (packed instanceof Promise) return packed.then((bytes) => compressed(content, body, bytes, spec.compression))
  return compressed(content, body, packed, spec.compression)
}

function compressed(content: HopContent, body: SentBody, bytes: Uint8Array, codings: string | undefined): HopContent {
  return { ...content, body: { ...body, bytes, lengthBytes: bytes.length }, contentEncoding: codings }
}

function sentBodyOf(body: HttpBody | null | undefined): { body: SentBody | undefined; contentType: string | undefined } {
  if (body === undefined || body === null) return { body: undefined, contentType: undefined }
  const encoded = encodeRequestBody(body)
  if (encoded.bytes === undefined && encoded.stream === undefined) return { body: undefined, contentType: undefined }
  return {
    body: {
      bytes: encoded.bytes,
      stream: encoded.stream,
      lengthBytes: encoded.bytes?.length ?? encoded.length,
      shown: typeof body === 'string' ? body : (encoded.bytes ?? null),
    },
    contentType: encoded.contentType,
  }
}

/** Writes head and body of a hop into its exchange. `jar` gives the cookies of this URL. */
export function serialise(exchange: Exchange, content: HopContent, settings: HttpSettings, jar: CookieStore | undefined): void {
  const { template } = exchange
  const { body } = content
  exchange.host = findHeader(content.headers, 'host')
  const headers: string[] = []
  if (settings.userAgent !== '' && findHeader(content.headers, 'user-agent') === undefined)
    headers.push('User-Agent', settings.userAgent)
  if (template.origin.proxy?.authorization !== undefined) headers.push('Proxy-Authorization', template.origin.proxy.authorization)
  for (const each of withoutHeaders(content.headers, framingHeaders)) headers.push(each)
  const connection = findHeader(content.headers, 'connection')
  exchange.isClosing = connection !== undefined && /(?:^|,)\s*close\s*(?:,|$)/i.test(connection)
  if (settings.noConnectionReuse && connection === undefined) headers.push('Connection', 'close')
  if (content.contentType !== undefined && findHeader(headers, 'content-type') === undefined)
    headers.push('Content-Type', content.contentType)
  if (content.contentEncoding !== undefined) appendHeader('Content-Encoding', content.contentEncoding, headers)
  appendAuthorization(exchange, content, headers)
  appendCookies(exchange, content, jar, headers)
  appendFraming(template.method, body, headers)
  exchange.requestHeaders = headers
  exchange.content = content
  exchange.sentBody = body
  exchange.head = requestHead(template.requestLine, exchange.host ?? template.origin.authority, headers)
  if (body?.bytes !== undefined && body.bytes.length <= maxInlineBodyBytes) {
    const { bytes } = body
    exchange.head += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    exchange.isBodyInHead = true
  }
}

function appendAuthorization(exchange: Exchange, content: HopContent, into: string[]): void {
  const { auth } = content
  const ready = content.authorization ?? (auth?.type === 'bearer' ? `Bearer ${auth.token}` : undefined)
  if (ready !== undefined) return appendHeader('Authorization', ready, into)
  if (auth?.type === 'digest' || findHeader(into, 'authorization') !== undefined) return
  const { hasUserInfo, target } = exchange.template
  if (auth === undefined && !hasUserInfo) return
  const { username, password } = auth?.type === 'basic' ? auth : target
  into.push('Authorization', `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`)
}

function appendCookies(exchange: Exchange, content: HopContent, jar: CookieStore | undefined, into: string[]): void {
  const stored = jar?.header(exchange.template.target.url)
  const own = Object.entries(content.cookies ?? {}).map(([name, value]) => `${name}=${value}`)
  const all = stored === undefined ? own : [stored, ...own]
  if (all.length > 0) appendHeader('Cookie', all.join('; '), into)
}

function appendFraming(method: string, body: SentBody | undefined, into: string[]): void {
  if (body === undefined) {
    if (method === 'POST' || method === 'PUT' || method === 'PATCH') into.push('Content-Length', '0')
  } else if (body.lengthBytes === undefined) into.push('Transfer-Encoding', 'chunked')
  else into.push('Content-Length', String(body.lengthBytes))
}

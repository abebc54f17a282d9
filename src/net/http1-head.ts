/** Most bytes of one response head, status line included. */
export const maxHeadBytes = 131_072

/** Bits of `Http1Head.marks`: headers whose text somebody will want. */
export const headMark = {
  contentEncoding: 1,
  setCookie: 2,
  location: 4,
  wwwAuthenticate: 8,
} as const

/** What the framing of one response depends on. One object per worker is filled again and again; no strings are made. */
export class Http1Head {
  status = 0
  /** 0 or 1: of HTTP/1.x. */
  minorVersion = 1
  /** -1 when there was no Content-Length. */
  contentLength = -1
  isChunked = false
  isClosing = false
  marks = 0
  /** Why the head is no HTTP/1.1; set when `parseHead` returned -1. Texts are fixed, so they may serve as tags. */
  violation = ''
}

/** Byte classes: 1 = may stand in a header name (RFC 9110 `tchar`), 2 = may stand in a header value or reason. */
const byteClass = makeByteClass()

function makeByteClass(): Uint8Array {
  const table = new Uint8Array(256)
  for (let byte = 0x20; byte < 256; byte++) if (byte !== 0x7f) table[byte] = 2
  table[9] = 2
  for (const char of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    table[char.charCodeAt(0)] = 3
  return table
}

const contentLengthName = Buffer.from('content-length')
const contentEncodingName = Buffer.from('content-encoding')
const connectionName = Buffer.from('connection')
const transferEncodingName = Buffer.from('transfer-encoding')
const setCookieName = Buffer.from('set-cookie')
const locationName = Buffer.from('location')
const wwwAuthenticateName = Buffer.from('www-authenticate')
const closeToken = Buffer.from('close')
const keepAliveToken = Buffer.from('keep-alive')
const chunkedToken = Buffer.from('chunked')

/**
 * Reads a response head (RFC 9112) that starts at `start` into `head`. Returns the offset just past the blank line, 0 when
 * bytes are still missing, -1 when it breaks the protocol (`head.violation` says how). A lone LF ends a line as CRLF does.
 */
export function parseHead(bytes: Uint8Array, start: number, end: number, head: Http1Head): number {
  head.contentLength = -1
  head.isChunked = false
  head.isClosing = false
  head.marks = 0
  let at = parseStatusLine(bytes, start, end, head)
  if (at <= 0) return at
  let isFirst = true
  let isFoldable = true
  for (;;) {
    if (at >= end) return 0
    const first = bytes[at] as number
    if (first === 13) {
      if (at + 1 >= end) return 0
      return bytes[at + 1] === 10
        ? settleFraming(at + 2, head)
        : broken(head, 'a carriage return without a line feed in the head')
    }
    if (first === 10) return settleFraming(at + 1, head)
    const lineStart = at
    if (first === 32 || first === 9) {
      // obs-fold: the line goes on; never for a header that decides where the response ends.
      if (isFirst || !isFoldable) return broken(head, 'a folded header line')
    } else {
      while (at < end && (byteClass[bytes[at] as number] as number) & 1) at++
      if (at >= end) return 0
      if (bytes[at] !== 58 || at === lineStart) return broken(head, 'an invalid header name')
      at++
    }
    const nameEnd = at - 1
    while (at < end && (byteClass[bytes[at] as number] as number) !== 0) at++
    if (at >= end) return 0
    let lineEnd = at
    if (bytes[at] === 13) {
      at++
      if (at >= end) return 0
    }
    if (bytes[at] !== 10) return broken(head, 'an invalid character in a header value')
    at++
    if (first !== 32 && first !== 9) {
      isFirst = false
      const length = nameEnd - lineStart
      if (length === 8 || length === 10 || length === 14 || length === 16 || length === 17) {
        isFoldable = applyHeader(bytes, lineStart, nameEnd, lineEnd, head)
        if (head.violation !== '') return -1
      } else isFoldable = true
    }
  }
}

function broken(head: Http1Head, violation: string): -1 {
  head.violation = violation
  return -1
}

/** `HTTP/1.x NNN reason`. */
function parseStatusLine(bytes: Uint8Array, start: number, end: number, head: Http1Head): number {
  head.violation = ''
  const length = end - start
  // Junk is refused at its first byte, so that a server that talks another protocol is no endless wait.
  const known = length < 5 ? length : 5
  for (let index = 0; index < known; index++) {
    if (bytes[start + index] !== 'HTTP/'.charCodeAt(index)) return broken(head, 'it does not start with HTTP/')
  }
  if (length < 13) return 0
  const minor = (bytes[start + 7] as number) - 48
  if (bytes[start + 5] !== 49 || bytes[start + 6] !== 46 || (minor !== 0 && minor !== 1))
    return broken(head, 'an unknown HTTP version')
  const hundreds = (bytes[start + 9] as number) - 48
  const tens = (bytes[start + 10] as number) - 48
  const ones = (bytes[start + 11] as number) - 48
  const isNumber = hundreds >= 1 && hundreds <= 9 && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9
  const after = bytes[start + 12] as number
  if (bytes[start + 8] !== 32 || !isNumber || (after !== 32 && after !== 13 && after !== 10))
    return broken(head, 'an invalid status line')
  head.minorVersion = minor
  head.status = hundreds * 100 + tens * 10 + ones
  head.isClosing = minor === 0
  let at = start + 12
  while (at < end && (byteClass[bytes[at] as number] as number) !== 0) at++
  if (at >= end) return 0
  if (bytes[at] === 13) {
    at++
    if (at >= end) return 0
  }
  return bytes[at] === 10 ? at + 1 : broken(head, 'an invalid status line')
}

/** Takes in a header that matters. Returns whether a folded line may follow it. */
function applyHeader(bytes: Uint8Array, nameStart: number, nameEnd: number, valueEnd: number, head: Http1Head): boolean {
  switch (nameEnd - nameStart) {
    case 8:
      if (isName(bytes, nameStart, locationName)) head.marks |= headMark.location
      return true
    case 10:
      if (isName(bytes, nameStart, setCookieName)) head.marks |= headMark.setCookie
      else if (isName(bytes, nameStart, connectionName)) {
        if (hasToken(bytes, nameEnd + 1, valueEnd, closeToken)) head.isClosing = true
        else if (head.minorVersion === 0 && hasToken(bytes, nameEnd + 1, valueEnd, keepAliveToken)) head.isClosing = false
        return false
      }
      return true
    case 14:
      if (!isName(bytes, nameStart, contentLengthName)) return true
      parseContentLength(bytes, nameEnd + 1, valueEnd, head)
      return false
    case 16:
      if (isName(bytes, nameStart, contentEncodingName)) head.marks |= headMark.contentEncoding
      else if (isName(bytes, nameStart, wwwAuthenticateName)) head.marks |= headMark.wwwAuthenticate
      return true
    default:
      if (!isName(bytes, nameStart, transferEncodingName)) return true
      parseTransferEncoding(bytes, nameEnd + 1, valueEnd, head)
      return false
  }
}

function isName(bytes: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let index = 0; index < name.length; index++) {
    if (((bytes[start + index] as number) | 0x20) !== name[index]) return false
  }
  return true
}

/** Digits only, once only (RFC 9112 §6.3: anything else may hide a second response). */
function parseContentLength(bytes: Uint8Array, start: number, end: number, head: Http1Head): void {
  let at = start
  let last = end
  while (at < last && isBlank(bytes[at] as number)) at++
  while (last > at && isBlank(bytes[last - 1] as number)) last--
  if (head.contentLength !== -1) return void broken(head, 'more than one Content-Length')
  if (at === last) return void broken(head, 'an empty Content-Length')
  let length = 0
  for (; at < last; at++) {
    const digit = (bytes[at] as number) - 48
    if (digit < 0 || digit > 9) return void broken(head, 'an invalid Content-Length')
    length = length * 10 + digit
    if (length > Number.MAX_SAFE_INTEGER) return void broken(head, 'a Content-Length beyond all bounds')
  }
  head.contentLength = length
}

function parseTransferEncoding(bytes: Uint8Array, start: number, end: number, head: Http1Head): void {
  let at = start
  let last = end
  while (at < last && isBlank(bytes[at] as number)) at++
  while (last > at && isBlank(bytes[last - 1] as number)) last--
  if (head.isChunked) return void broken(head, 'more than one Transfer-Encoding')
  if (last - at !== chunkedToken.length || !isName(bytes, at, chunkedToken))
    return void broken(head, 'an unsupported Transfer-Encoding')
  head.isChunked = true
}

/** Is `token` one of the comma-separated words, in any case? */
function hasToken(bytes: Uint8Array, start: number, end: number, token: Uint8Array): boolean {
  let at = start
  while (at < end) {
    while (at < end && (isBlank(bytes[at] as number) || bytes[at] === 44)) at++
    let wordEnd = at
    while (wordEnd < end && bytes[wordEnd] !== 44) wordEnd++
    let last = wordEnd
    while (last > at && isBlank(bytes[last - 1] as number)) last--
    if (last - at === token.length && isName(bytes, at, token)) return true
    at = wordEnd
  }
  return false
}

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9
}

/** The rules between headers. Both lengths at once is the classic smuggling attempt. */
function settleFraming(next: number, head: Http1Head): number {
  if (!head.isChunked) return next
  if (head.contentLength !== -1) return broken(head, 'both Content-Length and Transfer-Encoding')
  return head.minorVersion === 0 ? broken(head, 'Transfer-Encoding in HTTP/1.0') : next
}

/**
 * The headers of a head that `parseHead` accepted: name, value, name, value, … as they came. Bytes over 127 are read as
 * Latin-1; folded lines are joined by one space.
 */
export function readHeaders(bytes: Buffer, start: number, end: number): string[] {
  const headers: string[] = []
  const lines = bytes.toString('latin1', start, end).split('\n')
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] as string
    const length = line.endsWith('\r') ? line.length - 1 : line.length
    if (length === 0) continue
    if (line[0] === ' ' || line[0] === '\t') {
      headers[headers.length - 1] = `${headers.at(-1) ?? ''} ${line.slice(0, length).trim()}`.trim()
      continue
    }
    const colon = line.indexOf(':')
    headers.push(line.slice(0, colon), line.slice(colon + 1, length).trim())
  }
  return headers
}

/** The reason phrase of a head that `parseHead` accepted; empty when there was none. */
export function readReason(bytes: Buffer, start: number, end: number): string {
  const lineEnd = bytes.indexOf(10, start)
  return bytes.toString('latin1', start + 13, lineEnd < 0 || lineEnd > end ? end : lineEnd).trim()
}

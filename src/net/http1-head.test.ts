import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Http1Head, headMark, parseHead, readHeaders, readReason } from './http1-head.ts'

function parse(text: string): { next: number; head: Http1Head; bytes: Buffer } {
  const bytes = Buffer.from(text, 'latin1')
  const head = new Http1Head()
  return { next: parseHead(bytes, 0, bytes.length, head), head, bytes }
}

const plain = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'

test('a plain head is read to its end, the body left alone', () => {
  const { next, head } = parse(`${plain}hello`)
  expect(next).toBe(plain.length)
  expect(head).toMatchObject({
    status: 200,
    minorVersion: 1,
    contentLength: 5,
    isChunked: false,
    isClosing: false,
    marks: 0,
    violation: '',
  })
})

test('a head may start anywhere in the buffer', () => {
  const bytes = Buffer.from(`garbage${plain}`)
  const head = new Http1Head()
  expect(parseHead(bytes, 7, bytes.length, head)).toBe(bytes.length)
  expect(head.contentLength).toBe(5)
})

test.each([
  ['HTTP/1.1 200 OK\r\n\r\n', { status: 200, contentLength: -1 }],
  ['HTTP/1.1 200\r\n\r\n', { status: 200 }],
  ['HTTP/1.1 200 \r\n\r\n', { status: 200 }],
  ['HTTP/1.1 404 Not Found\n\n', { status: 404 }],
  ['HTTP/1.1 200 OK\nContent-Length: 3\n\n', { contentLength: 3 }],
  ['HTTP/1.0 200 OK\r\n\r\n', { minorVersion: 0, isClosing: true }],
  ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n', { isClosing: false }],
  ['HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n', { isClosing: true }],
  ['HTTP/1.1 200 OK\r\nconnection: Upgrade , CLOSE\r\n\r\n', { isClosing: true }],
  ['HTTP/1.1 200 OK\r\nConnection: closed\r\n\r\n', { isClosing: false }],
  ['HTTP/1.1 200 OK\r\nConnection: keep-alive, close\r\nConnection: keep-alive\r\n\r\n', { isClosing: true }],
  ['HTTP/1.1 200 OK\r\nTRANSFER-ENCODING:\t Chunked \r\n\r\n', { isChunked: true }],
  ['HTTP/1.1 200 OK\r\ncontent-length:7\r\n\r\n', { contentLength: 7 }],
  ['HTTP/1.1 200 OK\r\nContent-Length:  007\t\r\n\r\n', { contentLength: 7 }],
  ['HTTP/1.1 200 OK\r\nContent-Length: 9007199254740991\r\n\r\n', { contentLength: Number.MAX_SAFE_INTEGER }],
  [
    'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nSet-Cookie: a=b\r\nLocation: /\r\nWWW-Authenticate: Basic\r\n\r\n',
    { marks: 15 },
  ],
  ['HTTP/1.1 302 Found\r\nlocation: /x\r\n\r\n', { status: 302, marks: headMark.location }],
  ['HTTP/1.1 200 OK\r\nX-Folded: a\r\n b\r\n\tc\r\nContent-Length: 1\r\n\r\n', { contentLength: 1 }],
  ['HTTP/1.1 200 \xe9\xff\r\nX: \xc3\xa9\r\n\r\n', { status: 200 }],
  ['HTTP/1.1 200 OK\r\nEmpty:\r\nContent-Length: 2\r\n\r\n', { contentLength: 2 }],
])('%j is valid', (text, expected) => {
  const { next, head } = parse(text)
  expect(head.violation).toBe('')
  expect(next).toBe(text.length)
  expect(head).toMatchObject(expected)
})

test.each([
  ['SSH-2.0-OpenSSH_9.2\r\n', 'it does not start with HTTP/'],
  ['x', 'it does not start with HTTP/'],
  ['http/1.1 200 OK\r\n\r\n', 'it does not start with HTTP/'],
  ['HTTP/2.0 200 OK\r\n\r\n', 'an unknown HTTP version'],
  ['HTTP/1.2 200 OK\r\n\r\n', 'an unknown HTTP version'],
  ['HTTP/1.1  200 OK\r\n\r\n', 'an invalid status line'],
  ['HTTP/1.1 20 OK\r\n\r\n', 'an invalid status line'],
  ['HTTP/1.1 2000 OK\r\n\r\n', 'an invalid status line'],
  ['HTTP/1.1 099 OK\r\n\r\n', 'an invalid status line'],
  ['HTTP/1.1 20x OK\r\n\r\n', 'an invalid status line'],
  ['HTTP/1.1 200 O\0K\r\n\r\n', 'an invalid status line'],
  ['HTTP/1.1 200 OK\rX: y\r\n\r\n', 'an invalid status line'],
  ['HTTP/1.1 200 OK\r\n folded: first\r\n\r\n', 'a folded header line'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\n 2\r\n\r\n', 'a folded header line'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n , gzip\r\n\r\n', 'a folded header line'],
  ['HTTP/1.1 200 OK\r\nNo colon\r\n\r\n', 'an invalid header name'],
  ['HTTP/1.1 200 OK\r\n: value\r\n\r\n', 'an invalid header name'],
  ['HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n', 'an invalid header name'],
  ['HTTP/1.1 200 OK\r\nN\xe4me: 5\r\n\r\n', 'an invalid header name'],
  ['HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n', 'an invalid character in a header value'],
  ['HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n', 'an invalid character in a header value'],
  ['HTTP/1.1 200 OK\r\nX: a\x7fb\r\n\r\n', 'an invalid character in a header value'],
  ['HTTP/1.1 200 OK\r\n\rX: y\r\n\r\n', 'a carriage return without a line feed in the head'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n', 'more than one Content-Length'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n', 'more than one Content-Length'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n', 'an invalid Content-Length'],
  ['HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n', 'an invalid Content-Length'],
  ['HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n', 'an invalid Content-Length'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n', 'an invalid Content-Length'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n\r\n', 'an invalid Content-Length'],
  ['HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n', 'an empty Content-Length'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 9007199254740992\r\n\r\n', 'a Content-Length beyond all bounds'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n', 'a Content-Length beyond all bounds'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n', 'an unsupported Transfer-Encoding'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n', 'an unsupported Transfer-Encoding'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n', 'an unsupported Transfer-Encoding'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n', 'more than one Transfer-Encoding'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n', 'both Content-Length and Transfer-Encoding'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n', 'both Content-Length and Transfer-Encoding'],
  ['HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'Transfer-Encoding in HTTP/1.0'],
])('%j is refused', (text, violation) => {
  const { next, head } = parse(text)
  expect(head.violation).toBe(violation)
  expect(next).toBe(-1)
})

const token = fc
  .stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/)
  .filter((name) => !/^(content-length|transfer-encoding|connection)$/i.test(name))
const value = fc.stringMatching(/^[!-~]([ -~]{0,28}[!-~])?$/)
const headers = fc.array(fc.tuple(token, value), { maxLength: 12 })
const lineEnd = fc.constantFrom('\r\n', '\n')

test('every proper beginning of a valid head is incomplete, and its headers come back as they were', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 999 }),
      fc.stringMatching(/^[ -~]{0,12}$/),
      headers,
      lineEnd,
      (status, reason, list, end) => {
        const text = `HTTP/1.1 ${String(status)} ${reason}${end}${list.map(([name, text]) => `${name}: ${text}${end}`).join('')}${end}`
        const bytes = Buffer.from(text)
        const head = new Http1Head()
        for (let length = 0; length < bytes.length; length++) expect(parseHead(bytes, 0, length, head)).toBe(0)
        expect(parseHead(bytes, 0, bytes.length, head)).toBe(bytes.length)
        expect(head.status).toBe(status)
        expect(readHeaders(bytes, 0, bytes.length)).toEqual(list.flat())
        expect(readReason(bytes, 0, bytes.length)).toBe(reason.trim())
      },
    ),
    { numRuns: 200 },
  )
})

test('no bytes whatever make the parser throw, run past the end, or accept a head without a blank line', () => {
  const line = fc.oneof(
    fc.constantFrom('Content-Length: 5', 'Transfer-Encoding: chunked', 'Connection: close', ' fold', 'HTTP/1.1 200 OK', ''),
    fc.string({ unit: 'binary', maxLength: 30 }),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(line, fc.constantFrom('\r\n', '\n', '\r', '')), { maxLength: 10 }), (lines) => {
      const bytes = Buffer.from(`HTTP/1.1 200 OK\r\n${lines.flat().join('')}`, 'latin1')
      const head = new Http1Head()
      const next = parseHead(bytes, 0, bytes.length, head)
      expect(next).toBeLessThanOrEqual(bytes.length)
      expect(next < 0).toBe(head.violation !== '')
      if (next > 0) expect(bytes.toString('latin1', 0, next)).toMatch(/\n\r?\n$/)
    }),
  )
})

test('folded lines are joined by one space', () => {
  const bytes = Buffer.from('HTTP/1.1 200 OK\r\nA: one\r\n  two\r\n\tthree \r\nB: x\r\n\r\n')
  expect(readHeaders(bytes, 0, bytes.length)).toEqual(['A', 'one two three', 'B', 'x'])
})

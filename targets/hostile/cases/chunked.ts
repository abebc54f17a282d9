import { chunked, type Expectation, head, type HostileCase, rawCases } from '../case.ts'

/** Bytes after a head that says chunked. A success must give `hello`. */
const bodies: readonly (readonly [name: string, expect: Expectation, bytes: string])[] = [
  ['right', 'ok', '5\r\nhello\r\n0\r\n\r\n'],
  ['in-many-chunks', 'ok', '1\r\nh\r\n1\r\ne\r\n3\r\nllo\r\n0\r\n\r\n'],
  ['leading-zeros', 'ok', '00005\r\nhello\r\n000\r\n\r\n'],
  ['extension', 'ok', '5;name=value\r\nhello\r\n0;last\r\n\r\n'],
  ['extension-quoted', 'ok', '5;name="a;b"\r\nhello\r\n0\r\n\r\n'],
  ['trailers', 'ok', '5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n'],
  ['trailer-content-length', 'either', '5\r\nhello\r\n0\r\nContent-Length: 99\r\n\r\n'],
  ['trailer-without-colon', 'either', '5\r\nhello\r\n0\r\nnonsense\r\n\r\n'],
  ['trailer-cut', 'failed', '5\r\nhello\r\n0\r\nX-Sum: '],
  ['space-after-size', 'either', '5 \r\nhello\r\n0\r\n\r\n'],
  ['space-before-size', 'either', ' 5\r\nhello\r\n0\r\n\r\n'],
  ['extension-of-64-kb', 'either', `5;${'x'.repeat(65_536)}\r\nhello\r\n0\r\n\r\n`],
  ['extension-with-lf', 'either', '5;a\nb\r\nhello\r\n0\r\n\r\n'],
  ['extension-flood', 'either', `5;${'a=b;'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`],
  ['line-feeds-only', 'either', '5\nhello\n0\n\n'],
  ['line-feed-after-size', 'either', '5\nhello\r\n0\r\n\r\n'],
  ['empty-size', 'failed', '\r\nhello\r\n0\r\n\r\n'],
  ['size-of-letters', 'failed', 'xyz\r\nhello\r\n0\r\n\r\n'],
  ['size-negative', 'failed', '-5\r\nhello\r\n0\r\n\r\n'],
  ['size-with-plus', 'failed', '+5\r\nhello\r\n0\r\n\r\n'],
  ['size-with-prefix', 'failed', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['size-with-underscore', 'failed', '0_5\r\nhello\r\n0\r\n\r\n'],
  ['size-with-fraction', 'failed', '5.0\r\nhello\r\n0\r\n\r\n'],
  ['size-then-letters', 'failed', '5hello\r\nhello\r\n0\r\n\r\n'],
  ['size-with-nul', 'failed', '5\0\r\nhello\r\n0\r\n\r\n'],
  ['size-quoted', 'failed', '"5"\r\nhello\r\n0\r\n\r\n'],
  ['size-over-32-bits', 'failed', '100000005\r\nhello\r\n0\r\n\r\n'],
  ['size-over-53-bits', 'failed', '20000000000005\r\nhello\r\n0\r\n\r\n'],
  ['size-over-64-bits', 'failed', '10000000000000005\r\nhello\r\n0\r\n\r\n'],
  ['size-of-a-thousand-digits', 'failed', `${'f'.repeat(1000)}\r\nhello\r\n0\r\n\r\n`],
  ['size-of-endless-zeros', 'either', `${'0'.repeat(100_000)}5\r\nhello\r\n0\r\n\r\n`],
  ['size-too-large', 'failed', '6\r\nhello\r\n0\r\n\r\n'],
  ['size-too-small', 'failed', '4\r\nhello\r\n0\r\n\r\n'],
  ['no-crlf-after-data', 'failed', '5\r\nhello0\r\n\r\n'],
  ['crlf-doubled-after-data', 'failed', '5\r\nhello\r\n\r\n0\r\n\r\n'],
  ['garbage-after-data', 'failed', '5\r\nhelloXX0\r\n\r\n'],
  ['cr-only-after-data', 'failed', '5\r\nhello\r0\r\n\r\n'],
  ['no-last-chunk', 'failed', '5\r\nhello\r\n'],
  ['nothing', 'failed', ''],
  ['only-size', 'failed', '5\r\n'],
  ['cut-in-data', 'failed', '5\r\nhel'],
  ['cut-after-data', 'failed', '5\r\nhello'],
  ['cut-in-last-size', 'failed', '5\r\nhello\r\n0'],
  ['no-final-line', 'either', '5\r\nhello\r\n0\r\n'],
  ['plain-body', 'failed', 'hello'],
  ['html-body', 'failed', '<html>hello</html>'],
]

/** What stands after Transfer-Encoding, before a right chunked `hello`. */
const codings: readonly (readonly [name: string, expect: Expectation, ...headers: string[]])[] = [
  ['upper-case', 'ok', 'TRANSFER-ENCODING: CHUNKED'],
  ['padded', 'ok', 'Transfer-Encoding: \t chunked \t'],
  ['with-content-length', 'either', 'Content-Length: 3', 'Transfer-Encoding: chunked'],
  ['with-content-length-after', 'either', 'Transfer-Encoding: chunked', 'Content-Length: 3'],
  ['twice', 'either', 'Transfer-Encoding: chunked, chunked'],
  ['in-two-lines', 'either', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
  ['not-last', 'either', 'Transfer-Encoding: chunked, identity'],
  ['after-identity', 'either', 'Transfer-Encoding: identity, chunked'],
  ['after-gzip', 'either', 'Transfer-Encoding: gzip, chunked'],
  ['misspelt', 'either', 'Transfer-Encoding: xchunked'],
  ['quoted', 'either', 'Transfer-Encoding: "chunked"'],
  ['with-parameter', 'either', 'Transfer-Encoding: chunked;q=1'],
  ['vertical-tab', 'either', 'Transfer-Encoding: \x0bchunked'],
  ['space-before-colon', 'either', 'Transfer-Encoding : chunked'],
  ['empty', 'either', 'Transfer-Encoding: '],
]

/** Chunks and announcements of chunks. */
export const chunkedCases: readonly HostileCase[] = [
  ...rawCases(
    'chunked',
    bodies.map(([name, expect, bytes]) => ({
      name,
      expect,
      ...(expect === 'ok' ? { body: 'hello' } : {}),
      bytes: chunked(bytes),
    })),
  ),
  ...rawCases(
    'transfer-encoding',
    codings.map(([name, expect, ...headers]) => ({
      name,
      expect,
      ...(expect === 'ok' ? { body: 'hello' } : {}),
      bytes: Buffer.concat([head(...headers), Buffer.from('5\r\nhello\r\n0\r\n\r\n')]),
    })),
  ),
  ...rawCases('transfer-encoding', [
    {
      name: 'chunked-in-http-1-0',
      expect: 'either',
      bytes: 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    },
  ]),
]

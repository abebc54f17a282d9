import { answer, type Expectation, type HostileCase, type RawCase, rawCases } from '../case.ts'

const locations: readonly (readonly [name: string, expect: Expectation, location: string])[] = [
  ['to-itself', 'either', '/redirect-to-itself'],
  ['empty', 'either', ''],
  ['to-fragment', 'either', '#here'],
  ['to-spaces', 'either', '   '],
  ['to-no-host', 'either', 'http://'],
  ['to-bad-port', 'either', 'http://127.0.0.1:99999/'],
  ['to-negative-port', 'either', 'http://127.0.0.1:-1/'],
  ['to-bad-ipv6', 'either', 'http://[::1/'],
  ['to-bad-host', 'either', 'http://a b/'],
  ['to-file', 'either', 'file:///etc/passwd'],
  ['to-javascript', 'either', 'javascript:alert(1)'],
  ['to-data', 'either', 'data:text/plain,hello'],
  ['to-mailto', 'either', 'mailto:a@example.com'],
  ['to-unknown-scheme', 'either', 'gopher://127.0.0.1/'],
  ['to-bad-escape', 'either', '/%zz%'],
  ['to-nul', 'either', '/a\0b'],
  ['to-bytes-over-127', 'either', '/\xff\xfe'],
  ['to-backslashes', 'either', '\\\\127.0.0.1\\x'],
  ['to-url-of-64-kb', 'either', `/${'a'.repeat(65_536)}`],
  ['to-refused-port', 'either', 'http://127.0.0.1:1/'],
  ['to-unknown-host', 'either', 'http://no-such-host.invalid/'],
]

const cookies: readonly (readonly [name: string, ...headers: string[]])[] = [
  ['empty', 'Set-Cookie: '],
  ['only-equals', 'Set-Cookie: ='],
  ['only-semicolons', 'Set-Cookie: ;;;;;'],
  ['no-name', 'Set-Cookie: =value'],
  ['no-value', 'Set-Cookie: name'],
  ['bytes-over-127', 'Set-Cookie: a=\xff\xfe'],
  ['quoted-open', 'Set-Cookie: a="b'],
  ['of-4-kb', `Set-Cookie: a=${'b'.repeat(4096)}`],
  ['other-domain', 'Set-Cookie: a=b; Domain=example.com'],
  ['top-domain', 'Set-Cookie: a=b; Domain=com'],
  ['domain-dots', 'Set-Cookie: a=b; Domain=...'],
  ['path-nonsense', 'Set-Cookie: a=b; Path=nowhere'],
  ['expires-nonsense', 'Set-Cookie: a=b; Expires=soon'],
  ['expires-year-0', 'Set-Cookie: a=b; Expires=Sat, 01 Jan 0000 00:00:00 GMT'],
  ['expires-month-13', 'Set-Cookie: a=b; Expires=Sat, 99 Foo 2099 99:99:99 GMT'],
  ['max-age-overflow', 'Set-Cookie: a=b; Max-Age=99999999999999999999999'],
  ['max-age-letters', 'Set-Cookie: a=b; Max-Age=forever'],
  ['same-site-nonsense', 'Set-Cookie: a=b; SameSite=Perhaps'],
  ['attributes-1000', `Set-Cookie: a=b${'; x=y'.repeat(1000)}`],
  ['prototype-name', 'Set-Cookie: __proto__=polluted', 'Set-Cookie: constructor=polluted'],
  ['host-prefix-wrong', 'Set-Cookie: __Host-a=b; Domain=127.0.0.1'],
]

const challenges: readonly (readonly [name: string, challenge: string])[] = [
  ['empty', ''],
  ['only-scheme', 'Digest'],
  ['no-nonce', 'Digest realm="r"'],
  ['unknown-algorithm', 'Digest realm="r", nonce="n", algorithm=ROT13'],
  ['unknown-qop', 'Digest realm="r", nonce="n", qop="strange"'],
  ['open-quote', 'Digest realm="r, nonce="n'],
  ['commas', 'Digest ,,,,=,=,'],
  ['nonce-of-60-kb', `Digest realm="r", nonce="${'n'.repeat(60_000)}", qop="auth"`],
  ['a-hundred', Array.from({ length: 100 }, (_, index) => `Scheme${index} realm="r"`).join(', ')],
  ['line-break-in-realm', 'Digest realm="r\\r\\nX: y", nonce="n", qop="auth"'],
]

/** Right framing around wrong meaning: redirects, cookies, challenges. */
export const semanticCases: readonly HostileCase[] = [
  ...rawCases(
    'redirect',
    locations.map(([name, expect, location]) => ({ name, expect, bytes: moved(`Location: ${location}`) })),
  ),
  ...rawCases('redirect', [
    { name: 'without-location', expect: 'either', bytes: moved() },
    { name: 'with-two-locations', expect: 'either', bytes: moved('Location: /after-keep-alive', 'Location: /redirect-empty') },
    ...[301, 303, 307, 308].map(
      (status): RawCase => ({
        name: `to-itself-${status}`,
        expect: 'either',
        bytes: `HTTP/1.1 ${status} Moved\r\nLocation: /redirect-to-itself-${status}\r\nContent-Length: 0\r\n\r\n`,
      }),
    ),
  ]),
  ...rawCases(
    'cookie',
    cookies.map(([name, ...headers]) => ({ name, expect: 'ok' as const, body: 'hello', bytes: answer('hello', ...headers) })),
  ),
  ...rawCases('cookie', [
    { name: 'control-bytes', expect: 'either', bytes: answer('hello', 'Set-Cookie: a\x01=b\x02') },
    { name: 'of-32-kb', expect: 'either', bytes: answer('hello', `Set-Cookie: a=${'b'.repeat(32_768)}`) },
  ]),
  ...rawCases(
    'challenge',
    challenges.map(([name, challenge]) => ({
      name,
      expect: 'either' as const,
      bytes: `HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ${challenge}\r\nContent-Length: 0\r\n\r\n`,
    })),
  ),
]

function moved(...headers: string[]): string {
  return ['HTTP/1.1 302 Found', ...headers, 'Content-Length: 0', '', ''].join('\r\n')
}

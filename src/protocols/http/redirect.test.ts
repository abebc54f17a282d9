import { expect, test } from 'vitest'
import { type RedirectHop, redirectOf } from './redirect.ts'

function hop(rest: Partial<Omit<RedirectHop, 'url'>> & { url?: string } = {}): RedirectHop {
  return {
    status: 302,
    method: 'GET',
    location: '/next',
    headers: [],
    ...rest,
    url: new URL(rest.url ?? 'http://a.test/dir/page?q#part'),
  }
}

test.each([
  { status: 301, method: 'GET', expected: 'GET', keepsBody: true },
  { status: 301, method: 'POST', expected: 'GET', keepsBody: false },
  { status: 302, method: 'POST', expected: 'GET', keepsBody: false },
  { status: 302, method: 'DELETE', expected: 'GET', keepsBody: false },
  { status: 303, method: 'PUT', expected: 'GET', keepsBody: false },
  { status: 303, method: 'HEAD', expected: 'HEAD', keepsBody: true },
  { status: 307, method: 'POST', expected: 'POST', keepsBody: true },
  { status: 308, method: 'PATCH', expected: 'PATCH', keepsBody: true },
])('$status turns $method into $expected; is the body kept? $keepsBody', ({ status, method, expected, keepsBody }) => {
  expect(redirectOf(hop({ status, method }))).toMatchObject({ type: 'follow', method: expected, keepsBody })
})

test.each([200, 204, 300, 304, 305, 306, 309, 400])('status %i is no redirect', (status) => {
  expect(redirectOf(hop({ status }))).toBeUndefined()
})

test('a redirect without a Location is an ordinary response', () => {
  expect(redirectOf(hop({ location: undefined }))).toBeUndefined()
})

test.each([
  { location: 'http://b.test/x', url: 'http://b.test/x#part' },
  { location: '//b.test/x', url: 'http://b.test/x#part' },
  { location: '/x', url: 'http://a.test/x#part' },
  { location: 'x', url: 'http://a.test/dir/x#part' },
  { location: '../x', url: 'http://a.test/x#part' },
  { location: '?r', url: 'http://a.test/dir/page?r#part' },
  { location: '/x#other', url: 'http://a.test/x#other' },
  { location: ' /spaced ', url: 'http://a.test/spaced#part' },
  { location: '/ü x', url: 'http://a.test/%C3%BC%20x#part' },
])('Location "$location" leads to $url', ({ location, url }) => {
  expect(redirectOf(hop({ location }))).toMatchObject({ type: 'follow', url: expect.objectContaining({ href: url }) as URL })
})

test.each([
  { location: '', message: 'the Location header of the redirect is empty' },
  { location: 'http://', message: 'the Location header of the redirect is not a URL: http://' },
  { location: 'http://a:99999/', message: 'the Location header of the redirect is not a URL: http://a:99999/' },
  { location: 'ftp://a.test/', message: 'the redirect leads to an unsupported scheme: ftp:' },
  { location: 'javascript:alert(1)', message: 'the redirect leads to an unsupported scheme: javascript:' },
])('Location "$location" is broken: $message', ({ location, message }) => {
  expect(redirectOf(hop({ location }))).toEqual({ type: 'broken', message })
})

const credentials = ['Authorization', 'Cookie', 'X-Other', 'Host']

test.each([
  { from: 'http://a.test/', to: 'http://a.test/x', isForeign: false, dropped: [] },
  { from: 'http://a.test/', to: 'https://a.test/x', isForeign: false, dropped: [] },
  { from: 'http://a.test/', to: 'http://a.test:81/x', isForeign: false, dropped: ['Host'] },
  { from: 'https://a.test/', to: 'http://a.test/x', isForeign: true, dropped: ['Authorization', 'Cookie'] },
  { from: 'http://a.test/', to: 'http://b.test/x', isForeign: true, dropped: ['Authorization', 'Cookie', 'Host'] },
  { from: 'http://a.test/', to: 'http://x.a.test/', isForeign: true, dropped: ['Authorization', 'Cookie', 'Host'] },
])('from $from to $to drops $dropped', ({ from, to, isForeign, dropped }) => {
  expect(redirectOf(hop({ url: from, location: to, headers: credentials }))).toMatchObject({ isForeign, droppedHeaders: dropped })
})

test('headers that describe the body go when the body goes, in any case', () => {
  const headers = ['content-TYPE', 'Content-Length', 'Content-Encoding', 'Accept']
  expect(redirectOf(hop({ method: 'POST', headers }))).toMatchObject({ droppedHeaders: headers.slice(0, 3) })
  expect(redirectOf(hop({ method: 'POST', headers, status: 307 }))).toMatchObject({ droppedHeaders: [] })
})

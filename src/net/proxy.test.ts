import { expect, test } from 'vitest'
import { ProxyRules } from './proxy.ts'

const http = 'http://proxy.test:3128'
const https = 'https://user:p%40ss@secure.test'

test('plain and TLS targets have a proxy each; credentials become Basic', () => {
  const rules = new ProxyRules({ http, https, noProxy: [] })
  expect(rules.proxyFor('a.test', 80, false)).toEqual({ host: 'proxy.test', port: 3128, tls: false, authorization: undefined })
  const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`
  expect(rules.proxyFor('a.test', 443, true)).toEqual({ host: 'secure.test', port: 443, tls: true, authorization })
})

test('without a proxy for the kind of target there is none', () => {
  const rules = new ProxyRules({ http, https: undefined, noProxy: [] })
  expect(rules.proxyFor('a.test', 443, true)).toBeUndefined()
  expect(new ProxyRules({ http: undefined, https: undefined, noProxy: [] }).proxyFor('a.test', 80, false)).toBeUndefined()
})

test.each(['localhost', '127.0.0.1', '127.9.9.9', '::1'])('this machine (%s) is never reached through a proxy', (host) => {
  expect(new ProxyRules({ http, https, noProxy: [] }).proxyFor(host, 80, false)).toBeUndefined()
})

test.each([
  { noProxy: '*', host: 'a.test', port: 80, isProxied: false },
  { noProxy: 'example.com', host: 'example.com', port: 80, isProxied: false },
  { noProxy: 'example.com', host: 'api.example.com', port: 80, isProxied: false },
  { noProxy: 'example.com', host: 'badexample.com', port: 80, isProxied: true },
  { noProxy: '.example.com', host: 'api.example.com', port: 80, isProxied: false },
  { noProxy: '.example.com', host: 'example.com', port: 80, isProxied: true },
  { noProxy: '*.example.com', host: 'api.example.com', port: 80, isProxied: false },
  { noProxy: '*.example.com', host: 'example.com', port: 80, isProxied: true },
  { noProxy: 'EXAMPLE.com', host: 'example.com', port: 80, isProxied: false },
  { noProxy: 'example.com:8080', host: 'example.com', port: 8080, isProxied: false },
  { noProxy: 'example.com:8080', host: 'example.com', port: 80, isProxied: true },
  { noProxy: '10.0.0.0/8', host: '10.1.2.3', port: 80, isProxied: false },
  { noProxy: '10.0.0.0/8', host: '11.1.2.3', port: 80, isProxied: true },
  { noProxy: '10.0.0.1:81', host: '10.0.0.1', port: 81, isProxied: false },
  { noProxy: '10.0.0.1:81', host: '10.0.0.1', port: 80, isProxied: true },
  { noProxy: 'fd00::/8', host: 'fd00::5', port: 80, isProxied: false },
  { noProxy: ' , other.test ,', host: 'a.test', port: 80, isProxied: true },
])('NO_PROXY "$noProxy": is $host:$port proxied? $isProxied', ({ noProxy, host, port, isProxied }) => {
  const rules = new ProxyRules({ http, https, noProxy: noProxy.split(',') })
  expect(rules.proxyFor(host, port, false) !== undefined).toBe(isProxied)
})

test('a proxy without a scheme is a plain one', () => {
  const rules = new ProxyRules({ http: 'user:pw@proxy.test:81', https: undefined, noProxy: [] })
  expect(rules.proxyFor('a.test', 80, false)).toMatchObject({ host: 'proxy.test', port: 81, tls: false })
})

test.each(['socks5://proxy.test:1080', 'http://', 'http://user:secret@:99999999'])(
  '%s is refused, and no password shows',
  (proxy) => {
    const make = (): ProxyRules => new ProxyRules({ http: proxy, https: undefined, noProxy: [] })
    expect(make).toThrow(
      expect.objectContaining({ code: 'NET_PROXY_INVALID', message: expect.not.stringContaining('secret') as string }),
    )
  },
)

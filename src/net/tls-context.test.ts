import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { TlsSettings } from './dialer-settings.ts'
import { TlsContexts } from './tls-context.ts'

const fixture = (name: string): string => readFileSync(new URL(`../../test/fixtures/tls/${name}`, import.meta.url), 'utf8')
const client = { cert: fixture('client.pem'), key: fixture('client.key'), password: undefined }

function contextsWith(settings: Partial<TlsSettings>): TlsContexts {
  return new TlsContexts({
    isVerificationSkipped: false,
    minVersion: undefined,
    maxVersion: undefined,
    cipherSuites: [],
    auth: [],
    ca: [],
    ...settings,
  })
}

test('hosts share a context, except where a client certificate is for them', () => {
  const contexts = contextsWith({ auth: [{ ...client, domains: ['mine.test', '*.mine.test'] }] })
  const plain = contexts.contextFor('a.test')
  expect(contexts.contextFor('b.test')).toBe(plain)
  const own = contexts.contextFor('mine.test')
  expect(own).not.toBe(plain)
  expect(contexts.contextFor('api.mine.test')).toBe(own)
})

test('a certificate without domains is for every host', () => {
  const contexts = contextsWith({ auth: [{ ...client, domains: [] }] })
  expect(contexts.contextFor('a.test')).toBe(contexts.contextFor('b.test'))
})

test('an encrypted key is opened with its password', () => {
  const auth = [{ domains: ['a.test'], cert: client.cert, key: fixture('client-encrypted.key'), password: 'secret' }]
  expect(() => contextsWith({ auth })).not.toThrow()
})

test.each([
  { title: 'an empty range of versions', settings: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' }, code: 'NET_TLS_INVALID' },
  { title: 'an unknown cipher', settings: { cipherSuites: ['FAST'] }, code: 'NET_CIPHER_UNKNOWN' },
  { title: 'nothing but retired ciphers', settings: { cipherSuites: ['TLS_RSA_WITH_RC4_128_SHA'] }, code: 'NET_CIPHER_UNKNOWN' },
  {
    title: 'a root that is no PEM',
    settings: { ca: ['-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----'] },
    code: 'NET_TLS_INVALID',
  },
  {
    title: 'a wrong password',
    settings: { auth: [{ domains: [], cert: client.cert, key: fixture('client-encrypted.key'), password: 'no' }] },
    code: 'NET_CLIENT_CERTIFICATE_INVALID',
  },
  {
    title: 'a key of another certificate',
    settings: { auth: [{ ...client, domains: ['a.test'], key: fixture('server.key') }] },
    code: 'NET_CLIENT_CERTIFICATE_INVALID',
  },
  {
    title: 'a domain that is no pattern',
    settings: { auth: [{ ...client, domains: ['a.*.test'] }] },
    code: 'NET_PATTERN_INVALID',
  },
] as const)('$title is refused with $code and a hint', ({ settings, code }) => {
  expect(() => contextsWith(settings)).toThrow(expect.objectContaining({ code, hint: expect.any(String) as string }))
})

import { createHmac, getHashes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundModule } from './bound-module.conformance.ts'

interface Digester {
  update(data: unknown): void
  digest(encoding?: string): string | ArrayBuffer
}
type OneCall = (data: unknown, encoding?: string) => string | ArrayBuffer
interface Crypto extends Record<'md4' | 'md5' | 'sha1' | 'sha256' | 'sha512_256' | 'ripemd160', OneCall> {
  createHash(algorithm: string): Digester
  createHMAC(algorithm: string, secret: unknown): Digester
  hmac(algorithm: string, secret: unknown, data: unknown, encoding?: string): string | ArrayBuffer
  randomBytes(size: unknown): ArrayBuffer
  hexEncode(data: unknown): string
}
const { module: crypto } = boundModule<Crypto>('k6/crypto')

test('digests come in every encoding', () => {
  expect([
    crypto.sha256('a', 'hex'),
    crypto.md5('a', 'base64'),
    crypto.hmac('sha1', 'k', 'd', 'base64rawurl'),
    crypto.sha512_256('a', 'base64url'),
  ]).toEqual([
    'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
    'DMF1ucDxtqgxw5niaXcmYQ==',
    'K5DkHnwMyOL3XAKRDDiZzEaLoxY',
    'RV5RiCS8BgH5-4WP9cN9QX1nwvjg3yur5ICIWK6oMPg=',
  ])
  expect(Buffer.from(crypto.md5('a', 'binary') as ArrayBuffer).toString('base64')).toBe('DMF1ucDxtqgxw5niaXcmYQ==')
})

test('a hash can be read while it grows', () => {
  const hash = crypto.createHash('md5')
  hash.update('a')
  const first = hash.digest('hex')
  hash.update('b')
  expect([first, hash.digest('hex'), hash.digest('hex')]).toEqual([
    crypto.md5('a', 'hex'),
    '187ef4436122d1cc2f40dc2b92f0eba0',
    '187ef4436122d1cc2f40dc2b92f0eba0',
  ])
})

test.each([
  ['md5', 'md5'],
  ['sha1', 'sha1'],
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha512', 'sha512'],
  ['sha512_224', 'sha512-224'],
  ['sha512_256', 'sha512-256'],
])('HMACs of %s are those of OpenSSL, whatever the length of the key', (algorithm, name) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array(), (secret, data) => {
      const digester = crypto.createHMAC(algorithm, secret)
      digester.update(data)
      digester.digest('hex')
      digester.update('more')
      expect(digester.digest('hex')).toBe(createHmac(name, secret).update(data).update('more').digest('hex'))
    }),
  )
})

test.each(['md4', 'ripemd160'] as const)('%s is computed, or the error says that OpenSSL lacks it', (algorithm) => {
  const vectors = { md4: 'a448017aaf21d8525fc10ae87aa6729d', ripemd160: '8eb208f7e05d987a9b044a8e98c6b087f15a0bfc' }
  const isThere = getHashes().includes(algorithm) && isUsable(algorithm)
  const call = (): unknown => crypto[algorithm]('abc', 'hex')
  if (isThere) expect(call()).toBe(vectors[algorithm])
  else expect(call).toThrow(expect.objectContaining({ code: 'K6_ALGORITHM_UNAVAILABLE' }))
})

function isUsable(algorithm: string): boolean {
  try {
    createHmac(algorithm, 'key')
    return true
  } catch {
    return false
  }
}

test('bytes become hexadecimal digits', () => {
  expect(crypto.hexEncode(new Uint8Array([1, 255]).buffer)).toBe('01ff')
})

test('random bytes come in the size asked for', () => {
  expect(crypto.randomBytes(4).byteLength).toBe(4)
  const draw = (): string => crypto.hexEncode(crypto.randomBytes(32))
  expect(draw()).not.toBe(draw())
})

test.each([
  { what: 'encoding', call: () => crypto.sha256('a', 'zzz'), message: 'invalid output encoding: zzz' },
  { what: 'missing encoding', call: () => crypto.sha256('a'), message: 'invalid output encoding: ' },
  { what: 'size', call: () => crypto.randomBytes(-1), message: 'invalid size' },
  { what: 'size that is no number', call: () => crypto.randomBytes('x'), message: 'invalid size' },
  { what: 'algorithm', call: () => crypto.createHash('constructor'), message: 'invalid algorithm: constructor' },
  { what: 'data', call: () => crypto.sha256(5, 'hex'), message: 'number is neither a text nor bytes' },
])('a wrong $what is refused', ({ call, message }) => {
  expect(call).toThrow(expect.objectContaining({ name: 'GoError', message }))
})

import { createHash as createNodeHash, type Hash, randomBytes as randomNodeBytes } from 'node:crypto'
import { UserError, messageOf } from '../../../base/user-error.ts'
import { arrayBufferOf, bytesOf } from '../bytes.ts'
import { GoError } from '../go-error.ts'
import type { K6Module } from '../host.ts'

/** The module `k6/crypto`: digests, HMACs, random bytes. */
export const cryptoModule: K6Module = () => ({ ...members, default: members })

interface Algorithm {
  /** As OpenSSL calls it. */
  readonly name: string
  readonly blockBytes: number
}

const algorithms: Readonly<Record<string, Algorithm>> = {
  md4: { name: 'md4', blockBytes: 64 },
  md5: { name: 'md5', blockBytes: 64 },
  sha1: { name: 'sha1', blockBytes: 64 },
  sha256: { name: 'sha256', blockBytes: 64 },
  sha384: { name: 'sha384', blockBytes: 128 },
  sha512: { name: 'sha512', blockBytes: 128 },
  sha512_224: { name: 'sha512-224', blockBytes: 128 },
  sha512_256: { name: 'sha512-256', blockBytes: 128 },
  ripemd160: { name: 'ripemd160', blockBytes: 64 },
}

/** A digest that may be read again and again while it grows. */
interface Digester {
  update(data: unknown): void
  digest(encoding?: unknown): string | ArrayBuffer
}

const oneCall = (name: string) => (data: unknown, encoding?: unknown) => {
  const hash = start(algorithmOf(name))
  return encoded(hash.update(bytesOf(data)).digest(), encoding)
}

const members: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(Object.keys(algorithms).map((name) => [name, oneCall(name)])),
  createHash,
  createHMAC,
  hmac: (algorithm: unknown, secret: unknown, data: unknown, encoding?: unknown) => {
    const digester = createHMAC(algorithm, secret)
    digester.update(data)
    return digester.digest(encoding)
  },
  randomBytes,
  hexEncode: (data: unknown) => encoded(Buffer.from(bytesOf(data)), 'hex'),
}

function createHash(algorithm: unknown): Digester {
  const hash = start(algorithmOf(algorithm))
  return {
    update: (data) => void hash.update(bytesOf(data)),
    digest: (encoding) => encoded(hash.copy().digest(), encoding),
  }
}

/** HMAC of RFC 2104 out of two hashes: Node's own ends with its first digest. */
function createHMAC(algorithmName: unknown, secret: unknown): Digester {
  const algorithm = algorithmOf(algorithmName)
  const given = bytesOf(secret)
  const key = Buffer.alloc(algorithm.blockBytes)
  key.set(given.byteLength > key.length ? start(algorithm).update(given).digest() : given)
  const inner = start(algorithm).update(key.map((byte) => byte ^ 0x36))
  const outer = start(algorithm).update(key.map((byte) => byte ^ 0x5c))
  return {
    update: (data) => void inner.update(bytesOf(data)),
    digest: (encoding) => encoded(outer.copy().update(inner.copy().digest()).digest(), encoding),
  }
}

function algorithmOf(given: unknown): Algorithm {
  const name = String(given)
  const known = Object.hasOwn(algorithms, name) ? algorithms[name] : undefined
  if (known) return known
  throw new GoError(`invalid algorithm: ${name}`, `write one of ${Object.keys(algorithms).join(', ')}`)
}

function start({ name }: Algorithm): Hash {
  try {
    return createNodeHash(name)
  } catch (cause) {
    throw new UserError('K6_ALGORITHM_UNAVAILABLE', `the OpenSSL of this Node has no ${name}: ${messageOf(cause)}`, {
      hint: 'allow it with NODE_OPTIONS=--openssl-legacy-provider, or use another algorithm',
      cause,
    })
  }
}

function encoded(bytes: Buffer, given: unknown = ''): string | ArrayBuffer {
  const encoding = String(given)
  switch (encoding) {
    case 'hex':
      return bytes.toString('hex')
    case 'base64':
      return bytes.toString('base64')
    case 'base64url':
      return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
    case 'base64rawurl':
      return bytes.toString('base64url')
    case 'binary':
      return arrayBufferOf(bytes)
    default:
      throw new GoError(`invalid output encoding: ${encoding}`, 'write hex, base64, base64url, base64rawurl or binary')
  }
}

function randomBytes(size: unknown): ArrayBuffer {
  const count = Math.trunc(Number(size))
  if (!(count >= 1 && count <= 2 ** 31 - 1)) throw new GoError('invalid size', 'ask for 1 to 2147483647 bytes')
  return arrayBufferOf(randomNodeBytes(count))
}

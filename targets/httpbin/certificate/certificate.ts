import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import {
  derBitString,
  derBoolean,
  derInteger,
  derObjectId,
  derOctetString,
  derSequence,
  derSet,
  derText,
  derTime,
  derValue,
} from './der.ts'

/** What the server shows to its clients; all but `valid` are there to be refused. */
export type CertificateKind = 'valid' | 'expired' | 'not-yet-valid' | 'wrong-host' | 'self-signed'

/** The kinds, for command lines and tests. */
export const certificateKinds: readonly CertificateKind[] = ['valid', 'expired', 'not-yet-valid', 'wrong-host', 'self-signed']

/** A certificate with its private key, both PEM. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

/** What one TLS server needs: a fresh authority, the server's identity and one that clients may show. */
export interface TlsMaterial {
  /** PEM of the authority that signed `server` and `client`. */
  readonly ca: string
  readonly server: Identity
  readonly client: Identity
}

interface CertificateRequest {
  readonly name: string
  readonly hosts: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
  readonly isAuthority: boolean
  readonly publicKey: KeyObject
}

interface Issuer {
  readonly name: string
  readonly privateKey: KeyObject
}

const dayMs = 86_400_000
const authorityName = 'Brunt sample target authority'
const localHosts = ['localhost', '127.0.0.1', '::1']

/**
 * Makes an authority (EC P-256) and certificates signed by it, in memory, valid from yesterday for 30 days, for
 * localhost, 127.0.0.1, ::1 and `extraHosts`. Takes about 2 ms; nothing is stored.
 */
export function createTlsMaterial(kind: CertificateKind, extraHosts: readonly string[] = []): TlsMaterial {
  const nowMs = Date.now()
  const valid = { notBefore: new Date(nowMs - dayMs), notAfter: new Date(nowMs + 30 * dayMs) }
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = { name: authorityName, privateKey: authority.privateKey }
  const ca = issue({ name: authorityName, hosts: [], ...valid, isAuthority: true, publicKey: authority.publicKey }, issuer)
  const hosts = kind === 'wrong-host' ? ['wrong.host.invalid'] : [...new Set([...localHosts, ...extraHosts])]
  return {
    ca,
    server: createIdentity(
      'Brunt sample target',
      hosts,
      period(kind, nowMs) ?? valid,
      kind === 'self-signed' ? undefined : issuer,
    ),
    client: createIdentity('Brunt sample client', ['client.localhost'], valid, issuer),
  }
}

function period(kind: CertificateKind, nowMs: number): { notBefore: Date; notAfter: Date } | undefined {
  if (kind === 'expired') return { notBefore: new Date(nowMs - 30 * dayMs), notAfter: new Date(nowMs - dayMs) }
  if (kind === 'not-yet-valid') return { notBefore: new Date(nowMs + dayMs), notAfter: new Date(nowMs + 30 * dayMs) }
  return undefined
}

function createIdentity(
  name: string,
  hosts: readonly string[],
  validity: { notBefore: Date; notAfter: Date },
  issuer: Issuer | undefined,
): Identity {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const request = { name, hosts, ...validity, isAuthority: false, publicKey: keys.publicKey }
  return {
    cert: issue(request, issuer ?? { name, privateKey: keys.privateKey }),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** An X.509 version 3 certificate (RFC 5280) as PEM. */
function issue(request: CertificateRequest, issuer: Issuer): string {
  const algorithm = derSequence(derObjectId('1.2.840.10045.4.3.2')) // ecdsa-with-SHA256
  const serial = randomBytes(16)
  serial[0] = (serial[0] ?? 0) | 0x40 // never zero, never shortened
  const body = derSequence(
    derValue(0xa0, derInteger(Buffer.from([2]))),
    derInteger(serial),
    algorithm,
    nameOf(issuer.name),
    derSequence(derTime(request.notBefore), derTime(request.notAfter)),
    nameOf(request.name),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    derValue(0xa3, derSequence(...extensions(request), ...keyIdentifiers(request, issuer))),
  )
  const signature = sign('sha256', body, issuer.privateKey)
  const base64 = derSequence(body, algorithm, derBitString(signature)).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`
}

function nameOf(commonName: string): Buffer {
  return derSequence(derSet(derSequence(derObjectId('2.5.4.3'), derText(commonName))))
}

function extensions(request: CertificateRequest): Buffer[] {
  if (request.isAuthority) {
    return [
      extension('2.5.29.19', derSequence(derBoolean(true)), true),
      extension('2.5.29.15', derBitString(Buffer.from([0x06]), 1), true), // keyCertSign, cRLSign
    ]
  }
  return [
    extension('2.5.29.19', derSequence(), true),
    extension('2.5.29.15', derBitString(Buffer.from([0x80]), 7), true), // digitalSignature
    extension('2.5.29.37', derSequence(derObjectId('1.3.6.1.5.5.7.3.1'), derObjectId('1.3.6.1.5.5.7.3.2')), false),
    extension('2.5.29.17', derSequence(...request.hosts.map(alternativeName)), false),
  ]
}

/** Strict verifiers want to see which key signed which (RFC 5280 §4.2.1.1 and §4.2.1.2). */
function keyIdentifiers(request: CertificateRequest, issuer: Issuer): Buffer[] {
  return [
    extension('2.5.29.14', derOctetString(keyIdentifier(request.publicKey)), false),
    extension('2.5.29.35', derSequence(derValue(0x80, keyIdentifier(createPublicKey(issuer.privateKey)))), false),
  ]
}

function keyIdentifier(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return createHash('sha1').update(point).digest()
}

function extension(objectId: string, value: Buffer, isCritical: boolean): Buffer {
  return derSequence(derObjectId(objectId), ...(isCritical ? [derBoolean(true)] : []), derOctetString(value))
}

function alternativeName(host: string): Buffer {
  const family = isIP(host)
  if (family === 0) return derValue(0x82, Buffer.from(host, 'latin1'))
  return derValue(0x87, family === 4 ? Buffer.from(host.split('.').map(Number)) : ipv6Bytes(host))
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::')
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const left = groups(head)
  const right = groups(tail ?? '')
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

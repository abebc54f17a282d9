import { createHash, randomBytes } from 'node:crypto'
import { type Exchange, Refusal } from '../exchange.ts'
import type { RouteSpec } from '../router.ts'

const realm = 'brunt-target'

/** Basic, digest (RFC 7616) and bearer authentication with the credentials in the path. */
export const authenticationRoutes: readonly RouteSpec[] = [
  { pattern: '/basic-auth/{user}/{password}', answer: answerBasic },
  { pattern: '/hidden-basic-auth/{user}/{password}', answer: answerHiddenBasic },
  { pattern: '/digest-auth/{qop}/{user}/{password}', readsBody: true, answer: answerDigest },
  { pattern: '/digest-auth/{qop}/{user}/{password}/{algorithm}', readsBody: true, answer: answerDigest },
  { pattern: '/bearer', answer: answerBearer },
]

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(exchange: Exchange): string | undefined {
  return /^bearer +(\S+)$/i.exec(exchange.header('authorization') ?? '')?.[1]
}

function answerBasic(exchange: Exchange): void {
  const { user, isAuthorized } = checkBasic(exchange)
  const headers = isAuthorized ? [] : ['WWW-Authenticate', 'Basic realm="Fake Realm"']
  exchange.json({ authenticated: isAuthorized, user, authorized: isAuthorized }, isAuthorized ? 200 : 401, headers)
}

function answerHiddenBasic(exchange: Exchange): void {
  const { user, isAuthorized } = checkBasic(exchange)
  if (!isAuthorized) throw new Refusal(404, '')
  exchange.json({ authenticated: true, user, authorized: true })
}

function checkBasic(exchange: Exchange): { user: string; isAuthorized: boolean } {
  const encoded = /^basic +(\S+)$/i.exec(exchange.header('authorization') ?? '')?.[1] ?? ''
  const credentials = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = credentials.indexOf(':')
  const user = colon < 0 ? '' : credentials.slice(0, colon)
  const [expectedUser, expectedPassword] = exchange.params
  return { user, isAuthorized: colon >= 0 && user === expectedUser && credentials.slice(colon + 1) === expectedPassword }
}

function answerBearer(exchange: Exchange): void {
  const token = bearerToken(exchange)
  if (token === undefined) throw new Refusal(401, '', ['WWW-Authenticate', 'Bearer'])
  exchange.json({ authenticated: true, token })
}

const hashNames: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }

function answerDigest(exchange: Exchange): void {
  const [qop = '', user = '', password = '', algorithm = 'MD5'] = exchange.params
  if (qop !== 'auth' && qop !== 'auth-int') throw new Refusal(400, `invalid QOP directive: "${qop}" is neither auth nor auth-int`)
  const upper = algorithm.toUpperCase()
  if (hashNames[upper.replace(/-SESS$/, '')] === undefined) {
    throw new Refusal(
      400,
      `invalid algorithm: ${algorithm} is none of ${Object.keys(hashNames).join(', ')} (with -sess or without)`,
    )
  }
  if (!isDigestRight(exchange, { qop, user, password, algorithm: upper })) {
    const nonce = randomBytes(16).toString('hex')
    const opaque = randomBytes(8).toString('hex')
    const challenge = `Digest realm="${realm}", qop="${qop}", algorithm=${upper}, nonce="${nonce}", opaque="${opaque}"`
    throw new Refusal(401, '', ['WWW-Authenticate', challenge])
  }
  exchange.json({ authenticated: true, user, authorized: true })
}

function isDigestRight(
  exchange: Exchange,
  expected: { qop: string; user: string; password: string; algorithm: string },
): boolean {
  const given = digestFields(exchange.header('authorization') ?? '')
  const field = (name: string): string => given.get(name) ?? ''
  const asked = `${exchange.path}${exchange.query}`
  if (field('username') !== expected.user || field('realm') !== realm || field('uri') !== asked) return false
  if (field('qop') !== expected.qop || field('nonce') === '' || !/^[0-9a-f]{8}$/i.test(field('nc')) || field('cnonce') === '')
    return false
  if ((field('algorithm') || 'MD5').toUpperCase() !== expected.algorithm) return false

  const isSession = expected.algorithm.endsWith('-SESS')
  const name = hashNames[expected.algorithm.replace(/-SESS$/, '')] ?? 'md5'
  const hash = (data: string | Buffer): string => createHash(name).update(data).digest('hex')
  const user = hash(`${expected.user}:${realm}:${expected.password}`)
  const secret = isSession ? hash(`${user}:${field('nonce')}:${field('cnonce')}`) : user
  const request = `${exchange.method}:${field('uri')}${expected.qop === 'auth-int' ? `:${hash(exchange.body)}` : ''}`
  const parts = [secret, field('nonce'), field('nc'), field('cnonce'), field('qop'), hash(request)]
  return field('response') === hash(parts.join(':'))
}

function digestFields(header: string): Map<string, string> {
  const fields = new Map<string, string>()
  if (!/^digest\s/i.test(header)) return fields
  for (const [, name, quoted, plain] of header.slice(7).matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*))/g)) {
    fields.set((name ?? '').toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '')
  }
  return fields
}

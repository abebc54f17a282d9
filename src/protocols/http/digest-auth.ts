import { createHash } from 'node:crypto'

/** A `WWW-Authenticate: Digest` (or Proxy-Authenticate) challenge that we can answer. */
export interface DigestChallenge {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  readonly algorithm: DigestAlgorithm
  /** Was `algorithm` in the challenge? Some servers dislike it in the answer when not. */
  readonly isAlgorithmGiven: boolean
  /** Empty: the answer is the one of RFC 2069. */
  readonly qop: readonly ('auth' | 'auth-int')[]
  readonly isStale: boolean
  readonly isUserhash: boolean
}

export type DigestAlgorithm = 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess' | 'SHA-512-256' | 'SHA-512-256-sess'

export interface DigestRequest {
  readonly method: string
  /** The request target as sent: path and query. */
  readonly uri: string
  readonly username: string
  readonly password: string
  /** Needed for `auth-int` only. */
  readonly body: string | Uint8Array | undefined
  readonly cnonce: string
  /** How many requests used this nonce, this one included; 1 by default. */
  readonly nonceCount?: number
}

/** Weakest first. */
const algorithms: readonly DigestAlgorithm[] = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess']
const hashNames: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }

/** The strongest Digest challenge that we can answer, out of all values of the header; `undefined` when there is none. */
export function parseDigestChallenge(headerValues: readonly string[]): DigestChallenge | undefined {
  let best: DigestChallenge | undefined
  for (const value of headerValues) {
    for (const { scheme, parameters } of splitChallenges(value)) {
      const challenge = scheme === 'digest' ? challengeOf(parameters) : undefined
      if (challenge !== undefined && (best === undefined || strength(challenge) > strength(best))) best = challenge
    }
  }
  return best
}

/** The value of the `Authorization` header (RFC 7616, RFC 2069 without qop). */
export function digestAuthorization(challenge: DigestChallenge, request: DigestRequest): string {
  const { realm, nonce, algorithm } = challenge
  const hash = hasher(algorithm)
  const qop = chosenQop(challenge)
  const nonceCount = (request.nonceCount ?? 1).toString(16).padStart(8, '0')
  let secret = hash(`${request.username}:${realm}:${request.password}`)
  if (algorithm.endsWith('-sess')) secret = hash(`${secret}:${nonce}:${request.cnonce}`)
  const bodyHash = qop === 'auth-int' ? `:${hash(request.body ?? '')}` : ''
  const action = hash(`${request.method}:${request.uri}${bodyHash}`)
  const response =
    qop === undefined
      ? hash(`${secret}:${nonce}:${action}`)
      : hash(`${secret}:${nonce}:${nonceCount}:${request.cnonce}:${qop}:${action}`)
  const username = challenge.isUserhash ? hash(`${request.username}:${realm}`) : request.username
  const parts = [
    usernamePart(username),
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(request.uri)}`,
    `response="${response}"`,
  ]
  if (challenge.isAlgorithmGiven) parts.push(`algorithm=${algorithm}`)
  if (challenge.opaque !== undefined) parts.push(`opaque=${quote(challenge.opaque)}`)
  if (qop !== undefined) parts.push(`qop=${qop}`, `nc=${nonceCount}`)
  if (qop !== undefined || algorithm.endsWith('-sess')) parts.push(`cnonce=${quote(request.cnonce)}`)
  if (challenge.isUserhash) parts.push('userhash=true')
  return `Digest ${parts.join(', ')}`
}

/** `auth` is enough unless the server insists on more. */
function chosenQop({ qop }: DigestChallenge): 'auth' | 'auth-int' | undefined {
  if (qop.includes('auth')) return 'auth'
  return qop.includes('auth-int') ? 'auth-int' : undefined
}

function hasher(algorithm: DigestAlgorithm): (input: string | Uint8Array) => string {
  const name = hashNames[algorithm.replace(/-sess$/, '')] ?? 'md5'
  return (input) => createHash(name).update(input).digest('hex')
}

function strength(challenge: DigestChallenge): number {
  return algorithms.indexOf(challenge.algorithm)
}

function challengeOf(parameters: ReadonlyMap<string, string>): DigestChallenge | undefined {
  const nonce = parameters.get('nonce')
  const given = parameters.get('algorithm')
  const algorithm = algorithms.find((known) => known.toLowerCase() === (given ?? 'MD5').toLowerCase())
  if (nonce === undefined || algorithm === undefined) return undefined
  const offered = parameters.get('qop')
  const qop = (offered ?? '').split(',').map((text) => text.trim().toLowerCase())
  const known = qop.filter((text) => text === 'auth' || text === 'auth-int')
  // Only protections that we do not know: no answer would be right.
  if (offered !== undefined && offered.trim() !== '' && known.length === 0) return undefined
  return {
    realm: parameters.get('realm') ?? '',
    nonce,
    opaque: parameters.get('opaque'),
    algorithm,
    isAlgorithmGiven: given !== undefined,
    qop: known,
    isStale: parameters.get('stale')?.toLowerCase() === 'true',
    isUserhash: parameters.get('userhash')?.toLowerCase() === 'true',
  }
}

interface Challenge {
  readonly scheme: string
  readonly parameters: Map<string, string>
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const parameterPattern = new RegExp(`(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]*))`, 'y')
const schemePattern = new RegExp(`(${token})(?=\\s|,|$)`, 'y')
const separatorPattern = /[\s,]+/y
const token68Pattern = /[A-Za-z0-9\-._~+/]+=*(?=\s*(?:,|$))/y

/** One header value may hold several challenges (RFC 9110 §11.6.1): a token without `=` begins the next one. */
function splitChallenges(value: string): Challenge[] {
  const challenges: Challenge[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(value)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  while (at < value.length) {
    if (take(separatorPattern) !== null) continue
    const current = challenges.at(-1)
    const parameter = current === undefined ? null : take(parameterPattern)
    if (parameter !== null) {
      const [, name = '', quoted, plain = ''] = parameter
      if (current?.parameters.has(name.toLowerCase()) === false) {
        current.parameters.set(name.toLowerCase(), quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1'))
      }
      continue
    }
    const scheme = take(schemePattern)
    if (scheme !== null) challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters: new Map() })
    else if (take(token68Pattern) === null) at++
  }
  return challenges
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** Names beyond ASCII travel in the extended notation of RFC 8187. */
function usernamePart(username: string): string {
  if (/^[\x20-\x7e]*$/.test(username)) return `username=${quote(username)}`
  return `username*=UTF-8''${encodeURIComponent(username).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)}`
}

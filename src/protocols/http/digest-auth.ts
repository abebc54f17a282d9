/** A `WWW-Authenticate: Digest` (or Proxy-Authenticate) challenge that we can answer. */
export interface DigestChallenge {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  readonly algorithm: 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess' | 'SHA-512-256' | 'SHA-512-256-sess'
  /** Was `algorithm` in the challenge? Some servers dislike it in the answer when not. */
  readonly isAlgorithmGiven: boolean
  readonly qop: readonly ('auth' | 'auth-int')[]
  readonly isStale: boolean
  readonly isUserhash: boolean
}

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

/** The strongest Digest challenge that we can answer, out of all values of the header; `undefined` when there is none. */
export function parseDigestChallenge(headerValues: readonly string[]): DigestChallenge | undefined {
  throw new Error(`not written yet ${headerValues.length}`)
}

/** The value of the `Authorization` header (RFC 7616, RFC 2617 without qop). */
export function digestAuthorization(challenge: DigestChallenge, request: DigestRequest): string {
  throw new Error(`not written yet ${challenge.realm} ${request.method}`)
}

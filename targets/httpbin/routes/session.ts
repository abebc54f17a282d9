import { createHmac, timingSafeEqual } from 'node:crypto'
import { BodyError, parseBody } from '../body.ts'
import { type Exchange, Refusal } from '../exchange.ts'
import type { RouteSpec } from '../router.ts'
import { bearerToken } from './authentication.ts'

/** Every user name is known; this is the password of all. */
export const sessionPassword = 'secret'

const lifetimeSeconds = 3600

/**
 * A login-and-token flow: `POST /login` with `{ username, password }` (JSON or a form) gives `{ token }`, `GET /me` with
 * it as Bearer names the user. Tokens are signed with `secret`, so all processes of one target accept them.
 */
export function sessionRoutes(secret: string): readonly RouteSpec[] {
  return [
    { pattern: '/login', methods: ['POST'], readsBody: true, answer: (exchange) => logIn(exchange, secret) },
    { pattern: '/me', methods: ['GET'], answer: (exchange) => showUser(exchange, secret) },
  ]
}

function logIn(exchange: Exchange, secret: string): void {
  const { username, password } = credentials(exchange)
  if (username === '') throw new Refusal(400, 'no username: send {"username": "...", "password": "..."} as JSON or as a form')
  if (password !== sessionPassword) throw new Refusal(401, 'wrong password', ['WWW-Authenticate', 'Bearer'])
  const expiresAt = Math.floor(Date.now() / 1000) + lifetimeSeconds
  const payload = Buffer.from(JSON.stringify({ username, expiresAt })).toString('base64url')
  exchange.json({ token: `${payload}.${signatureOf(payload, secret)}`, token_type: 'Bearer', expires_in: lifetimeSeconds })
}

function credentials(exchange: Exchange): { username: string; password: string } {
  try {
    const { form, json } = parseBody(exchange.body, exchange.header('content-type') ?? 'application/json')
    const fields = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>
    const text = (name: string): string => form[name]?.[0] ?? (typeof fields[name] === 'string' ? fields[name] : '')
    return { username: text('username'), password: text('password') }
  } catch (error) {
    if (error instanceof BodyError) throw new Refusal(400, error.message)
    throw error
  }
}

function showUser(exchange: Exchange, secret: string): void {
  const [payload = '', signature = ''] = (bearerToken(exchange) ?? '').split('.')
  const [given, right] = [Buffer.from(signature), Buffer.from(signatureOf(payload, secret))]
  if (given.length !== right.length || !timingSafeEqual(given, right)) {
    throw new Refusal(401, 'no valid token: POST /login first', ['WWW-Authenticate', 'Bearer'])
  }
  const session = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { username: string; expiresAt: number }
  if (session.expiresAt * 1000 < Date.now()) throw new Refusal(401, 'the token has expired', ['WWW-Authenticate', 'Bearer'])
  exchange.json({ username: session.username, expires_at: session.expiresAt })
}

function signatureOf(payload: string, secret: string): string {
  return createHmac('sha256', secret).update(payload).digest('base64url')
}

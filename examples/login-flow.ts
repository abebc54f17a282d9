// Log in once per user, then use the token. setup() runs once before the load and hands its result to every VU.
//   BASE_URL=http://localhost:8080 brunt run login-flow.ts
import { check, fail, sleep } from 'brunt'
import type { Options } from 'brunt'
import http from 'brunt/http'

export const options: Options = {
  vus: 5,
  duration: '4s',
  thresholds: { checks: ['rate>0.99'] },
}

export function setup() {
  return { username: 'demo', password: 'secret' }
}

// State at the top level belongs to one VU: each logs in for itself.
let token: string | undefined

export default async function (account: { username: string; password: string }) {
  token ??= await logIn(account)
  const me = await http.get('/me', { auth: { type: 'bearer', token } })
  check(me, { 'knows who I am': (r) => r.status === 200 && r.json<{ username: string }>().username === account.username })
  await sleep(0.2)
}

async function logIn(account: { username: string; password: string }): Promise<string> {
  const response = await http.postJson('/login', account)
  if (response.status !== 200) fail(`login answered ${response.status}`)
  return response.json<{ token: string }>().token
}

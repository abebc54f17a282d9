// What `brunt demo` runs: visitors who arrive at a fixed rate, and users who log in and look at their account.
import { check, fail, scenario, sleep } from 'brunt'
import type { Options } from 'brunt'
import http from 'brunt/http'

export const options: Options = {
  scenarios: {
    visitors: scenario.constantArrivalRate({ rate: 100, duration: '20s', preAllocatedVUs: 20, exec: 'visit' }),
    members: scenario.rampingVus({
      startVUs: 1,
      stages: [
        { duration: '8s', target: 10 },
        { duration: '12s', target: 10 },
      ],
      gracefulStop: '2s',
      exec: 'useAccount',
    }),
  },
  thresholds: {
    checks: ['rate>0.99'],
    http_req_failed: ['rate<0.01'],
    'http_req_duration{scenario:visitors}': ['p(95)<500'],
    dropped_iterations: ['count<1'],
  },
}

const pages = ['/', '/get?page=news', '/html', '/json']

export async function visit() {
  const page = pages[Math.floor(Math.random() * pages.length)] ?? '/'
  check(await http.get(page, { name: page.split('?')[0] ?? page }), { 'page is there': (r) => r.status === 200 })
}

let token: string | undefined

export async function useAccount() {
  token ??= await logIn()
  const me = await http.get('/me', { auth: { type: 'bearer', token } })
  check(me, { 'account is mine': (r) => r.status === 200 })
  await sleep(0.3 + Math.random() * 0.4)
}

async function logIn(): Promise<string> {
  const response = await http.postJson('/login', { username: 'demo', password: 'secret' })
  if (response.status !== 200) fail(`login answered ${response.status}`)
  return response.json<{ token: string }>().token
}

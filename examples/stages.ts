// A ramp: up to ten users in two seconds, hold, and down again. Users think for a moment between requests.
//   BASE_URL=http://localhost:8080 brunt run stages.ts
import { check, sleep } from 'brunt'
import type { Options } from 'brunt'
import http from 'brunt/http'

export const options: Options = {
  stages: [
    { duration: '2s', target: 10 },
    { duration: '2s', target: 10 },
    { duration: '1s', target: 0 },
  ],
  thresholds: { http_req_duration: ['p(95)<500', 'max<2000'], http_req_failed: ['rate<0.01'] },
}

export default async function () {
  const response = await http.get('/get')
  check(response, { 'status is 200': (r) => r.status === 200 })
  await sleep(0.1 + Math.random() * 0.2)
}

// The smallest useful test: ten users load one page for five seconds.
//   BASE_URL=http://localhost:8080 brunt run quickstart.ts
import { check } from 'brunt'
import type { Options } from 'brunt'
import http from 'brunt/http'

export const options: Options = {
  vus: 10,
  duration: '5s',
  thresholds: { http_req_failed: ['rate<0.01'], http_req_duration: ['p(95)<500'] },
}

export default async function () {
  const response = await http.get('/')
  check(response, { 'status is 200': (r) => r.status === 200 })
}

// An open model: 50 users arrive each second, however slow the target is. A user who finds all VUs busy waits,
// and the wait counts: iteration_response_time runs from the moment the user was due.
//   BASE_URL=http://localhost:8080 brunt run arrival-rate.ts
import { check, scenario } from 'brunt'
import type { Options } from 'brunt'
import http from 'brunt/http'

export const options: Options = {
  scenarios: {
    visitors: scenario.constantArrivalRate({ rate: 50, duration: '5s', preAllocatedVUs: 10, maxVUs: 50 }),
  },
  thresholds: { iteration_response_time: ['p(99)<1000'], dropped_iterations: ['count<1'] },
}

export default async function () {
  const response = await http.get('/get?page=1', { name: '/get' })
  check(response, { 'status is 200': (r) => r.status === 200 })
}

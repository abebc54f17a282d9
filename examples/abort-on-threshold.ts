// Stop early when it goes wrong: a threshold with abortOnFail ends the run, and exit code 99 fails the pipeline.
// The window judges the last three seconds only, so that an old good minute cannot hide a bad one now.
//   BASE_URL=http://localhost:8080 brunt run abort-on-threshold.ts
import { scenario } from 'brunt'
import type { Options } from 'brunt'
import http from 'brunt/http'

export const options: Options = {
  scenarios: { steady: scenario.constantArrivalRate({ rate: 40, duration: '5s', preAllocatedVUs: 10 }) },
  thresholds: {
    http_req_failed: [{ threshold: 'rate<0.1', abortOnFail: true, delayAbortEval: '1s', window: '3s' }],
    http_req_duration: ['p(95)<1000'],
  },
}

export default async function () {
  await http.get('/anything/checkout', { name: 'checkout', timeout: '2s' })
}

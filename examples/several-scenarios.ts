// Different users at the same time: readers loop, writers arrive at a fixed rate, and a clean-up job runs once later.
// Each scenario has a function, tags and thresholds of its own.
//   BASE_URL=http://localhost:8080 brunt run several-scenarios.ts
import { check, scenario, sleep } from 'brunt'
import type { Options } from 'brunt'
import http from 'brunt/http'

export const options: Options = {
  scenarios: {
    readers: scenario.constantVus({ vus: 5, duration: '4s', exec: 'read' }),
    writers: scenario.constantArrivalRate({
      rate: 10,
      duration: '4s',
      preAllocatedVUs: 5,
      exec: 'write',
      tags: { kind: 'write' },
    }),
    cleaner: scenario.perVuIterations({ vus: 1, iterations: 1, startTime: '2s', exec: 'clean' }),
  },
  thresholds: {
    'http_req_duration{scenario:readers}': ['p(95)<500'],
    'http_req_duration{kind:write}': ['p(95)<800'],
    checks: ['rate>0.99'],
  },
}

export async function read() {
  check(await http.get('/get'), { 'read ok': (r) => r.status === 200 })
  await sleep(0.1)
}

export async function write() {
  check(await http.put('/put', { form: { name: 'brunt', size: 3 } }), { 'write ok': (r) => r.status === 200 })
}

export async function clean() {
  check(await http.delete('/delete'), { 'clean ok': (r) => r.status === 200 })
}

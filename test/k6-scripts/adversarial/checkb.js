import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
export default function () {
  const r = http.get('u')
  const ok = check(r, { a: (r) => r.status === 200, b: (r) => http.get('in check').status === 200 })
  console.log(ok)
  const checks = {}
  for (const n of ['p', 'q'])
    checks[n] = () => {
      sleep(1)
      return n === 'p'
    }
  console.log(check(r, checks))
  const mk = () => ({ z: () => http.get('zz').status === 200 })
  check(r, mk())
  const res = group('g', () => {
    return http.get('g').status
  })
  console.log(res)
  if (!check(r, { n: () => false })) k6.fail('nope')
}

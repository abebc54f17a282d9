import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
function q(s, ...v) {
  return http.get(s.raw.join('|') + v.join()).status
}
export default function () {
  console.log(q`a${1}b`)
  const t = (f, d) => ({ f, d })
  const o = t(() => http.get('tt'), 1)
  o.f()
  const { f: ff, ...rest } = o
  ff()
  const [a1] = [() => sleep(1)]
  a1()
  const fnw = new Function('return 1')
  fnw()
  const big = Array.from({ length: 3 }, (_, i) => i)
  big.forEach(async (i) => {})
}

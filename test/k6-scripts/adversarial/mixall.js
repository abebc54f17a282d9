import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
async function one(n) {
  http.get('a' + n)
  const r = await http.asyncRequest('GET', 'b' + n)
  http.get('c' + n)
  return r.status + n
}
export default async function () {
  const rs = await Promise.all([one(1), one(2)])
  console.log(rs)
  http.get('end')
}

import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
function start(u) {
  sleep(1)
  return http.asyncRequest('GET', u)
}
export default function () {
  const p = start('x')
  console.log(p instanceof Promise, typeof p.then)
  p.then((r) => {
    http.get('then' + r.status)
    console.log('t1')
  }).then(() => console.log('t2'))
  console.log('sync')
  sleep(3)
  console.log('end')
}

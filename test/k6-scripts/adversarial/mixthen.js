import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
export default function () {
  Promise.resolve(1)
    .then((v) => {
      http.get('x' + v)
      return http.asyncRequest('GET', 'y')
    })
    .then((r) => http.get('z' + r.status))
    .catch((e) => sleep(1))
    .finally(() => {
      http.get('fin')
    })
  Promise.reject(new Error('q')).catch((e) => {
    http.get('rej')
  })
  console.log('sync')
  http.get('main')
}

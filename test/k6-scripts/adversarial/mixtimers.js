import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
export default function () {
  setTimeout(() => {
    console.log('t1>')
    http.get('t1')
    console.log('t1<')
  }, 100)
  kst(() => {
    console.log('t2>')
    sleep(1)
    console.log('t2<')
  }, 100)
  const id = setInterval(() => {
    http.get('iv')
    if (++n > 2) clearInterval(id)
  }, 50)
  let n = 0
  http.get('m')
}

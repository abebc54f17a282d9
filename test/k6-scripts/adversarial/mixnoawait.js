import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
async function bg(n) {
  console.log('bg start', n)
  http.get('bg' + n)
  await Promise.resolve()
  console.log('bg mid', n)
  http.get('bg2' + n)
  console.log('bg end', n)
}
export default function () {
  bg(1)
  console.log('m1')
  bg(2)
  http.get('m')
  console.log('m2')
}

import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
function f(a = http.get('def').status, b = () => sleep(1)) {
  b()
  return a
}
export default function () {
  console.log(f(), f(3))
}

import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
function f(x) {
  try {
    http.get(x)
    if (x > 1) throw new Error('bad' + x)
    return 'ok'
  } catch (e) {
    http.get('c' + e.message)
    return 'caught'
  } finally {
    http.get('fin')
  }
}
export default function () {
  console.log(f(1), f(2))
  try {
    ;(() => {
      sleep(1)
      k6.fail('x')
    })()
  } catch (e) {
    console.log(e.message)
  }
  const g = () => {
    try {
      return http.get('r').status
    } finally {
      sleep(1)
    }
  }
  console.log(g())
  let e2
  try {
    JSON.parse('{')
    sleep(1)
  } catch {
    sleep(2)
  }
}

import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
class L {
  get tok() {
    return http.get('g').status
  }
}
export default function () {
  const l = new L()
  console.log(l.tok + 1)
  http.get('after')
}

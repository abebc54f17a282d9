import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
const o = {
  toString() {
    return 's' + http.get('ts').status
  },
}
export default function () {
  console.log('x' + o)
}

import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
const o = {
  toJSON() {
    return http.get('tj').status
  },
}
export default function () {
  console.log(JSON.stringify({ o }))
}

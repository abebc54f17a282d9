import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
class L {
  constructor() {
    this.r = http.get('ctor')
  }
}
export default function () {
  const l = new L()
  console.log(l.r.status)
  http.get('after')
}

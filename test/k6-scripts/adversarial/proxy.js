import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
const api = new Proxy(
  {},
  {
    get(t, k) {
      return (...a) => http.get(k + a.join())
    },
  },
)
export default function () {
  api.users(1)
  api['x'](2)
  console.log(api.y(3).status)
}

import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
export default function () {
  const r = ws.connect('ws://x', {}, function (s) {
    s.on('open', () => {
      http.get('in open')
      s.send('hi')
    })
    s.on('message', (m) => {
      console.log('msg>', m)
      sleep(0.5)
      console.log('msg<', m)
    })
    s.setTimeout(() => {
      http.get('timer')
      s.close()
    }, 1500)
  })
  check(r, { ok: (r) => r.status === 101 })
}

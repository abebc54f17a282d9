import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
function* pages() {
  for (let i = 0; i < 3; i++) {
    yield http.get('p' + i).status + i
  }
}
export default function () {
  for (const p of pages()) console.log(p)
  console.log([...pages()])
}

import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
class It {
  [Symbol.iterator]() {
    let i = 0
    return {
      next: () => {
        http.get('n' + i)
        return { done: i++ >= 2, value: i }
      },
    }
  }
}
export default function () {
  for (const x of new It()) console.log(x)
}

import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
export default function () {
  const o = {
    n: 1,
    run(a) {
      a.forEach(function (x) {
        this.n += x
        http.get('u' + this.n)
      }, this)
    },
  }
  o.run([1, 2, 3])
  console.log(o.n)
  ;(cond() ? [1] : [2]).forEach((x) => sleep(x))
  function cond() {
    return true
  }
  ;[1, 2].map(http.get)
  ;[[1], [2]].map(([a]) => a).forEach(sleep)
}

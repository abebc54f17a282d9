import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
export default function () {
  console.log(
    [3, 1, 2, 5, 4].sort((a, b) => {
      sleep(1)
      return a - b
    }),
  )
  const holes = [3, undefined, 1, , 2]
  holes.sort((a, b) => {
    http.get(a + ',' + b)
    return a - b
  })
  console.log(holes, holes.length, 4 in holes)
  console.log(
    [
      { k: 1, n: 'a' },
      { k: 0, n: 'b' },
      { k: 1, n: 'c' },
    ].sort((a, b) => {
      sleep(1)
      return a.k - b.k
    }),
  )
}

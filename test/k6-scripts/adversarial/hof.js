import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
export default function () {
  const u = ['a', 'b', 'c']
  u.forEach((x, i) => {
    http.get(x + i)
  })
  const m = u.map((x) => http.get(x).status)
  console.log(m)
  console.log(u.filter((x) => http.get(x).status === 200 && x !== 'b'))
  console.log(
    u.some((x) => {
      http.get(x)
      return x === 'b'
    }),
    u.every((x) => {
      http.get(x)
      return x < 'b'
    }),
    u.find((x) => {
      sleep(1)
      return x === 'b'
    }),
    u.findIndex((x) => {
      sleep(1)
      return x === 'c'
    }),
    u.findLast((x) => {
      sleep(1)
      return x < 'c'
    }),
  )
  console.log(
    u.reduce((a, x) => a + http.get(x).status, 0),
    u.reduceRight((a, x) => {
      sleep(1)
      return a + x
    }),
    u.flatMap((x) => {
      sleep(1)
      return [x, x]
    }),
  )
  console.log(
    'a1b2'.replace(/\d/g, (d) => {
      sleep(1)
      return '<' + d + '>'
    }),
  )
  console.log(
    Array.from([1, 2], (x) => {
      sleep(x)
      return x * 2
    }),
  )
  new Map([[1, 2]]).forEach((v, k) => {
    http.get(k)
  })
  ;[1, , 3].forEach((x) => sleep(x))
}

import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
export default function () {
  const fs = []
  outer: for (let i = 0; i < 4; i++) {
    for (let j = 0; j < 4; j++) {
      if (http.get('l' + i + j).status !== 200) break outer
      if (j === 1) continue outer
      if (i === 2) break outer
    }
  }
  for (let i = 0; i < 3; i++) {
    fs.push(() => http.get('c' + i))
  }
  for (const f of fs) f()
  let k = 0
  while (http.get('w').status === 200 && k++ < 2);
  do {
    k--
  } while (k > 0 && (sleep(1), true))
  for (let i = 0, r = http.get('init'); i < 2 && r; i++, sleep(1)) {}
  for (const k in { a: 1, b: 2 }) sleep(1)
  switch (http.get('sw').status) {
    case one():
      break
    case two():
      console.log('two')
  }
  function one() {
    sleep(0.1)
    return 1
  }
  function two() {
    sleep(0.2)
    return 200
  }
}

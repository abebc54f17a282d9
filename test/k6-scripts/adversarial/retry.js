import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
function retry(fn, n, d = 1) {
  let last
  for (let i = 0; i < n; i++) {
    try {
      return fn(i)
    } catch (e) {
      last = e
      sleep(d)
    }
  }
  throw last
}
const withTiming = (name, fn) => {
  const t = Date.now()
  const r = fn()
  console.log(name, Date.now() - t)
  return r
}
export default function () {
  const r = retry((i) => {
    const r = http.get('try' + i)
    if (i < 2) throw new Error('no')
    return r
  }, 5)
  console.log(
    r.status,
    withTiming('sync', () => 1),
  )
  withTiming('blk', () => sleep(2))
  const p = {
    ...{},
    steps: [
      { n: 'a', run: (c) => http.get(c) },
      { n: 'b', run: (c) => c },
    ],
  }
  for (const { n, run } of p.steps) console.log(n, run('c' + n))
  function* sy() {
    yield 1
  }
  console.log([...sy()])
  const r2 = [1, 2].map((i) => withTiming('m' + i, () => i))
  console.log(r2)
}

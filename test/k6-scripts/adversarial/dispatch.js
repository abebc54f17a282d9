import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
const handlers = {
  a: () => http.get('ha'),
  b() {
    sleep(2)
  },
  c: () => console.log('c'),
}
const m = new Map([['x', () => http.get('mx')]])
const arr = [() => sleep(1), () => http.get('arr')]
function wrap(fn) {
  return function (...a) {
    console.log('before')
    try {
      return fn.apply(this, a)
    } finally {
      console.log('after')
    }
  }
}
const w = wrap(http.get)
const compose =
  (...fs) =>
  (x) =>
    fs.reduce((v, f) => f(v), x)
class EM {
  constructor() {
    this.h = {}
  }
  on(n, f) {
    ;(this.h[n] || (this.h[n] = [])).push(f)
    return this
  }
  emit(n, ...a) {
    ;(this.h[n] || []).forEach((f) => f(...a))
  }
}
export default function () {
  for (const k of ['a', 'b', 'c']) handlers[k]()
  m.get('x')()
  arr.forEach((f) => f())
  arr[1]()
  arr.pop()()
  arr.push(() => http.get('arr'))
  w('wrapped')
  console.log(
    compose(
      (x) => x + 1,
      (x) => {
        sleep(1)
        return x * 2
      },
    )(3),
  )
  const e = new EM()
  e.on('z', (x) => http.get('em' + x))
  e.emit('z', 1)
  const { get, post } = http
  get('destr')
  post('p')
  const h = { client: http }
  h.client.get('nested')
  ;[http.get, http.post].map((f) => f('lst'))
  const rq = http.request.bind(http)
  rq('GET', 'bound')
  const curry = (a) => (b) => (c) => http.get(a + b + c)
  curry(1)(2)(3)
  ;(function () {
    sleep(arguments.length)
  })(1, 2)
  globalThis.$zz = () => http.get('glob')
  globalThis.$zz()
  $zz()
  const meth = ['get', 'post']
  for (const x of meth) http[x]('dm')
  Object.values(handlers).forEach((f) => f())
  for (const [n, f] of Object.entries(handlers)) {
    group(n, f)
  }
  const pick = (xs) => xs[Math.floor(Math.random() * xs.length)]
  pick([() => sleep(1), () => sleep(2)])()
  ;(0, handlers.a)()
  ;(null || handlers.b)()
  const sc = [{ w: 1, fn: () => http.get('sc') }]
  sc.forEach((s) => s.fn())
  const s2 = sc.find((s) => s.w === 1)
  s2.fn()
  const cp = Object.assign({}, handlers)
  cp.a()
  const sp = { ...handlers }
  sp.b()
}

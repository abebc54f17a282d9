import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
class A {
  #t = 1
  static s() {
    return http.get('static').status
  }
  constructor(u) {
    this.u = u
  }
  get(p) {
    return http.get(this.u + p)
  }
  #priv() {
    return http.get('priv').status
  }
  callPriv() {
    return this.#priv()
  }
  arrow = () => {
    sleep(1)
    return this.u
  }
}
class B extends A {
  constructor() {
    super('B')
  }
  get(p) {
    const r = super.get(p + '!')
    return r
  }
  static s() {
    return super.s() + 1
  }
}
export default function () {
  const b = new B()
  console.log(b.get('x').status, B.s(), b.callPriv(), b.arrow())
  const m = b.get.bind(b)
  m('bound')
  b.get.call(b, 'call')
  b.get.apply(b, ['apply'])
  const { arrow } = b
  arrow()
  const k = 'get'
  b[k]('dyn')
  b?.get?.('opt')
  const nn = null
  console.log(nn?.get('no'))
  console.log(b?.get('chain').status)
  Reflect.apply(b.get, b, ['refl'])
}

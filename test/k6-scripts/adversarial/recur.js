import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
function fact(n) {
  sleep(0.01)
  return n <= 1 ? 1 : n * fact(n - 1)
}
const fib = (n) => (n < 2 ? n : (http.get('f' + n), fib(n - 1) + fib(n - 2)))
function even(n) {
  return n === 0 ? true : odd(n - 1)
}
function odd(n) {
  return n === 0 ? (sleep(1), false) : even(n - 1)
}
export default function () {
  console.log(fact(5), fib(5), even(4), odd(4))
  let x = 1
  x += http.get('p').status
  console.log(x)
  const o = {}
  o[key()] = val()
  console.log(o)
  let z
  z ??= http.get('n').status
  z &&= (sleep(1), 5)
  console.log(z, `t${http.get('tt').status}`, [http.get('a1').status, ...[sleep(1)]], { a: http.get('o').status })
  function key() {
    http.get('key')
    return 'kk'
  }
  function val() {
    http.get('val')
    return 'vv'
  }
}

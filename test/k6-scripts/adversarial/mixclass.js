import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
class P {
  constructor(page) {
    this.page = page
  }
  async open() {
    http.get('open')
    await Promise.resolve(1)
    return this
  }
  static async make() {
    return new P(1)
  }
  async *it() {
    yield 1
    yield 2
  }
}
export default async function () {
  const p = await P.make()
  const q = await p.open()
  console.log(q === p)
  for await (const v of p.it()) console.log(v)
  const f = async function () {
    return arguments.length + this.page
  }
  console.log(await f.call({ page: 2 }, 1, 2))
  const r = await check(1, { a: () => true })
  console.log(r)
  console.log(check(1, { p: async () => false }))
}

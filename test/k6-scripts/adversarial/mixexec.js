import http from 'k6/http'
import * as k6 from 'k6'
import { sleep, check, group } from 'k6'
import ws from 'k6/ws'
import { setTimeout as kst } from 'k6/timers'
export default async function () {
  const p = new Promise((res, rej) => {
    http.get('ex')
    setTimeout(() => res(5), 10)
  })
  console.log('after')
  console.log(await p)
  try {
    await (async () => {
      sleep(1)
      throw new Error('z')
    })()
  } catch (e) {
    http.get('caught ' + e.message)
  } finally {
    http.get('fin')
  }
  for await (const x of [Promise.resolve(1), 2]) {
    http.get('fa' + x)
  }
  await Promise.all(
    [1, 2].map(async (x) => {
      http.get('pm' + x)
      await null
      http.get('pm2' + x)
    }),
  )
}

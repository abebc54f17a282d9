// Groups name the steps of a journey, checks judge answers, and metrics of your own measure what only you know.
//   BASE_URL=http://localhost:8080 brunt run checks-and-metrics.ts
import { check, group } from 'brunt'
import type { Options } from 'brunt'
import http from 'brunt/http'
import { Counter, Gauge, Rate, Trend } from 'brunt/metrics'

const orders = new Counter('orders')
const basketSize = new Gauge('basket_size')
const paidInTime = new Rate('paid_in_time')
const payment = new Trend('payment_duration', { isTime: true })

export const options: Options = {
  vus: 3,
  iterations: 60,
  thresholds: {
    orders: ['count>=60'],
    paid_in_time: ['rate>0.9'],
    payment_duration: ['p(95)<800'],
    'http_req_duration{step:pay}': ['avg<800'],
  },
}

export default async function () {
  await group('browse', async () => {
    const [home, product] = await http.batch(['/', '/anything/product/7'])
    check(home, { 'home is up': (r) => r?.status === 200 })
    check(product, { 'product is json': (r) => r?.header('content-type')?.startsWith('application/json') === true })
  })
  await group('pay', async () => {
    const basket = [{ sku: 7, count: 2 }]
    basketSize.add(basket.length)
    const response = await http.postJson('/post', { basket }, { tags: { step: 'pay' } })
    payment.add(response.timings.duration)
    paidInTime.add(response.timings.duration < 500)
    if (check(response, { 'order accepted': (r) => r.status === 200 })) orders.add(1)
  })
}

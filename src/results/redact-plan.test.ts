import { expect, test } from 'vitest'
import { examplePlan } from './example-run.conformance.ts'
import { redactPlan } from './redact-plan.ts'

test('nothing secret of a plan survives', () => {
  const plan = examplePlan()
  const secret = 's3cr3t'
  const redacted = redactPlan({
    ...plan,
    scenarios: plan.scenarios.map((scenario) => ({ ...scenario, env: { TOKEN: secret } })),
    http: { ...plan.http, baseUrl: `https://ann:${secret}@shop.test/a@b` },
    network: {
      ...plan.network,
      tls: { ...plan.network.tls, auth: [{ domains: ['a'], cert: 'public', key: secret, password: secret }] },
      proxy: { http: `http://p@ss:${secret}@proxy:3128`, https: `ann:${secret}@proxy:3128`, noProxy: [] },
    },
  })
  expect(JSON.stringify(redacted)).not.toContain(secret)
  expect(redacted.scenarios[0]?.env).toEqual({ TOKEN: '***' })
  expect(redacted.http.baseUrl).toBe('https://***@shop.test/a@b')
  expect(redacted.network.proxy).toEqual({ http: 'http://***@proxy:3128', https: '***@proxy:3128', noProxy: [] })
})

test('a plan without secrets stays as it is', () => {
  expect(redactPlan(examplePlan())).toEqual(examplePlan())
})

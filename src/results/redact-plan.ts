import type { Tags } from '../metrics/definition.ts'
import type { TestPlan } from '../plan/plan.ts'

const hidden = '***'

/** The plan as it may be stored and shown: values of environment variables, private keys and passwords are `***`. */
export function redactPlan(plan: TestPlan): TestPlan {
  const { network } = plan
  return {
    ...plan,
    scenarios: plan.scenarios.map((scenario) => ({ ...scenario, env: hideValues(scenario.env) })),
    http: { ...plan.http, baseUrl: hideUserinfo(plan.http.baseUrl) },
    network: {
      ...network,
      tls: {
        ...network.tls,
        auth: network.tls.auth.map((auth) => ({ ...auth, key: hidden, password: auth.password && hidden })),
      },
      proxy: { ...network.proxy, http: hideUserinfo(network.proxy.http), https: hideUserinfo(network.proxy.https) },
    },
  }
}

function hideValues(env: Tags): Tags {
  return Object.fromEntries(Object.keys(env).map((name) => [name, hidden]))
}

function hideUserinfo(url: string | undefined): string | undefined {
  return url?.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/i, `$1${hidden}@`)
}

import type { Tags } from '../metrics/definition.ts'
import type { PlanDialect } from './dialect.ts'
import { invalidOption, type OptionBag } from './option-bag.ts'
import type { HttpPlan } from './plan.ts'

const count = { min: 1, max: 1_000_000 }

/** The options of HTTP clients. `environment` may hold BASE_URL. */
export function parseHttp(bag: OptionBag, dialect: PlanDialect, environment: Tags): HttpPlan {
  return {
    baseUrl: parseBaseUrl(bag, environment),
    userAgent: bag.text('userAgent') ?? dialect.userAgent,
    maxRedirects: bag.integer('maxRedirects', { min: 0, max: 1_000_000 }) ?? 10,
    timeoutMs: parseTimeoutMs(bag),
    discardResponseBodies: bag.boolean('discardResponseBodies') ?? false,
    noConnectionReuse: bag.boolean('noConnectionReuse') ?? false,
    noVuConnectionReuse: bag.boolean('noVUConnectionReuse') ?? false,
    noCookiesReset: bag.boolean('noCookiesReset') ?? false,
    debug: parseDebug(bag),
    batch: bag.integer('batch', count) ?? 20,
    batchPerHost: bag.integer('batchPerHost', { min: 0, max: 1_000_000 }) ?? 6,
    rps: bag.number('rps', { min: 0, max: 1e9 }) ?? 0,
    isHttp2Enabled: bag.boolean('http2') ?? true,
  }
}

function parseTimeoutMs(bag: OptionBag): number {
  const timeoutMs = bag.durationMs('timeout') ?? 60_000
  if (timeoutMs > 0) return timeoutMs
  throw invalidOption({
    path: 'timeout',
    value: bag.raw('timeout'),
    expected: 'a duration above 0',
    hint: `write  timeout: '60s'`,
  })
}

function parseBaseUrl(bag: OptionBag, environment: Tags): string | undefined {
  const option = bag.text('baseUrl')
  const value = option ?? environment['BASE_URL']
  if (value === undefined || value === '') return undefined
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value
  const path = option === undefined ? 'BASE_URL' : 'baseUrl'
  throw invalidOption({ path, value, expected: 'an absolute http or https URL', hint: `write  baseUrl: 'http://127.0.0.1:8080'` })
}

/** `true` and `headers` log heads, `full` bodies as well. */
function parseDebug(bag: OptionBag): HttpPlan['debug'] {
  const value = bag.raw('httpDebug')
  if (value === undefined || value === false || value === 'false' || value === 'off' || value === '') return 'off'
  if (value === true || value === 'true' || value === 'headers') return 'headers'
  if (value === 'full') return 'full'
  throw invalidOption({ path: 'httpDebug', value, expected: `true, false or 'full'`, hint: `write  httpDebug: 'full'` })
}

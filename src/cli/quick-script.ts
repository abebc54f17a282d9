/** What `brunt quick` was asked for. */
export interface QuickRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
  /** VUs, each with a connection of its own. */
  readonly connections: number
  readonly duration: string
  /** Requests in all, instead of a duration. */
  readonly iterations: number | undefined
  /** Requests a second; `undefined` sends as fast as the target answers. */
  readonly ratePerSecond: number | undefined
  /** Most failed requests that still pass, 0 to 1. */
  readonly maxFailedRatio: number
  /** Conditions on `http_req_duration`: `p(95)<300`. */
  readonly slo: readonly string[]
}

/** The script that `brunt quick` runs: an ordinary one, which `--print-script` shows as a start for a better one. */
export function quickScript(request: QuickRequest): string {
  const options = { scenarios: { quick: quickScenario(request) }, thresholds: quickThresholds(request) }
  const parameters = Object.keys(request.headers).length === 0 ? '' : `, { headers: ${inline(request.headers)} }`
  const body = request.body === undefined ? 'null' : 'body'
  return [
    "import { check } from 'brunt'",
    "import http from 'brunt/http'",
    '',
    `export const options = ${JSON.stringify(options, undefined, 2)}`,
    ...(request.body === undefined ? [] : ['', `const body = ${bodyLiteral(request.body)}`]),
    '',
    'export default async function () {',
    `  const response = await http.request(${inline(request.method)}, ${inline(request.url)}, ${body}${parameters})`,
    "  check(response, { 'status is below 400': (r) => r.status > 0 && r.status < 400 })",
    '}',
    '',
  ].join('\n')
}

function quickScenario({ connections, duration, iterations, ratePerSecond }: QuickRequest): Record<string, unknown> {
  if (ratePerSecond !== undefined) {
    // Rates are whole numbers per time unit: 0.5/s is 1 per 2 s.
    const { rate, timeUnit } = wholeRate(ratePerSecond)
    return {
      executor: 'constant-arrival-rate',
      rate,
      timeUnit,
      duration,
      preAllocatedVUs: connections,
      maxVUs: connections,
      gracefulStop: '5s',
    }
  }
  if (iterations !== undefined)
    return {
      executor: 'shared-iterations',
      vus: Math.min(connections, iterations),
      iterations,
      maxDuration: '1h',
      gracefulStop: '5s',
    }
  return { executor: 'constant-vus', vus: connections, duration, gracefulStop: '5s' }
}

function wholeRate(perSecond: number): { rate: number; timeUnit: string } {
  for (const seconds of [1, 2, 5, 10, 60, 100, 1000]) {
    if (Number.isInteger(perSecond * seconds)) return { rate: perSecond * seconds, timeUnit: `${seconds}s` }
  }
  return { rate: Math.max(1, Math.round(perSecond * 1000)), timeUnit: '1000s' }
}

function quickThresholds({ maxFailedRatio, slo }: QuickRequest): Record<string, readonly string[]> {
  return { http_req_failed: [`rate<=${maxFailedRatio}`], ...(slo.length === 0 ? {} : { http_req_duration: slo }) }
}

function bodyLiteral(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes)
    ? inline(text)
    : `Buffer.from('${Buffer.from(bytes).toString('base64')}', 'base64')`
}

function inline(value: unknown): string {
  return JSON.stringify(value)
}

import { contentTypes, type Exchange, Refusal } from '../exchange.ts'
import type { RouteSpec } from '../router.ts'
import { echoBody } from './echo.ts'
import { durationMs, queryMs, queryNumber, wholeNumber } from './parameter.ts'

const maxMs = 60_000

/** Routes whose status or timing the client chooses. */
export const timingRoutes: readonly RouteSpec[] = [
  { pattern: '/status/{code}', answer: answerStatus },
  { pattern: '/unstable', answer: answerUnstable },
  { pattern: '/delay/{duration}', readsBody: true, answer: answerDelay },
  { pattern: '/drip', answer: answerDrip },
]

interface StatusCase {
  readonly headers: readonly string[]
  readonly body: string
}

const toRedirect: StatusCase = { headers: ['Location', '/redirect/1'], body: '' }
const toImage: StatusCase = {
  headers: ['Location', '/image/jpeg'],
  body: '<!doctype html><title>Moved</title><a href="/image/jpeg">/image/jpeg</a>\n',
}
const basicRealm = 'Basic realm="Fake Realm"'
const statusCases: Readonly<Record<number, StatusCase>> = {
  300: toImage,
  301: toRedirect,
  302: toRedirect,
  303: toRedirect,
  305: toRedirect,
  307: toRedirect,
  308: toImage,
  401: { headers: ['WWW-Authenticate', basicRealm], body: '' },
  407: { headers: ['Proxy-Authenticate', basicRealm], body: '' },
  418: { headers: ['X-More-Info', 'https://www.rfc-editor.org/rfc/rfc2324'], body: "I'm a teapot!" },
}

function answerStatus(exchange: Exchange): void {
  const code = chooseStatus(exchange.params[0] ?? '')
  const special = statusCases[code]
  exchange.reply(code, contentTypes.text, special?.body ?? '', special?.headers)
}

/** `404`, or a choice as `200:0.9,500:0.1` (weights default to 1). */
function chooseStatus(text: string): number {
  if (!text.includes(',')) return statusCode(text.split(':')[0] ?? '')
  const choices = text.split(',').map((choice) => {
    const [code = '', weight = '1'] = choice.split(':')
    const parsed = Number(weight)
    if (!(parsed >= 0 && parsed < Number.POSITIVE_INFINITY)) throw new Refusal(400, `invalid weight: "${weight}"`)
    return { code: statusCode(code), weight: parsed }
  })
  let rest = Math.random() * choices.reduce((sum, { weight }) => sum + weight, 0)
  for (const { code, weight } of choices) {
    rest -= weight
    if (rest < 0) return code
  }
  return choices[0]?.code ?? 200
}

function statusCode(text: string): number {
  return wholeNumber(text.trim(), { name: 'status code', min: 200, max: 599 })
}

function answerUnstable(exchange: Exchange): void {
  const ratio = Number(exchange.search.get('failure_rate') ?? '0.5')
  if (!(ratio >= 0 && ratio <= 1)) throw new Refusal(400, 'invalid failure rate: not in range [0, 1]')
  exchange.reply(Math.random() < ratio ? 500 : 200, contentTypes.text, '')
}

async function answerDelay(exchange: Exchange): Promise<void> {
  const ms = durationMs(exchange.params[0] ?? '', 'duration', maxMs)
  if (await exchange.pause(ms)) echoBody(exchange)
}

/** Sends `numbytes` asterisks one by one over `duration`, after `delay`, with a Content-Length. */
async function answerDrip(exchange: Exchange): Promise<void> {
  const duration = queryMs(exchange, 'duration', { maxMs, fallback: 2000 })
  const delay = queryMs(exchange, 'delay', { maxMs, fallback: 2000 })
  const count = queryNumber(exchange, 'numbytes', { min: 1, max: 1_048_576, fallback: 10 })
  const code = queryNumber(exchange, 'code', { min: 200, max: 599, fallback: 200 })
  if (delay > 0 && !(await exchange.pause(delay))) return
  exchange.open(code, ['Content-Type', contentTypes.text, 'Content-Length', String(count)])
  const startMs = performance.now()
  let sent = 0
  while (sent < count) {
    // Timers tick in whole milliseconds: a fast drip sends what fell due since the last tick in one piece.
    const elapsedMs = performance.now() - startMs
    const due = duration === 0 ? count : Math.min(count, 1 + Math.floor((elapsedMs / duration) * Math.max(1, count - 1)))
    if (due > sent && !(await exchange.write('*'.repeat(due - sent)))) return
    sent = Math.max(sent, due)
    if (sent < count && !(await exchange.pause(Math.max(1, duration / count)))) return
  }
  exchange.end()
}

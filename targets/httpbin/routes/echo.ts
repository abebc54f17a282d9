import { BodyError, parseBody, sortedObject, sortedValues, type Values } from '../body.ts'
import { contentTypes, type Exchange, Refusal } from '../exchange.ts'
import type { RouteSpec } from '../router.ts'

/** Routes that answer with what the request carried. */
export const echoRoutes: readonly RouteSpec[] = [
  { pattern: '/get', methods: ['GET'], answer: echoHead },
  { pattern: '/head', methods: ['HEAD'], answer: echoHead },
  ...(['post', 'put', 'patch', 'delete'] as const).map(
    (name): RouteSpec => ({ pattern: `/${name}`, methods: [name.toUpperCase()], readsBody: true, answer: echoBody }),
  ),
  { pattern: '/anything', readsBody: true, answer: echoAnything },
  { pattern: '/anything/{rest...}', readsBody: true, answer: echoAnything },
  {
    pattern: '/upload',
    methods: ['POST', 'PUT', 'PATCH'],
    answer: (exchange) => exchange.json({ ...headShape(exchange), bytes_received: exchange.requestBodyBytes }),
  },
  { pattern: '/headers', answer: (exchange) => exchange.json({ headers: requestHeaders(exchange) }) },
  { pattern: '/user-agent', answer: (exchange) => exchange.json({ 'user-agent': exchange.header('user-agent') ?? '' }) },
  { pattern: '/ip', answer: answerIp },
  { pattern: '/dump/request', readsBody: true, answer: dumpRequest },
]

/** go-httpbin's answer for requests without a body; also the content of other routes. */
export function headShape(exchange: Exchange): Record<string, unknown> {
  return {
    args: queryValues(exchange),
    headers: requestHeaders(exchange),
    method: exchange.method,
    origin: exchange.origin,
    url: requestUrl(exchange),
  }
}

/** The query as arrays by name. */
export function queryValues(exchange: Exchange): Values {
  return exchange.query === '' ? {} : sortedValues(exchange.search)
}

/** The absolute URL that was asked for. */
export function requestUrl(exchange: Exchange): string {
  return `${exchange.scheme}://${exchange.host}${exchange.path}${exchange.query}`
}

/** Request headers as arrays by canonical name (`X-Request-Id`), sorted. */
export function requestHeaders(exchange: Exchange): Values {
  const raw = exchange.request.rawHeaders
  const values = new Map<string, string[]>()
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? ''
    if (name.startsWith(':')) continue
    const canonical = canonicalName(name)
    const list = values.get(canonical)
    if (list === undefined) values.set(canonical, [raw[index + 1] ?? ''])
    else list.push(raw[index + 1] ?? '')
  }
  if (exchange.request.httpVersionMajor > 1) values.set('Host', [exchange.host])
  return sortedObject(values)
}

/** The answer to every method that carries a body: what came, by content type. */
export function echoBody(exchange: Exchange): void {
  const { data, files, form, json } = readBody(exchange)
  exchange.json({ ...headShape(exchange), data, files, form, json })
}

function readBody(exchange: Exchange): ReturnType<typeof parseBody> {
  try {
    return parseBody(exchange.body, exchange.header('content-type') ?? '')
  } catch (error) {
    if (error instanceof BodyError) throw new Refusal(400, `error parsing request body: ${error.message}`)
    throw error
  }
}

function echoHead(exchange: Exchange): void {
  exchange.json(headShape(exchange))
}

function echoAnything(exchange: Exchange): void {
  if (exchange.method === 'HEAD') echoHead(exchange)
  else echoBody(exchange)
}

function answerIp(exchange: Exchange): void {
  if (exchange.search.get('format') === 'text') exchange.reply(200, contentTypes.text, `${exchange.origin}\n`)
  else exchange.json({ origin: exchange.origin })
}

function dumpRequest(exchange: Exchange): void {
  const raw = exchange.request.rawHeaders
  const lines = [`${exchange.method} ${exchange.request.url} HTTP/${exchange.request.httpVersion}`]
  for (let index = 0; index < raw.length; index += 2) lines.push(`${raw[index]}: ${raw[index + 1]}`)
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  exchange.reply(200, contentTypes.text, Buffer.concat([head, exchange.body]))
}

/** `x-request-id` as `X-Request-Id`; what already has that shape costs no allocation. */
function canonicalName(name: string): string {
  if (/^[A-Z][a-z0-9]*(?:-[A-Z0-9][a-z0-9]*)*$/.test(name)) return name
  return name
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    .join('-')
}

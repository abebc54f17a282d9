import { createHash, randomUUID } from 'node:crypto'
import { sortedValues } from '../body.ts'
import { contentTypes, type Exchange, Refusal } from '../exchange.ts'
import type { RouteSpec } from '../router.ts'
import { headShape } from './echo.ts'
import { wholeNumber } from './parameter.ts'

/** Conditional requests and response headers of the client's choice. */
export const cachingRoutes: readonly RouteSpec[] = [
  { pattern: '/cache', answer: answerCache },
  { pattern: '/cache/{seconds}', answer: answerCacheControl },
  { pattern: '/etag/{etag}', answer: answerEtag },
  { pattern: '/response-headers', answer: answerResponseHeaders },
  { pattern: '/uuid', answer: (exchange) => exchange.json({ uuid: randomUUID() }) },
]

function answerCache(exchange: Exchange): void {
  if (exchange.header('if-modified-since') !== undefined || exchange.header('if-none-match') !== undefined) {
    exchange.reply(304, contentTypes.json, '')
    return
  }
  const modified = new Date().toUTCString()
  const etag = createHash('sha1').update(modified).digest('hex')
  exchange.json(headShape(exchange), 200, ['Last-Modified', modified, 'ETag', `"${etag}"`])
}

function answerCacheControl(exchange: Exchange): void {
  const seconds = wholeNumber(exchange.params[0] ?? '', { name: 'seconds', min: 0, max: 2 ** 31 })
  exchange.json(headShape(exchange), 200, ['Cache-Control', `public, max-age=${seconds}`])
}

function answerEtag(exchange: Exchange): void {
  const etag = `"${(exchange.params[0] ?? '').replace(/[^\x21-\x7e]|"/g, '')}"`
  const matches = (list: string): boolean =>
    list.trim() === '*' || list.split(',').some((item) => item.trim().replace(/^W\//, '') === etag)
  const [ifMatch, ifNoneMatch] = [exchange.header('if-match'), exchange.header('if-none-match')]
  if (ifMatch !== undefined && !matches(ifMatch)) exchange.reply(412, contentTypes.text, '', ['ETag', etag])
  else if (ifNoneMatch !== undefined && matches(ifNoneMatch)) exchange.reply(304, contentTypes.text, '', ['ETag', etag])
  else exchange.json(headShape(exchange), 200, ['ETag', etag])
}

/** Headers that would break the framing of this very answer. */
const framing = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'trailer'])

function answerResponseHeaders(exchange: Exchange): void {
  const headers: string[] = []
  let contentType: string = contentTypes.json
  for (const [name, value] of exchange.search) {
    const lower = name.toLowerCase()
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || framing.has(lower))
      throw new Refusal(400, `header not allowed: ${JSON.stringify(name)}`)
    const printable = value.replace(/[^\x20-\x7e]/g, '')
    if (lower === 'content-type') contentType = printable
    else headers.push(name, printable)
  }
  const shown = sortedValues([
    ...exchange.search,
    ...(exchange.search.has('Content-Type') ? [] : [['Content-Type', contentType] as const]),
  ])
  exchange.reply(200, contentType, `${JSON.stringify(shown, undefined, 2)}\n`, headers)
}

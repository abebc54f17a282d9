import { contentTypes, type Exchange, Refusal } from '../exchange.ts'
import type { RouteSpec } from '../router.ts'
import { wholeNumber } from './parameter.ts'

/** Chains of redirects, and one to anywhere. */
export const redirectRoutes: readonly RouteSpec[] = [
  { pattern: '/redirect/{count}', answer: (exchange) => answerChain(exchange, exchange.search.get('absolute') !== 'true') },
  { pattern: '/relative-redirect/{count}', answer: (exchange) => answerChain(exchange, true) },
  { pattern: '/absolute-redirect/{count}', answer: (exchange) => answerChain(exchange, false) },
  { pattern: '/redirect-to', answer: answerRedirectTo },
]

/** Answers with a redirect and no body. */
export function redirect(exchange: Exchange, location: string, status = 302, headers: readonly string[] = []): void {
  exchange.reply(status, contentTypes.text, '', ['Location', location, ...headers])
}

function answerChain(exchange: Exchange, isRelative: boolean): void {
  const left = wholeNumber(exchange.params[0] ?? '', { name: 'redirect count', min: 1, max: 10_000 }) - 1
  const path = left === 0 ? '/get' : `/${isRelative ? 'relative' : 'absolute'}-redirect/${left}`
  redirect(exchange, isRelative ? path : `${exchange.scheme}://${exchange.host}${path}`)
}

function answerRedirectTo(exchange: Exchange): void {
  const url = exchange.search.get('url') ?? ''
  if (url === '') throw new Refusal(400, 'missing required query parameter: url')
  const status = wholeNumber(exchange.search.get('status_code') ?? '302', { name: 'status code', min: 300, max: 399 })
  // Only visible ASCII may stand in a header.
  redirect(exchange, url.replace(/[^\x21-\x7e]/g, encodeURIComponent), status)
}

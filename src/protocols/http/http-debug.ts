import type { ClientContext } from '../context.ts'
import type { Exchange } from './exchange.ts'
import { rawHeadersOf } from './response.ts'

/** Says what is sent: the head, and with `full` the body as far as it is text or bytes. */
export function debugRequest(context: ClientContext, exchange: Exchange, level: 'headers' | 'full'): void {
  const headLength = exchange.head.indexOf('\r\n\r\n')
  const lines = [`request: ${exchange.head.slice(0, headLength)}`]
  const body = exchange.sentBody
  if (level === 'full' && body !== undefined) lines.push(body.shown === null ? '(a stream)' : textOf(body.shown))
  context.debug(lines.join('\n\n'))
}

/** Says what came back: the head, and with `full` the decoded body. */
export function debugResponse(context: ClientContext, exchange: Exchange, level: 'headers' | 'full'): void {
  const headers = rawHeadersOf(exchange)
  const lines = [`response: ${exchange.template.method} ${exchange.template.target.label} -> ${String(exchange.status)}`]
  for (let index = 0; index < headers.length; index += 2)
    lines.push(`${headers[index] as string}: ${headers[index + 1] as string}`)
  if (level === 'full' && exchange.bodyBuffer !== undefined) {
    lines.push('', textOf(exchange.bodyBuffer.subarray(exchange.bodyStart, exchange.bodyEnd)))
  }
  context.debug(lines.join('\n'))
}

function textOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
}

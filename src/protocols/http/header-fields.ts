import { UserError } from '../../base/user-error.ts'
import type { HttpRequestSpec } from './types.ts'

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const unsafeValue = /[\0-\x08\n-\x1f\x7f]/

/** Throws `UserError` HTTP_METHOD_INVALID for what could not stand on a request line. */
export function checkMethod(method: string): void {
  if (typeof method === 'string' && token.test(method)) return
  throw new UserError('HTTP_METHOD_INVALID', `${JSON.stringify(method)} is not an HTTP method`, {
    hint: 'use a word like GET or POST',
  })
}

/**
 * Appends name, value, name, value, … of a script's headers to `into`; lists become several lines. Throws `UserError`
 * HTTP_HEADER_INVALID for names and values that could smuggle a line into the request or cannot be sent.
 */
export function appendHeaders(headers: HttpRequestSpec['headers'], into: string[]): void {
  if (headers === undefined) return
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (value === undefined || value === null) continue
    if (Array.isArray(value)) for (const each of value as readonly string[]) appendHeader(name, each, into)
    else appendHeader(name, value as string | number, into)
  }
}

/** Appends one header. Throws as `appendHeaders` does. */
export function appendHeader(name: string, value: string | number, into: string[]): void {
  if (!token.test(name)) {
    throw new UserError('HTTP_HEADER_INVALID', `${JSON.stringify(name)} is not a header name`, {
      hint: "use letters, digits and -_.~!#$%&'*+^`| only",
    })
  }
  if (typeof value === 'object') {
    throw new UserError('HTTP_HEADER_INVALID', `the value of header "${name}" is an object`, {
      hint: 'give a text, a number or a list of texts',
    })
  }
  const text = String(value)
  if (unsafeValue.test(text)) {
    throw new UserError('HTTP_HEADER_INVALID', `the value of header "${name}" holds a line break or another control character`, {
      hint: 'remove it or encode the value, for example with encodeURIComponent',
    })
  }
  into.push(name, text)
}

/** The value of a header in a name, value, … list, in any case; the last one wins as in a map. */
export function findHeader(list: readonly string[], lowerCaseName: string): string | undefined {
  for (let index = list.length - 2; index >= 0; index -= 2) {
    const name = list[index] as string
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) return list[index + 1]
  }
  return undefined
}

/** A copy of a name, value, … list without the headers named (lower case). */
export function withoutHeaders(list: readonly string[], lowerCaseNames: readonly string[]): string[] {
  const kept: string[] = []
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index] as string
    if (!lowerCaseNames.includes(name.toLowerCase())) kept.push(name, list[index + 1] as string)
  }
  return kept
}

/** `content-type` becomes `Content-Type`. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
}

/** Canonical-Case names; repeated ones joined by ", ". */
export function headerRecord(list: readonly string[]): Record<string, string> {
  const record: Record<string, string> = Object.create(null) as Record<string, string>
  for (let index = 0; index < list.length; index += 2) {
    const name = canonicalName(list[index] as string)
    const value = list[index + 1] as string
    const before = record[name]
    record[name] = before === undefined ? value : `${before}, ${value}`
  }
  return record
}

/** Text as one Latin-1 character per byte of its UTF-8: what a head of Latin-1 bytes must hold to send UTF-8. */
export function asByteString(text: string): string {
  // oxlint-disable-next-line no-control-regex -- everything beyond ASCII
  return /[^\0-\x7f]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text
}

/** A request head as the Latin-1 text of its bytes; values beyond ASCII go as UTF-8. `requestLine` brings its line end. */
export function requestHead(requestLine: string, host: string, headers: readonly string[]): string {
  let text = `${requestLine}Host: ${asByteString(host)}\r\n`
  for (let index = 0; index < headers.length; index += 2) {
    text += `${headers[index] as string}: ${asByteString(headers[index + 1] as string)}\r\n`
  }
  return `${text}\r\n`
}

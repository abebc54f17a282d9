/** Form values by name, in the order of arrival; names sorted when shown. */
export type Values = Readonly<Record<string, readonly string[]>>

/** What a body says, in go-httpbin's shape. */
export interface ParsedBody {
  readonly data: string
  readonly files: Values
  readonly form: Values
  readonly json: unknown
}

/** A body that contradicts its content type. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
}

/**
 * Reads a request body by its content type: forms and multipart into values, JSON into a value, text as it is, anything
 * else as a base64 data URL. Throws BodyError for broken JSON or multipart.
 */
export function parseBody(body: Buffer, contentType: string): ParsedBody {
  const nothing = { data: '', files: {}, form: {}, json: null }
  if (body.length === 0) return nothing
  const type = (contentType.split(';')[0] ?? '').trim()
  switch (type) {
    case 'text/html':
    case 'text/plain':
      return { ...nothing, data: body.toString('utf8') }
    case 'application/x-www-form-urlencoded': {
      const data = body.toString('utf8')
      return { ...nothing, data, form: sortedValues(new URLSearchParams(data)) }
    }
    case 'multipart/form-data':
      return { ...nothing, data: body.toString('utf8'), ...parseMultipart(body, boundaryOf(contentType)) }
    case 'application/json':
      return { ...nothing, data: body.toString('utf8'), json: parseJson(body) }
    default:
      return { ...nothing, data: `data:${type || 'application/octet-stream'};base64,${urlBase64(body)}` }
  }
}

/** Pairs as an object of arrays, names in byte order. */
export function sortedValues(pairs: Iterable<readonly [string, string]>): Values {
  const values = new Map<string, string[]>()
  for (const [name, value] of pairs) {
    const list = values.get(name)
    if (list === undefined) values.set(name, [value])
    else list.push(value)
  }
  return sortedObject(values)
}

/** A map as a plain object whose keys print in byte order; no key can reach a prototype. */
export function sortedObject<Value>(map: ReadonlyMap<string, Value>): Record<string, Value> {
  const names = [...map.keys()].sort()
  return Object.fromEntries(names.map((name) => [name, map.get(name) as Value]))
}

/** Base64 with `-` and `_`, padded, as Go's URLEncoding. */
function urlBase64(body: Buffer): string {
  return body.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw new BodyError(`the body is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function boundaryOf(contentType: string): string {
  const match = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  return match?.[1] ?? match?.[2] ?? fail('the content type names no boundary')
}

/** RFC 7578, with strict line ends. */
function parseMultipart(body: Buffer, boundary: string): { files: Values; form: Values } {
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const all = Buffer.concat([Buffer.from('\r\n'), body])
  const files: [string, string][] = []
  const form: [string, string][] = []
  let at = all.indexOf(delimiter)
  if (at < 0) fail('the boundary does not occur in the body')
  for (;;) {
    at += delimiter.length
    if (all.subarray(at, at + 2).toString('latin1') === '--') break
    const headStart = all.indexOf('\r\n', at)
    const headEnd = all.indexOf('\r\n\r\n', headStart)
    const next = all.indexOf(delimiter, headEnd)
    if (headStart < 0 || headEnd < 0 || next < 0) fail('the last part has no closing boundary')
    const { name, filename } = partNames(all.toString('utf8', headStart, headEnd))
    const content = all.toString('utf8', headEnd + 4, next)
    ;(filename === undefined ? form : files).push([name, content])
    at = next
  }
  return { files: sortedValues(files), form: sortedValues(form) }
}

function partNames(head: string): { name: string; filename: string | undefined } {
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(head)?.[1] ?? fail('a part has no content disposition')
  const name = /(?:^|;)\s*name="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1] ?? fail('a part has no name')
  const filename = /(?:^|;)\s*filename\*?="?((?:[^"\\;]|\\.)*)"?/i.exec(disposition)?.[1]
  return { name: unescape(name), filename }
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, '$1')
}

function fail(problem: string): never {
  throw new BodyError(`multipart: ${problem}`)
}

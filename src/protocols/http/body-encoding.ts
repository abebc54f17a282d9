import { randomBytes } from 'node:crypto'
import { UserError } from '../../base/user-error.ts'
import type { HttpBody, MultipartPart } from './types.ts'

/** A request body ready to be sent: `bytes`, or else `stream` (chunked when `length` is undefined). Both undefined is no body. */
export interface EncodedBody {
  readonly bytes: Uint8Array | undefined
  readonly stream: AsyncIterable<Uint8Array> | undefined
  readonly length: number | undefined
  /** What the body says of itself; `undefined` leaves Content-Type to the script. */
  readonly contentType: string | undefined
}

type FormBody = Extract<HttpBody, { form: unknown }>
type Scalar = string | number | boolean

const noBody: EncodedBody = { bytes: undefined, stream: undefined, length: undefined, contentType: undefined }

/**
 * Turns what a script gave into bytes. Throws `UserError` HTTP_BODY_INVALID for anything that is not an `HttpBody`. `boundary` is
 * drawn at random by default. Byte arrays are not copied.
 */
export function encodeRequestBody(body: HttpBody | undefined, boundary: () => string = randomBoundary): EncodedBody {
  if (body === undefined || body === null) return noBody
  if (typeof body === 'string') return encoded(Buffer.from(body), undefined)
  if (body instanceof Uint8Array) return encoded(body, undefined)
  if (body instanceof ArrayBuffer) return encoded(new Uint8Array(body), undefined)
  if (ArrayBuffer.isView(body)) return encoded(viewBytes(body), undefined)
  if (typeof body === 'object' && 'form' in body) return encoded(encodeForm(body.form), 'application/x-www-form-urlencoded')
  if (typeof body === 'object' && 'multipart' in body) return encodeMultipart(body.multipart, boundary())
  if (typeof body === 'object' && 'stream' in body) return streamed(body)
  throw invalidBody(`a request body cannot be a ${typeof body}`)
}

/** `application/x-www-form-urlencoded`; an array repeats its key. */
export function encodeForm(form: FormBody['form']): Uint8Array {
  if (typeof form !== 'object' || form === null) throw invalidBody('"form" is not an object')
  const pairs = new URLSearchParams()
  for (const [key, value] of Object.entries(form)) {
    for (const one of Array.isArray(value) ? (value as readonly Scalar[]) : [value as Scalar]) {
      if (typeof one === 'object' && one !== null) throw invalidBody(`the form field "${key}" is an object`)
      pairs.append(key, String(one))
    }
  }
  return Buffer.from(pairs.toString(), 'latin1')
}

/** `multipart/form-data` as RFC 7578 and the HTML standard write it. */
export function encodeMultipart(parts: readonly MultipartPart[], boundary: string): EncodedBody {
  if (!Array.isArray(parts)) throw invalidBody('"multipart" is not an array of parts')
  const pieces: Uint8Array[] = []
  for (const part of parts as readonly MultipartPart[]) {
    pieces.push(Buffer.from(`--${boundary}\r\n${partHead(part)}\r\n\r\n`), partBytes(part), Buffer.from('\r\n'))
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`))
  return encoded(Buffer.concat(pieces), `multipart/form-data; boundary=${boundary}`)
}

function partHead(part: MultipartPart): string {
  if (typeof part?.name !== 'string') throw invalidBody('a multipart part has no name')
  const disposition = `Content-Disposition: form-data; name="${escapeName(part.name)}"`
  const isFile = part.filename !== undefined
  const contentType = part.contentType ?? (isFile ? 'application/octet-stream' : undefined)
  if (contentType !== undefined && /[\r\n\0]/.test(contentType))
    throw invalidBody(`the content type of part "${part.name}" has a line break`)
  const head = isFile ? `${disposition}; filename="${escapeName(part.filename)}"` : disposition
  return contentType === undefined ? head : `${head}\r\nContent-Type: ${contentType}`
}

function partBytes({ name, value }: MultipartPart): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value)
  if (value instanceof Uint8Array) return value
  if ((value as unknown) instanceof ArrayBuffer) return new Uint8Array(value)
  if (ArrayBuffer.isView(value)) return viewBytes(value)
  throw invalidBody(`the value of part "${name}" is neither a string nor bytes`)
}

/** The HTML standard's escapes for names and file names: line breaks and quotes, nothing else. */
function escapeName(name: string): string {
  return name.replace(/\r\n?|\n/g, '%0D%0A').replaceAll('"', '%22')
}

function streamed(body: Extract<HttpBody, { stream: unknown }>): EncodedBody {
  const { stream, length } = body
  if (typeof (stream as Partial<AsyncIterable<Uint8Array>> | undefined)?.[Symbol.asyncIterator] !== 'function') {
    throw invalidBody('"stream" is not an async iterable of byte arrays')
  }
  if (length !== undefined && (!Number.isSafeInteger(length) || length < 0))
    throw invalidBody(`the length of a streamed body is ${String(length)}`)
  return { bytes: undefined, stream, length, contentType: undefined }
}

function encoded(bytes: Uint8Array, contentType: string | undefined): EncodedBody {
  return { bytes, stream: undefined, length: bytes.length, contentType }
}

function viewBytes(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

function randomBoundary(): string {
  return `brunt-${randomBytes(18).toString('hex')}`
}

function invalidBody(message: string): UserError {
  return new UserError('HTTP_BODY_INVALID', message, {
    hint: 'give a string, bytes, { form: {…} }, { multipart: [{ name, value }] } or { stream, length? }; JSON wants JSON.stringify',
  })
}

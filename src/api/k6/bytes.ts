import { GoError } from './go-error.ts'

/** The bytes of a text (UTF-8), an ArrayBuffer or a view of one, not copied. Throws a GoError for anything else. */
export function bytesOf(data: unknown): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8')
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const kind = data === null ? 'null' : typeof data
  throw new GoError(`${kind} is neither a text nor bytes`, 'give a string, an ArrayBuffer or a typed array')
}

/** A buffer of its own with these bytes. */
export function arrayBufferOf(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength)
  new Uint8Array(copy).set(bytes)
  return copy
}

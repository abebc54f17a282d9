import { arrayBufferOf, bytesOf } from '../bytes.ts'
import { GoError } from '../go-error.ts'
import type { K6Module } from '../host.ts'

/** The module `k6/encoding`: Base64 as RFC 4648 has it. */
export const encodingModule: K6Module = () => {
  const members = { b64encode, b64decode }
  return { ...members, default: members }
}

interface Variant {
  readonly isUrl: boolean
  readonly isPadded: boolean
}

const variants: Readonly<Record<string, Variant>> = {
  std: { isUrl: false, isPadded: true },
  rawstd: { isUrl: false, isPadded: false },
  url: { isUrl: true, isPadded: true },
  rawurl: { isUrl: true, isPadded: false },
}

function variantOf(given: unknown = 'std'): Variant {
  const name = String(given)
  const known = Object.hasOwn(variants, name) ? variants[name] : undefined
  if (known) return known
  throw new GoError(`invalid Base64 variant: ${name}`, `write one of ${Object.keys(variants).join(', ')}`)
}

function b64encode(data: unknown, variantName?: unknown): string {
  const { isUrl, isPadded } = variantOf(variantName)
  const bytes = bytesOf(data)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(isUrl ? 'base64url' : 'base64')
  if (isUrl) return isPadded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text
  return isPadded ? text : text.replace(/=+$/, '')
}

function b64decode(text: unknown, variantName?: unknown, format?: unknown): ArrayBuffer | string {
  const input = String(text)
  const at = firstIllegal(Buffer.from(input, 'utf8'), variantOf(variantName))
  if (at !== undefined)
    throw new GoError(`illegal base64 data at input byte ${at}`, 'name the variant that the text was made with')
  const decoded = Buffer.from(input, 'base64')
  return format === 's' ? decoded.toString('utf8') : arrayBufferOf(decoded)
}

const lineFeed = 10
const carriageReturn = 13
const pad = 61

/**
 * Where the text stops being Base64 of this variant, in bytes; `undefined` when it never does. Node's decoder passes over
 * what it cannot read and takes either alphabet. Line breaks may stand anywhere.
 */
function firstIllegal(input: Uint8Array, variant: Variant): number | undefined {
  let digitCount = 0
  let index = 0
  for (; index < input.length; index++) {
    const byte = input[index] ?? 0
    if (byte === lineFeed || byte === carriageReturn) continue
    if (byte === pad && variant.isPadded) return illegalPadding(input, index, digitCount % 4)
    if (!isDigit(byte, variant.isUrl)) return index
    digitCount += 1
  }
  const rest = digitCount % 4
  return rest === 1 || (rest > 0 && variant.isPadded) ? index - rest : undefined
}

/** `index` is that of the first `=`, after `rest` digits of its group of four. */
function illegalPadding(input: Uint8Array, index: number, rest: number): number | undefined {
  if (rest < 2) return index
  let next = afterBreaks(input, index + 1)
  if (rest === 2) {
    if (next === input.length) return next
    if (input[next] !== pad) return next - 1
    next = afterBreaks(input, next + 1)
  }
  return next < input.length ? next : undefined
}

function afterBreaks(input: Uint8Array, start: number): number {
  let index = start
  while (input[index] === lineFeed || input[index] === carriageReturn) index += 1
  return index
}

function isDigit(byte: number, isUrl: boolean): boolean {
  const isLetter = (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)
  const isNumeral = byte >= 48 && byte <= 57
  return isLetter || isNumeral || (isUrl ? byte === 45 || byte === 95 : byte === 43 || byte === 47)
}

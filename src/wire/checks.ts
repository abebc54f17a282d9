import { WireError } from './wire-error.ts'

/**
 * Looks at one received value: `undefined` when it is right, else what is wrong, as `path: problem`. Nothing is
 * allocated for right values.
 */
export type Check = (value: unknown) => string | undefined

/** One check per field of a message type: a field added to the type must be added here, or it does not compile. */
export type FieldChecks<T> = { readonly [Field in keyof T]-?: Check }

/** Generous: addresses and names that scripts make up travel as tags, and a worker whose message is refused is lost. */
const textLength = 1024 * 1024
const arrayLength = 1_000_000
const unknownDepth = 100

export const isBoolean: Check = (value) => (typeof value === 'boolean' ? undefined : ': expected true or false')
/** Any number, NaN and infinities included. */
export const isNumber: Check = (value) => (typeof value === 'number' ? undefined : ': expected a number')
export const isFinite: Check = (value) => (Number.isFinite(value) ? undefined : ': expected a finite number')
/** A whole number from 0 that a double holds exactly. */
export const isCount: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : ': expected a count'
export const isInteger: Check = (value) => (Number.isSafeInteger(value) ? undefined : ': expected a whole number')
export const isBytes: Check = (value) => (value instanceof Uint8Array ? undefined : ': expected bytes')
export const isCounts: Check = (value) => (value instanceof Uint32Array ? undefined : ': expected 32-bit numbers')
/** A name or a line of text. */
export const isText: Check = textOf(textLength)
/** A document: JSON, code, a stack. The frame limit bounds it. */
export const isLongText: Check = textOf(Number.POSITIVE_INFINITY)
/** JSON-like data of any shape, nested at most 100 deep. */
export const isAnything: Check = (value) => (depthOf(value, unknownDepth) ? undefined : ': nested too deeply')

/** A string of at most `maxLength` UTF-16 units. */
export function textOf(maxLength: number): Check {
  return (value) => {
    if (typeof value !== 'string') return ': expected text'
    return value.length <= maxLength ? undefined : `: longer than ${maxLength} characters`
  }
}

export function optional(check: Check): Check {
  return (value) => (value === undefined ? undefined : check(value))
}

export function oneOf(...values: readonly (string | number)[]): Check {
  return (value) =>
    values.includes(value as string) ? undefined : `: expected ${values.map((each) => JSON.stringify(each)).join(' or ')}`
}

export function listOf(check: Check, maxLength = arrayLength): Check {
  return (value) => {
    if (!Array.isArray(value)) return ': expected a list'
    if (value.length > maxLength) return `: more than ${maxLength} entries`
    for (let index = 0; index < value.length; index++) {
      const problem = check(value[index])
      if (problem !== undefined) return `[${index}]${problem}`
    }
    return undefined
  }
}

/** Exactly one value per check. */
export function tupleOf(...checks: readonly Check[]): Check {
  return (value) => {
    if (!Array.isArray(value) || value.length !== checks.length) return `: expected ${checks.length} values`
    for (const [index, check] of checks.entries()) {
      const problem = check(value[index])
      if (problem !== undefined) return `[${index}]${problem}`
    }
    return undefined
  }
}

/** A plain object with one kind of value under any key. */
export function recordOf(check: Check): Check {
  return (value) => {
    if (!isObject(value)) return ': expected an object'
    for (const key in value) {
      if (key.length > textLength) return ': a key is too long'
      const problem = check(value[key])
      if (problem !== undefined) return `.${key.slice(0, 80)}${problem}`
    }
    return undefined
  }
}

/** An object whose fields all pass; fields that the type does not know are let be. */
export function objectOf<T>(fields: FieldChecks<T>): Check {
  const entries = Object.entries<Check>(fields)
  return (value) => {
    if (!isObject(value)) return ': expected an object'
    for (const [field, check] of entries) {
      const problem = check(value[field])
      if (problem !== undefined) return `.${field}${problem}`
    }
    return undefined
  }
}

/** An object of a closed union, told apart by `type`. */
export function unionOf(variants: Readonly<Record<string, Check>>): Check {
  return (value) => {
    if (!isObject(value)) return ': expected an object'
    const type = value['type']
    const check = typeof type === 'string' && Object.hasOwn(variants, type) ? variants[type] : undefined
    return check ? check(value) : `.type: unknown type ${JSON.stringify(String(type).slice(0, 80))}`
  }
}

/** Passes when both do. */
export function both(first: Check, second: Check): Check {
  return (value) => first(value) ?? second(value)
}

/** Throws a `WireError` that names the field unless the value passes. */
export function demand(check: Check, value: unknown): void {
  const problem = check(value)
  if (problem === undefined) return
  const colon = problem.lastIndexOf(': ')
  throw new WireError(problem.slice(0, colon).replace(/^\./, ''), problem.slice(colon + 2))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

/** False when the value is nested deeper than `left`. */
function depthOf(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true
  if (left === 0) return false
  return Object.values(value).every((inner) => depthOf(inner, left - 1))
}

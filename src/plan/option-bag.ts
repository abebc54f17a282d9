import { parseDurationMs } from '../base/duration.ts'
import { exitCode } from '../base/exit-code.ts'
import { UserError } from '../base/user-error.ts'
import type { Tags } from '../metrics/definition.ts'

/** A year; what is longer is a typing mistake, and due times stay exact below it. */
const maxDurationMs = 365 * 86_400_000

export interface NumberLimits {
  readonly min: number
  readonly max: number
}

export interface Complaint {
  readonly path: string
  readonly value: unknown
  /** What would have been right: `a whole number from 1 to 10`. */
  readonly expected: string
  readonly hint: string
}

/** Says which option is wrong, what it is, what was expected and what to do. */
export function invalidOption({ path, value, expected, hint }: Complaint): UserError {
  return new UserError('PLAN_OPTION_INVALID', `option "${path}" is ${shown(value)}, expected ${expected}`, {
    hint,
    exitCode: exitCode.invalidConfig,
  })
}

export function missingOption(path: string, hint: string): UserError {
  return new UserError('PLAN_OPTION_MISSING', `option "${path}" is missing`, { hint, exitCode: exitCode.invalidConfig })
}

export function conflictingOptions(message: string, hint: string): UserError {
  return new UserError('PLAN_OPTION_CONFLICT', message, { hint, exitCode: exitCode.invalidConfig })
}

/**
 * An object of options of unknown types. Readers return `undefined` for what is absent (`null` included) and throw UserError
 * `PLAN_OPTION_INVALID` for what is wrong; a bag remembers what was asked for, so the rest is unknown.
 */
export class OptionBag {
  readonly path: string
  readonly #values: Readonly<Record<string, unknown>>
  readonly #known = new Set<string>()

  /** `path` is empty for the root. Throws when `value` is not an object. */
  constructor(path: string, value: unknown, hint = 'write an object: { … }') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw invalidOption({ path: path || 'options', value, expected: 'an object', hint })
    this.path = path
    this.#values = value as Readonly<Record<string, unknown>>
  }

  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined
  }

  raw(name: string): unknown {
    this.#known.add(name)
    return Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined
  }

  /** Keys that are set but that nobody asked for, each with the known name that it may have meant. */
  unknown(): readonly { readonly name: string; readonly suggestion: string | undefined }[] {
    const names = Object.keys(this.#values).filter((name) => !this.#known.has(name))
    return names.map((name) => ({ name, suggestion: nearest(name, this.#known) }))
  }

  /** A whole number; numeric strings (`__ENV.VUS`) count. */
  integer(name: string, { min, max }: NumberLimits): number | undefined {
    const value = this.raw(name)
    const number = numberOf(value)
    if (value === undefined) return undefined
    if (number !== undefined && Number.isInteger(number) && number >= min && number <= max) return number
    throw invalidOption({
      path: this.pathOf(name),
      value,
      expected: `a whole number from ${min} to ${max}`,
      hint: `write  ${name}: ${exampleWithin({ min, max })}`,
    })
  }

  number(name: string, { min, max }: NumberLimits): number | undefined {
    const value = this.raw(name)
    const number = numberOf(value)
    if (value === undefined) return undefined
    if (number !== undefined && number >= min && number <= max) return number
    throw invalidOption({
      path: this.pathOf(name),
      value,
      expected: `a number from ${min} to ${max}`,
      hint: `write  ${name}: ${exampleWithin({ min, max })}`,
    })
  }

  /** Milliseconds of a duration of at least `minMs`. */
  durationMs(name: string, minMs = 0): number | undefined {
    const value = this.raw(name)
    if (value === undefined) return undefined
    const ms = parseDurationMs(value)
    if (ms !== undefined && ms >= minMs && ms <= maxDurationMs) return ms
    const atLeast =
      minMs > 0 ? ` of at least ${minMs >= 1000 ? `${minMs / 1000}s` : `${minMs}ms`}` : ' (a text such as 1m30s, or milliseconds)'
    throw invalidOption({
      path: this.pathOf(name),
      value,
      expected: `a duration${atLeast}${ms !== undefined && ms > maxDurationMs ? ' and at most 365d' : ''}`,
      hint: `write  ${name}: '30s'`,
    })
  }

  boolean(name: string): boolean | undefined {
    const value = this.raw(name)
    if (value === undefined || typeof value === 'boolean') return value
    throw invalidOption({ path: this.pathOf(name), value, expected: 'true or false', hint: `write  ${name}: true` })
  }

  text(name: string): string | undefined {
    const value = this.raw(name)
    if (value === undefined || typeof value === 'string') return value
    throw invalidOption({ path: this.pathOf(name), value, expected: 'a text', hint: `write  ${name}: '…'` })
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.raw(name)
    if (value === undefined) return undefined
    const choice = choices.find((each) => each === value)
    if (choice !== undefined) return choice
    const suggestion = typeof value === 'string' ? nearest(value, choices) : undefined
    throw invalidOption({
      path: this.pathOf(name),
      value,
      expected: `one of ${choices.join(', ')}`,
      hint: `write  ${name}: '${suggestion ?? choices[0]}'`,
    })
  }

  list(name: string, expected = 'a list'): readonly unknown[] | undefined {
    const value = this.raw(name)
    if (value === undefined || Array.isArray(value)) return value as readonly unknown[] | undefined
    throw invalidOption({ path: this.pathOf(name), value, expected, hint: `write  ${name}: […]` })
  }

  texts(name: string): readonly string[] | undefined {
    return this.list(name, 'a list of texts')?.map((value, index) => {
      if (typeof value === 'string') return value
      throw invalidOption({
        path: `${this.pathOf(name)}[${index}]`,
        value,
        expected: 'a text',
        hint: `write  ${name}: ['…', '…']`,
      })
    })
  }

  /** Names to texts; numbers and booleans are written out. */
  map(name: string): Tags | undefined {
    const value = this.raw(name)
    if (value === undefined) return undefined
    const hint = `write  ${name}: { name: 'value' }`
    if (typeof value !== 'object' || Array.isArray(value))
      throw invalidOption({ path: this.pathOf(name), value, expected: 'an object of texts', hint })
    const entries = Object.entries(value as object).map(([key, each]: [string, unknown]) => {
      if (typeof each === 'string' || typeof each === 'boolean' || (typeof each === 'number' && Number.isFinite(each)))
        return [key, String(each)] as const
      throw invalidOption({ path: `${this.pathOf(name)}.${key}`, value: each, expected: 'a text', hint })
    })
    return Object.fromEntries(entries)
  }

  bag(name: string, hint?: string): OptionBag | undefined {
    const value = this.raw(name)
    return value === undefined ? undefined : new OptionBag(this.pathOf(name), value, hint)
  }
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined
}

function exampleWithin({ min, max }: NumberLimits): number {
  return Math.min(max, Math.max(min, 10))
}

/** The value as the user would have written it, cut to a line. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  const text =
    typeof value === 'object' && value !== null
      ? jsonOf(value)
      : typeof value === 'string'
        ? JSON.stringify(value)
        : String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

function jsonOf(value: object): string {
  try {
    return JSON.stringify(value)
  } catch {
    return 'an object that refers to itself'
  }
}

/** The known name that a misspelt one most likely meant: letter case aside, at most a third of its letters wrong. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.floor(Math.max(3, name.length) / 3) + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance >= bestDistance) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

/** Levenshtein distance. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const substituted = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1)
      current.push(Math.min(substituted, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[right.length] ?? 0
}

import { UserError } from '../base/user-error.ts'
import { nearestOf } from './nearest.ts'

/**
 * What a flag takes: `switch` nothing (or `=false`), `value` one value (the last one given wins), `values` one value
 * each time it is given, `optional` a value only after `=`.
 */
export type FlagKind = 'switch' | 'value' | 'values' | 'optional'

/** One flag of a command, as help and parser see it. */
export interface FlagSpec {
  /** Long name without dashes. */
  readonly name: string
  readonly short?: string
  readonly kind: FlagKind
  /** What the value is called in help: `FILE`, `DURATION`. */
  readonly placeholder?: string
  readonly help: string
  /** Heading in help; flags of one group stand together. */
  readonly group?: string
  /** Accepted but not listed. */
  readonly isHidden?: boolean
}

/** A command line, taken apart and checked against its flags. */
export interface ParsedArguments {
  readonly positionals: readonly string[]
  /** The last value given, or `undefined`; a bare optional flag has the empty string. */
  text(name: string): string | undefined
  /** All values given, in order. */
  texts(name: string): readonly string[]
  isOn(name: string): boolean
  has(name: string): boolean
}

/**
 * Takes `args` apart: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-abn value`, `--` ends the flags, `-` alone
 * is a positional. Throws FLAG_UNKNOWN, FLAG_VALUE_MISSING and FLAG_VALUE_INVALID.
 */
export function parseArguments(args: readonly string[], specs: readonly FlagSpec[]): ParsedArguments {
  const given = new Map<string, string[]>()
  const positionals: string[] = []
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') positionals.push(...rest.splice(0))
    else if (arg.startsWith('--')) takeLong(arg, rest)
    else if (arg.startsWith('-') && arg !== '-') takeShort(arg, rest)
    else positionals.push(arg)
  }
  return resultOf(given, positionals)

  function takeLong(arg: string, following: string[]): void {
    const equals = arg.indexOf('=')
    const name = arg.slice(2, equals < 0 ? undefined : equals)
    const spec = specs.find((candidate) => candidate.name === name)
    if (!spec) throw unknownFlag(`--${name}`, specs)
    add(spec, `--${name}`, equals < 0 ? undefined : arg.slice(equals + 1), following)
  }

  function takeShort(arg: string, following: string[]): void {
    for (let index = 1; index < arg.length; index++) {
      const letter = arg[index] ?? ''
      const spec = specs.find((candidate) => candidate.short === letter)
      if (!spec) throw unknownFlag(`-${letter}`, specs)
      const attached = arg.slice(index + 1).replace(/^=/, '')
      const isLast = index + 1 === arg.length
      const takesRest = spec.kind === 'value' || spec.kind === 'values' || arg[index + 1] === '='
      add(spec, `-${letter}`, !isLast && takesRest ? attached : undefined, following)
      if (takesRest) return
    }
  }

  function add(spec: FlagSpec, spelled: string, attached: string | undefined, following: string[]): void {
    const value = valueOf(spec, spelled, attached, following)
    const values = given.get(spec.name)
    if (values) values.push(value)
    else given.set(spec.name, [value])
  }
}

function valueOf(spec: FlagSpec, spelled: string, attached: string | undefined, following: string[]): string {
  switch (spec.kind) {
    case 'switch':
      return parseSwitch(spelled, attached ?? 'true') ? 'true' : 'false'
    case 'optional':
      return attached ?? ''
    case 'value':
    case 'values': {
      const value = attached ?? following.shift()
      if (value === undefined) {
        throw new UserError('FLAG_VALUE_MISSING', `${spelled} needs a value`, {
          hint: `write  ${spelled} ${spec.placeholder ?? 'VALUE'}`,
        })
      }
      return value
    }
  }
}

/** `true` and `1`, `false` and `0`; anything else is FLAG_VALUE_INVALID. `spelled` names the flag or variable. */
export function parseSwitch(spelled: string, value: string): boolean {
  if (/^(true|1|t)$/i.test(value)) return true
  if (/^(false|0|f|)$/i.test(value)) return false
  throw new UserError('FLAG_VALUE_INVALID', `${spelled} is either on or off, not "${value}"`, {
    hint: `write  ${spelled}=true  or  ${spelled}=false`,
  })
}

function resultOf(given: ReadonlyMap<string, readonly string[]>, positionals: readonly string[]): ParsedArguments {
  return {
    positionals,
    text: (name) => given.get(name)?.at(-1),
    texts: (name) => given.get(name) ?? [],
    isOn: (name) => given.get(name)?.at(-1) === 'true',
    has: (name) => given.has(name),
  }
}

function unknownFlag(spelled: string, specs: readonly FlagSpec[]): UserError {
  const names = specs.filter((spec) => !spec.isHidden).map((spec) => `--${spec.name}`)
  const nearest = spelled.length > 2 ? nearestOf(spelled, names) : undefined
  const hint = nearest === undefined ? 'add --help to see the flags of this command' : `did you mean ${nearest}?`
  return new UserError('FLAG_UNKNOWN', `unknown flag ${spelled}`, { hint })
}

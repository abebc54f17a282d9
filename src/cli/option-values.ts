import { parseDurationMs } from '../base/duration.ts'
import type { ExitCode } from '../base/exit-code.ts'
import { UserError } from '../base/user-error.ts'
import { parseSwitch } from './arguments.ts'
import type { OptionKind } from './plan-options.ts'

/** Where a text came from, for errors: `--vus` or `K6_VUS`. */
export interface ValueOrigin {
  readonly spelled: string
  readonly code: 'FLAG_VALUE_INVALID' | 'ENV_VALUE_INVALID'
  readonly exitCode: ExitCode
}

/**
 * Turns the texts given for one option (several for repeatable flags) into the value that a script would have written.
 * Throws the origin's code when a text cannot be that; ranges are the plan's business.
 */
export function optionValue(kind: OptionKind, texts: readonly string[], origin: ValueOrigin): unknown {
  const last = texts.at(-1) ?? ''
  switch (kind) {
    case 'text':
      return last
    case 'integer':
      return numberOf(last, origin, 'a whole number', Number.isInteger)
    case 'number':
      return numberOf(last, origin, 'a number', Number.isFinite)
    case 'duration':
      if (parseDurationMs(last) === undefined) throw invalid(origin, last, 'a duration', '30s, 1m30s or 2h')
      return last
    case 'switch':
      return parseSwitch(origin.spelled, last)
    case 'list':
      return texts
        .flatMap((text) => text.split(','))
        .map((text) => text.trim())
        .filter((text) => text !== '')
    case 'stages':
      return texts.flatMap((text) => text.split(',')).map((text) => stageOf(text.trim(), origin))
    case 'pairs':
      return Object.fromEntries(texts.map((text) => pairOf(text, origin)))
    case 'fields':
      return Object.fromEntries(last.split(',').map((text) => pairOf(text.trim(), origin)))
    case 'debug':
      return debugOf(last, origin)
    case 'workers':
      return last === 'auto' ? 'auto' : numberOf(last, origin, '"auto" or a whole number', Number.isInteger)
  }
}

/** `NAME=VALUE` as its two halves; the value may hold more equals signs. */
export function pairOf(text: string, origin: ValueOrigin): [string, string] {
  const equals = text.indexOf('=')
  if (equals < 1) throw invalid(origin, text, 'NAME=VALUE', 'name=value')
  return [text.slice(0, equals), text.slice(equals + 1)]
}

function numberOf(text: string, origin: ValueOrigin, expected: string, isGood: (value: number) => boolean): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!isGood(value)) throw invalid(origin, text, expected, '10')
  return value
}

function stageOf(text: string, origin: ValueOrigin): { duration: string; target: number } {
  const [duration, target, ...more] = text.split(':')
  const isStage =
    duration !== undefined && parseDurationMs(duration) !== undefined && /^\d+$/.test(target ?? '') && more.length === 0
  if (!isStage) throw invalid(origin, text, 'a stage, duration:target', '30s:50')
  return { duration, target: Number(target) }
}

function debugOf(text: string, origin: ValueOrigin): string {
  if (text === '' || text === 'true' || text === 'headers') return 'headers'
  if (text === 'full') return 'full'
  throw invalid(origin, text, 'empty, headers or full', 'full')
}

function invalid(origin: ValueOrigin, text: string, expected: string, example: string): UserError {
  const separator = origin.spelled.startsWith('--') ? ' ' : '='
  return new UserError(origin.code, `${origin.spelled} must be ${expected}, not "${text}"`, {
    hint: `write for example  ${origin.spelled}${separator}${example}`,
    exitCode: origin.exitCode,
  })
}

import { exitCode } from '../base/exit-code.ts'
import { UserError } from '../base/user-error.ts'
import type { Tags } from './definition.ts'

/** A metric, or with tags the part of it whose samples have those tags. */
export interface Selector {
  readonly metric: string
  readonly tags: Tags
}

/**
 * Parses `name` or `name{tag:value,other:"value 2"}`. A value ends at the next comma unless it is in quotes, where `\"` and
 * `\\` stand for a quote and a backslash; the first colon ends the key. Throws UserError SELECTOR_INVALID.
 */
export function parseSelector(text: string): Selector {
  const open = text.indexOf('{')
  const metric = (open < 0 ? text : text.slice(0, open)).trim()
  if (metric === '' || metric.includes('}')) throw invalid(text, 'the metric name is missing before the braces')
  if (open < 0) return { metric, tags: {} }
  return { metric, tags: parseTags(text, open + 1) }
}

/** The text that `parseSelector` turns back into the same; tags keep their order. */
export function formatSelector(metric: string, tags: Tags): string {
  const pairs = Object.entries(tags).map(([key, value]) => `${formatKey(key)}:${formatValue(value)}`)
  return pairs.length === 0 ? metric : `${metric}{${pairs.join(',')}}`
}

/** One text for each series, whatever the order in which its tags were written. */
export function seriesKey(metric: string, tags: Tags): string {
  const keys = Object.keys(tags)
  if (keys.length < 2) return formatSelector(metric, tags)
  return formatSelector(metric, Object.fromEntries(keys.sort().map((key) => [key, tags[key] as string])))
}

/** Whether samples with `tags` belong to the series of `selector`; a tag that is missing counts as the empty string. */
export function matchesTags(selector: Tags, tags: Tags): boolean {
  for (const key of Object.keys(selector)) if (tagValue(tags, key) !== selector[key]) return false
  return true
}

/** The value of a tag, the empty string when it is missing. */
export function tagValue(tags: Tags, key: string): string {
  return Object.hasOwn(tags, key) ? (tags[key] as string) : ''
}

function parseTags(text: string, from: number): Tags {
  const tags: [string, string][] = []
  let at = from
  while (true) {
    const key = readPart(text, at, ':,}')
    if (text[key.end] !== ':')
      throw invalid(text, key.value === '' ? 'there is no tag in the braces' : `tag "${key.value}" has no value`)
    if (key.value === '') throw invalid(text, 'a tag has no name')
    if (key.value === '__proto__') throw invalid(text, 'no tag can be named "__proto__"')
    const value = readPart(text, key.end + 1, ',}')
    if (tags.some(([name]) => name === key.value)) throw invalid(text, `tag "${key.value}" is there twice`)
    tags.push([key.value, value.value])
    if (value.end >= text.length) throw invalid(text, 'the closing brace is missing')
    at = value.end + 1
    if (text[value.end] === '}') break
  }
  if (text.slice(at).trim() !== '') throw invalid(text, 'something follows the closing brace')
  return Object.fromEntries(tags)
}

/** Reads a quoted or bare word up to one of `stops`, whose position is `end` (the text's length when there is none). */
function readPart(text: string, from: number, stops: string): { value: string; end: number } {
  let at = from
  while (text[at] === ' ') at += 1
  const quote = text[at]
  if (quote === '"' || quote === "'") return readQuoted(text, at, stops)
  let end = at
  while (end < text.length && !stops.includes(text[end] as string)) end += 1
  return { value: text.slice(at, end).trim(), end }
}

function readQuoted(text: string, open: number, stops: string): { value: string; end: number } {
  const quote = text[open]
  let value = ''
  let at = open + 1
  while (at < text.length && text[at] !== quote) {
    const isEscape = text[at] === '\\' && (text[at + 1] === '\\' || text[at + 1] === quote)
    if (isEscape) at += 1
    value += text[at]
    at += 1
  }
  if (at >= text.length) throw invalid(text, 'a quote is not closed')
  at += 1
  while (text[at] === ' ') at += 1
  if (at < text.length && !stops.includes(text[at] as string)) throw invalid(text, 'something follows a closing quote')
  return { value, end: at }
}

function formatKey(key: string): string {
  return /[,:{}"']|^\s|\s$|^$/.test(key) ? quote(key) : key
}

function formatValue(value: string): string {
  return /[,{}"']|^\s|\s$|^$/.test(value) ? quote(value) : value
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function invalid(text: string, why: string): UserError {
  return new UserError('SELECTOR_INVALID', `invalid metric selector "${text}"; reason: ${why}`, {
    hint: 'write  name{tag:value,other:"value 2"}',
    exitCode: exitCode.invalidConfig,
  })
}

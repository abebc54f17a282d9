import type { Tags } from '../../metrics/definition.ts'

/** The text of one tag's value. Throws a TypeError for what is neither a string, a number nor a boolean. */
export function tagText(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new TypeError(
    `invalid value for metric tag '${name}': only String, Boolean and Number types are accepted as a metric tag values`,
  )
}

/** Tags as a script gives them; all texts already is the usual case and costs no object. Throws a TypeError. */
export function tagsOf(given: unknown): Tags | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given !== 'object') throw new TypeError(`metric tags are an object of names and values, not ${typeof given}`)
  const tags = given as Readonly<Record<string, unknown>>
  let copy: Record<string, string> | undefined
  for (const name of Object.keys(tags)) {
    if (typeof tags[name] !== 'string') (copy ??= { ...(tags as Tags) })[name] = tagText(name, tags[name])
  }
  return copy ?? (tags as Tags)
}

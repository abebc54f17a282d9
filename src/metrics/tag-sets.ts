import { UserError } from '../base/user-error.ts'
import type { TagSetId, Tags } from './definition.ts'
import type { MemoryUse } from './histogram.ts'
import { tagValue } from './selector.ts'

/** The tag of a series that took in what no longer fitted. */
export const overflowTags: Tags = Object.freeze({ overflow: 'true' })

interface TagSetsOptions {
  /** Keys worth keeping; `undefined` keeps all. */
  readonly usedKeys: ReadonlySet<string> | undefined
  /** Values that selectors look for, by key: they survive folding. */
  readonly selectedValues: ReadonlyMap<string, ReadonlySet<string>>
  readonly maxCount: number
  readonly maxBytes: number
  readonly memory: MemoryUse
}

/** No selector looks for it: stands for a value that must not look missing. */
const anyOtherValue = '(overflow)'
const tagSetBytes = 320

/**
 * Interned tag sets. Each base remembers what it was extended with, so a repeat costs one look-up. Over the limits new sets
 * fold into few: only what selectors tell apart is kept, so that no selector gains or loses a sample.
 */
export class TagSets {
  readonly root = 0 as TagSetId
  readonly #options: TagSetsOptions
  readonly #tags: Tags[] = [Object.freeze({})]
  readonly #ids = new Map<string, TagSetId>([['', 0 as TagSetId]])
  readonly #extensions: Map<string, TagSetId>[] = [new Map()]
  readonly #folded = new Set<TagSetId>()
  #extensionCount = 0
  #foldedCount = 0

  constructor(options: TagSetsOptions) {
    this.#options = options
  }

  /** How often a new tag set had to fold. */
  get foldedCount(): number {
    return this.#foldedCount
  }

  tagsOf(id: TagSetId): Tags {
    const tags = this.#tags[id]
    if (!tags) throw new Error(`tag set ${id} is not of this registry`)
    return tags
  }

  /** Whether this set lost tags to the limits. */
  isFolded(id: TagSetId): boolean {
    return this.#folded.has(id)
  }

  /** `base` plus `extra`; an empty value removes the key. */
  extend(base: TagSetId, extra: Tags): TagSetId {
    const used = this.#options.usedKeys
    let key = ''
    for (const name in extra) {
      if (used !== undefined && !used.has(name)) continue
      const value = extra[name] as string
      // The length makes the text unambiguous whatever a value holds.
      key += `${name}\0${value.length}\0${value}`
    }
    if (key === '') return base
    const known = this.#extensions[base]?.get(key)
    return known ?? this.#extend(base, extra, key)
  }

  #extend(base: TagSetId, extra: Tags, key: string): TagSetId {
    const used = this.#options.usedKeys
    const merged = new Map(Object.entries(this.tagsOf(base)))
    for (const name of Object.keys(extra)) {
      if (used !== undefined && !used.has(name)) continue
      // Not a key of plain objects once it travels: refused here, where the script can be told.
      if (name === '__proto__') {
        throw new UserError('TAG_NAME_INVALID', 'a tag is named "__proto__"', { hint: 'give the tag another name' })
      }
      const value = extra[name] as string
      if (value === '') merged.delete(name)
      else merged.set(name, value)
    }
    const id = this.isFolded(base) ? this.#fold(merged) : this.#intern(merged)
    if (this.#extensionCount < 2 * this.#options.maxCount && !this.#isFull()) {
      this.#extensionCount += 1
      this.#options.memory.bytes += 64 + 2 * key.length
      this.#extensions[base]?.set(key, id)
    }
    return id
  }

  #intern(tags: ReadonlyMap<string, string>): TagSetId {
    const key = canonical(tags)
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    if (!this.#isFull()) return this.#add(key, tags)
    this.#foldedCount += 1
    return this.#fold(tags)
  }

  #isFull(): boolean {
    return this.#tags.length >= this.#options.maxCount || this.#options.memory.bytes >= this.#options.maxBytes
  }

  #fold(tags: ReadonlyMap<string, string>): TagSetId {
    const kept = new Map(Object.entries(overflowTags))
    for (const [key, values] of this.#options.selectedValues) {
      const value = tags.get(key) ?? ''
      if (value !== '' && values.has(value)) kept.set(key, value)
      else if (value !== '' && values.has('')) kept.set(key, anyOtherValue)
    }
    const key = `folded\0${canonical(kept)}`
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = this.#add(key, kept)
    this.#folded.add(id)
    return id
  }

  #add(key: string, tags: ReadonlyMap<string, string>): TagSetId {
    const id = this.#tags.length as TagSetId
    this.#tags.push(Object.freeze(Object.fromEntries(tags)))
    this.#extensions.push(new Map())
    this.#ids.set(key, id)
    this.#options.memory.bytes += tagSetBytes + 4 * key.length
    return id
  }
}

/** The tags of a grouping: each of its keys with the value that `tags` has for it, if only the empty string. */
export function groupTags(keys: readonly string[], tags: Tags): Tags {
  return Object.freeze(Object.fromEntries(keys.map((key) => [key, tagValue(tags, key)])))
}

function canonical(tags: ReadonlyMap<string, string>): string {
  const keys = [...tags.keys()].sort()
  return keys.map((key) => `${key}\0${tags.get(key)?.length}\0${tags.get(key)}`).join('')
}

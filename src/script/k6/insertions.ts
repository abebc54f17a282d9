import type { Edit } from '../source-edits.ts'

interface Insertion {
  readonly offset: number
  readonly text: string
  readonly isPrefix: boolean
  /** Length of what the text stands around: the longer it is, the further outside the text goes. */
  readonly span: number
  /** Among texts around the same code: the higher, the further outside. */
  readonly rank: number
  readonly number: number
}

/**
 * Collects texts to be put around pieces of code, and replacements. At one offset suffixes come before prefixes, inner
 * suffixes and outer prefixes first.
 */
export class Insertions {
  readonly #insertions: Insertion[] = []
  readonly #replacements: Edit[] = []

  /** Puts `before` and `after` around `[start, end)`. */
  around(range: { readonly start: number; readonly end: number }, before: string, after: string, rank = 0): void {
    const span = range.end - range.start
    if (before) this.#add({ offset: range.start, text: before, isPrefix: true, span, rank })
    if (after) this.#add({ offset: range.end, text: after, isPrefix: false, span, rank })
  }

  replace(start: number, end: number, text: string): void {
    this.#replacements.push({ start, end, text })
  }

  edits(): Edit[] {
    const byOffset = new Map<number, Insertion[]>()
    for (const insertion of this.#insertions) {
      const list = byOffset.get(insertion.offset) ?? []
      list.push(insertion)
      byOffset.set(insertion.offset, list)
    }
    const inserted = [...byOffset].map(([offset, list]) => {
      const suffixes = list
        .filter(({ isPrefix }) => !isPrefix)
        .sort((a, b) => a.span - b.span || a.rank - b.rank || a.number - b.number)
      const prefixes = list
        .filter(({ isPrefix }) => isPrefix)
        .sort((a, b) => b.span - a.span || b.rank - a.rank || b.number - a.number)
      return { start: offset, end: offset, text: [...suffixes, ...prefixes].map(({ text }) => text).join('') }
    })
    return [...inserted, ...this.#replacements]
  }

  #add(insertion: Omit<Insertion, 'number'>): void {
    this.#insertions.push({ ...insertion, number: this.#insertions.length })
  }
}

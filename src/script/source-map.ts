/** Lines and columns count from 0, columns in UTF-16 units. */
export interface OriginalPosition {
  readonly file: string
  readonly line: number
  readonly column: number
}

interface RawSourceMap {
  readonly sources: readonly string[]
  readonly mappings: string
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const digitOf = Int8Array.from({ length: 128 }, (_, charCode) => alphabet.indexOf(String.fromCharCode(charCode)))

/** One base64 VLQ number of a source map (revision 3). */
export function encodeVlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1
  let text = ''
  do {
    const digit = rest & 31
    rest >>>= 5
    text += alphabet[rest > 0 ? digit | 32 : digit]
  } while (rest > 0)
  return text
}

/** Reads numbers one after the other; `index` is the next character. */
export class VlqReader {
  readonly #text: string
  index = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The next number. Throws on a character that is no VLQ digit. */
  next(): number {
    let value = 0
    let shift = 0
    for (;;) {
      const digit = digitOf[this.#text.charCodeAt(this.index)] ?? -1
      if (digit < 0) throw new Error(`source map: bad character at ${this.index}`)
      this.index++
      value |= (digit & 31) << shift
      if ((digit & 32) === 0) return value & 1 ? -(value >>> 1) : value >>> 1
      shift += 5
    }
  }

  /** True while another number of the same segment follows. */
  get hasMore(): boolean {
    return (digitOf[this.#text.charCodeAt(this.index)] ?? -1) >= 0
  }
}

/** Four numbers per segment: generated column, source, original line, original column. */
type Segments = readonly number[]

/** Looks up original positions. Decodes on the first look-up only, so making one is free. */
export class SourceMap {
  readonly #raw: RawSourceMap
  #lines: readonly Segments[] | undefined

  /** Throws when `json` is no source map. */
  constructor(json: string) {
    this.#raw = JSON.parse(json) as RawSourceMap
  }

  /** Where the code at a generated position came from: the nearest mapping at or before it in its line. */
  originalOf(line: number, column: number): OriginalPosition | undefined {
    this.#lines ??= decodeMappings(this.#raw.mappings)
    const segments = this.#lines[line]
    if (!segments || segments.length === 0) return undefined
    let low = 0
    let high = segments.length / 4 - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((segments[middle * 4] ?? 0) <= column) low = middle
      else high = middle - 1
    }
    const file = this.#raw.sources[segments[low * 4 + 1] ?? -1]
    return file === undefined ? undefined : { file, line: segments[low * 4 + 2] ?? 0, column: segments[low * 4 + 3] ?? 0 }
  }
}

function decodeMappings(mappings: string): Segments[] {
  const lines: number[][] = []
  let source = 0
  let line = 0
  let column = 0
  for (const text of mappings.split(';')) {
    const segments: number[] = []
    const reader = new VlqReader(text)
    let generated = 0
    while (reader.index < text.length) {
      generated += reader.next()
      if (reader.hasMore) {
        source += reader.next()
        line += reader.next()
        column += reader.next()
        if (reader.hasMore) reader.next()
        segments.push(generated, source, line, column)
      }
      reader.index++ // the comma
    }
    lines.push(segments)
  }
  return lines
}

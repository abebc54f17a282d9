import { encodeVlq, VlqReader } from './source-map.ts'

/** Replaces `[start, end)` of a text. `text` holds no line break. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

interface MappedText {
  readonly code: string
  readonly mappings: string
}

/**
 * Applies edits that do not overlap to generated code and keeps its source map right. Line breaks inside a replaced
 * range stay, so no line moves and only the columns of edited lines change: all other lines of the map are untouched,
 * because a map restarts its generated column at each line.
 */
export function applyEdits(original: MappedText, edits: readonly Edit[]): MappedText {
  if (edits.length === 0) return original
  const lines = original.code.split('\n')
  const mappings = original.mappings.split(';')
  for (const [line, lineEdits] of editsByLine(lines, edits)) {
    lines[line] = editLine(lines[line] ?? '', lineEdits)
    const mapped = mappings[line]
    if (mapped) mappings[line] = shiftColumns(mapped, lineEdits)
  }
  return { code: lines.join('\n'), mappings: mappings.join(';') }
}

/** Cuts edits at line breaks: the first piece carries the text. Offsets become columns. */
function editsByLine(lines: readonly string[], edits: readonly Edit[]): Map<number, Edit[]> {
  const byLine = new Map<number, Edit[]>()
  const ordered = [...edits].sort((a, b) => a.start - b.start)
  let line = 0
  let lineStart = 0
  for (const edit of ordered) {
    let { start, text } = edit
    while (line < lines.length) {
      const lineEnd = lineStart + (lines[line]?.length ?? 0)
      if (start <= lineEnd) {
        const pieces = byLine.get(line) ?? []
        pieces.push({ start: start - lineStart, end: Math.min(edit.end, lineEnd) - lineStart, text })
        byLine.set(line, pieces)
        if (edit.end <= lineEnd) break
        start = lineEnd + 1
        text = ''
      }
      lineStart = lineEnd + 1
      line++
    }
  }
  return byLine
}

function editLine(line: string, edits: readonly Edit[]): string {
  let edited = ''
  let from = 0
  for (const edit of edits) {
    edited += line.slice(from, edit.start) + edit.text
    from = edit.end
  }
  return edited + line.slice(from)
}

function shiftColumns(mapped: string, edits: readonly Edit[]): string {
  let column = 0
  let shiftedColumn = 0
  const segments: string[] = []
  for (const segment of mapped.split(',')) {
    const reader = new VlqReader(segment)
    column += reader.next()
    const shifted = shiftedOf(column, edits)
    segments.push(encodeVlq(shifted - shiftedColumn) + segment.slice(reader.index))
    shiftedColumn = shifted
  }
  return segments.join(',')
}

/** Columns inside a replaced range fall on the start of its replacement. */
function shiftedOf(column: number, edits: readonly Edit[]): number {
  let shift = 0
  for (const edit of edits) {
    if (edit.start > column) break
    if (column < edit.end) return edit.start + shift
    shift += edit.text.length - (edit.end - edit.start)
  }
  return column + shift
}

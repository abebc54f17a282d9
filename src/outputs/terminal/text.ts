/** Text from scripts and targets must not move the cursor, ring the bell or turn the direction of reading: such characters become visible. */
export function neutralised(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (char) => pictureOf(char))
}

/** The same for texts of several lines: line breaks stay and tabs become spaces. */
export function neutralisedLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => neutralised(line.replaceAll('\t', '  ')))
    .join('\n')
}

function pictureOf(char: string): string {
  const code = char.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  return code === 0x7f ? '\u2421' : '\ufffd'
}

/** Columns that a text takes on a terminal; colours take none, wide characters two. */
export function widthOf(text: string): number {
  let width = 0
  for (let at = 0; at < text.length; ) {
    const escape = escapeAt(text, at)
    if (escape > 0) {
      at += escape
      continue
    }
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0)
    width += charWidth(char)
    at += char.length
  }
  return width
}

/** At most `columns` wide; what is cut off is marked by an ellipsis. Colours end with the text. */
export function clipped(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  if (columns < 1) return ''
  let kept = ''
  let width = 0
  let isColoured = false
  for (let at = 0; at < text.length; ) {
    const escape = escapeAt(text, at)
    if (escape > 0) {
      kept += text.slice(at, at + escape)
      isColoured = true
      at += escape
      continue
    }
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0)
    if (width + charWidth(char) > columns - 1) break
    kept += char
    width += charWidth(char)
    at += char.length
  }
  return `${kept}…${isColoured ? '\u001b[0m' : ''}`
}

/** Pads on the right up to `columns`. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)))
}

/** Lines of at most `columns`, broken between words; a word that is longer stands alone, cut into pieces. */
export function wrapped(text: string, columns: number): string[] {
  const width = Math.max(8, columns)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((each) => pieces(each, width))) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line]
}

function pieces(word: string, width: number): string[] {
  if (widthOf(word) <= width) return [word]
  const cut: string[] = []
  let piece = ''
  for (const char of word) {
    if (widthOf(piece) + charWidth(char) > width) {
      cut.push(piece)
      piece = ''
    }
    piece += char
  }
  return [...cut, piece]
}

/** Length of the colour escape at this place, 0 without one. Other escapes never get here. */
function escapeAt(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x1b) return 0
  const match = /^\[[\d;]*m/.exec(text.slice(at + 1, at + 16))
  return match ? match[0].length + 1 : 0
}

function charWidth(char: string): number {
  const code = char.codePointAt(0) ?? 0
  if (code < 0x300) return 1
  if (isZeroWidth(code) || /^\p{M}$/u.test(char)) return 0
  return isWide(code) ? 2 : 1
}

function isZeroWidth(code: number): boolean {
  return (code >= 0x200b && code <= 0x200d) || (code >= 0xfe00 && code <= 0xfe0f)
}

/** East Asian wide forms and emoji, as Unicode's TR 11 has them, by block. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  )
}

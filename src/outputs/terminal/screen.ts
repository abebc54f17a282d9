import { clipped, neutralisedLines, widthOf } from './text.ts'

/** The part of a stream that the terminal needs. */
export interface TerminalStream {
  readonly rows?: number
  write(text: string): unknown
}

/**
 * A block of lines at the bottom of the terminal that is redrawn in place, below lines that scroll away. Each change is
 * one write, and lines are overwritten before the rest is erased, so nothing flickers.
 */
export class Screen {
  readonly #stream: TerminalStream
  readonly #isTty: boolean
  readonly #columns: () => number
  #block: readonly string[] = []

  constructor(stream: TerminalStream, options: { isTty: boolean; columns: () => number }) {
    this.#stream = stream
    this.#isTty = options.isTty
    this.#columns = options.columns
  }

  /** Replaces the block. Not for streams that are no terminal. */
  draw(lines: readonly string[]): void {
    const start = this.#upToBlock()
    const room = Math.max(1, (this.#stream.rows ?? 50) - 1)
    // A line that fills the last column wraps on some terminals.
    this.#block = lines.slice(0, room).map((line) => clipped(line, Math.max(1, this.#columns() - 1)))
    this.#stream.write(`${start}${this.#blockText()}\u001b[J`)
  }

  /** Writes lines above the block; control characters in them are made visible. */
  print(text: string): void {
    const lines = neutralisedLines(text)
    if (!this.#isTty) {
      this.#stream.write(`${lines}\n`)
      return
    }
    const scrolled = lines.split('\n').map((line) => `${line}\u001b[K\n`)
    this.#stream.write(`${this.#upToBlock()}${scrolled.join('')}${this.#blockText()}\u001b[J`)
  }

  /** Removes the block. */
  clear(): void {
    if (this.#block.length === 0) return
    this.#stream.write(`${this.#upToBlock()}\u001b[J`)
    this.#block = []
  }

  /** The terminal may have become narrower since, so that old lines take several rows. */
  #upToBlock(): string {
    const columns = Math.max(1, this.#columns())
    const rows = this.#block.reduce((total, line) => total + Math.max(1, Math.ceil(widthOf(line) / columns)), 0)
    return rows > 0 ? `\r\u001b[${rows}A` : ''
  }

  #blockText(): string {
    return this.#block.map((line) => `${line}\u001b[K\n`).join('')
  }
}

const escape = '\u001b'
const token = new RegExp(`${escape}\\[[\\d;]*[A-Za-z]|[^]`, 'gu')

/** As much of a terminal as the live view uses: rows that wrap, cursor up, erase to the end of line and screen. */
export class FakeTerminal {
  /** Every row since the start, scrolled ones included, without trailing spaces. */
  readonly #rows: string[] = ['']
  #row = 0
  #column = 0
  written = ''
  columns: number
  readonly rows: number | undefined

  constructor(columns: number, rows?: number) {
    this.columns = columns
    this.rows = rows
  }

  write(text: string): void {
    this.written += text
    for (const each of text.match(token) ?? []) this.#take(each)
  }

  screen(): string[] {
    const rows = this.#rows.map((row) => row.trimEnd())
    while (rows.at(-1) === '') rows.pop()
    return rows
  }

  #take(token: string): void {
    if (token === '\n') {
      this.#row += 1
      this.#column = 0
    } else if (token === '\r') this.#column = 0
    else if (token.endsWith('A') && token.length > 2) this.#row = Math.max(0, this.#row - Number(token.slice(2, -1) || 1))
    else if (token.endsWith('K') && token.length > 2) this.#rows[this.#row] = this.#current().slice(0, this.#column)
    else if (token.endsWith('J') && token.length > 2) {
      this.#rows[this.#row] = this.#current().slice(0, this.#column)
      this.#rows.length = this.#row + 1
    } else if (!token.startsWith('\u001b')) this.#put(token)
  }

  #put(char: string): void {
    if (this.#column >= this.columns) {
      this.#row += 1
      this.#column = 0
    }
    const row = this.#current().padEnd(this.#column)
    this.#rows[this.#row] = row.slice(0, this.#column) + char + row.slice(this.#column + 1)
    this.#column += 1
  }

  #current(): string {
    return this.#rows[this.#row] ?? ''
  }
}

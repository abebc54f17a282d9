/** Writes wall-clock times as RFC 3339 in UTC with up to microseconds; trailing zeros are left out, as Go's RFC3339Nano does. */
export class Rfc3339Writer {
  #second = Number.NaN
  #prefix = ''
  #epochMs = Number.NaN
  #text = ''

  /** `1795350886388.607` becomes `2026-11-22T12:34:46.388607Z`. Samples of one request share their time, so the last text is kept. */
  write(epochMs: number): string {
    if (epochMs === this.#epochMs) return this.#text
    const micros = Math.round(epochMs * 1000)
    const second = Math.floor(micros / 1_000_000)
    if (second !== this.#second) {
      this.#second = second
      this.#prefix = new Date(second * 1000).toISOString().slice(0, -5)
    }
    this.#epochMs = epochMs
    this.#text = `${this.#prefix}${fraction(micros - second * 1_000_000)}Z`
    return this.#text
  }
}

function fraction(micros: number): string {
  if (micros === 0) return ''
  let digits = String(micros + 1_000_000).slice(1)
  while (digits.endsWith('0')) digits = digits.slice(0, -1)
  return `.${digits}`
}

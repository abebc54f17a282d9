/** Bytes written one after another into memory that is reused: of all ways to build lines the one that copies least. */
export class LineBuffer {
  #bytes = Buffer.allocUnsafeSlow(64 * 1024)
  #length = 0

  /** Makes room for `moreBytes`; to be called before the writes that need it. */
  reserve(moreBytes: number): void {
    if (this.#length + moreBytes <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow((this.#length + moreBytes) * 2)
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }

  bytes(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** ASCII only. */
  ascii(text: string): void {
    this.#length += this.#bytes.write(text, this.#length, 'latin1')
  }

  /** What was written, until the next write, and starts over. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#length = 0
    return taken
  }
}

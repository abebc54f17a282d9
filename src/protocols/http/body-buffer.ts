const minCapacityBytes = 4096

/** Bytes that come in pieces, kept in one buffer that grows by doubling: never more than twice of what really came. */
export class BodyBuffer {
  /** Holds `length` bytes of content; anything behind is undefined. */
  buffer: Buffer
  length = 0
  readonly #expectedBytes: number

  /** `expectedBytes` is a promise of the sender, believed only as far as it is kept. */
  constructor(expectedBytes: number | undefined) {
    this.#expectedBytes = expectedBytes ?? Number.POSITIVE_INFINITY
    this.buffer = Buffer.allocUnsafeSlow(Math.min(this.#expectedBytes, minCapacityBytes))
  }

  /** Copies `[start, end)`. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start
    if (length > this.buffer.length) this.#grow(length)
    this.buffer.set(bytes.subarray(start, end), this.length)
    this.length = length
  }

  #grow(neededBytes: number): void {
    const doubled = Math.max(neededBytes, this.buffer.length * 2)
    const grown = Buffer.allocUnsafeSlow(Math.max(neededBytes, Math.min(doubled, this.#expectedBytes)))
    grown.set(this.buffer.subarray(0, this.length))
    this.buffer = grown
  }
}

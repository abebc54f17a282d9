const slabBytes = 65_536

/**
 * Bump allocator for the short-lived bytes of requests and responses: one large buffer is handed out piece by piece and
 * then left to the garbage collector. A piece keeps its whole slab alive, which is fine for what lives an iteration long.
 */
export class Slab {
  /** The buffer that the last `take` or `copy` reserved its piece in. Read it at once. */
  buffer: Buffer = Buffer.allocUnsafeSlow(slabBytes)
  #next = 0

  /** Reserves bytes in `buffer`; returns their offset. */
  take(lengthBytes: number): number {
    let at = this.#next
    if (at + lengthBytes > this.buffer.length) {
      this.buffer = Buffer.allocUnsafeSlow(Math.max(slabBytes, lengthBytes))
      at = 0
    }
    this.#next = at + lengthBytes
    return at
  }

  /** Copies `[start, end)`; returns the offset of the copy in `buffer`. */
  copy(bytes: Uint8Array, start: number, end: number): number {
    const at = this.take(end - start)
    const buffer = this.buffer
    // Below this size a loop is cheaper than making the view that `set` needs.
    if (end - start <= 96) for (let from = start, to = at; from < end; from++, to++) buffer[to] = bytes[from] as number
    else buffer.set(bytes.subarray(start, end), at)
    return at
  }
}

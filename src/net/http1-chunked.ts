/** Where decoded bytes go: `[start, end)` of the buffer given to `feed`, valid only during the call. */
export interface ChunkSink {
  body(bytes: Uint8Array, start: number, end: number): void
}

const stage = {
  size: 0,
  extension: 1,
  sizeLineFeed: 2,
  data: 3,
  dataEnd: 4,
  dataLineFeed: 5,
  trailer: 6,
  trailerLineFeed: 7,
} as const

/** Chunk extensions and trailers of one response together: nobody needs more, and an endless one must end. */
const maxOverheadBytes = 131_072

/**
 * Undoes the chunked transfer coding (RFC 9112 §7.1), fed in pieces of any size. Trailers are read over, not kept. A lone
 * LF ends a line as CRLF does, as in heads; after the data of a chunk it must be CRLF, since a size that is one too large would
 * otherwise go unseen.
 */
export class ChunkedDecoder {
  /** The last chunk and its trailers have been read. */
  isDone = false
  /** Why it is not valid; empty while it is. Texts are fixed. */
  violation = ''
  /** Decoded bytes so far. */
  bodyBytes = 0
  #stage: number = stage.size
  #leftBytes = 0
  #digitCount = 0
  #overheadBytes = 0
  #isLineEmpty = true

  /** Takes `[start, end)`; returns the offset after the last byte that belongs to the body, or -1 when it is invalid. */
  feed(bytes: Uint8Array, start: number, end: number, sink: ChunkSink): number {
    let at = start
    while (at < end && !this.isDone) {
      if (this.#stage === stage.data) {
        const stop = Math.min(end, at + this.#leftBytes)
        this.bodyBytes += stop - at
        this.#leftBytes -= stop - at
        sink.body(bytes, at, stop)
        at = stop
        if (this.#leftBytes === 0) this.#stage = stage.dataEnd
        continue
      }
      this.#step(bytes[at] as number)
      if (this.violation !== '') return -1
      at++
    }
    return at
  }

  #step(byte: number): void {
    switch (this.#stage) {
      case stage.size:
        return this.#sizeByte(byte)
      case stage.extension:
        return this.#extensionByte(byte)
      case stage.sizeLineFeed:
        if (byte !== 10) this.violation = 'an invalid chunk size line'
        return this.#startData()
      case stage.dataEnd:
        if (byte === 13) this.#stage = stage.dataLineFeed
        else this.violation = 'a chunk longer than its size'
        return
      case stage.dataLineFeed:
        this.#stage = stage.size
        if (byte !== 10) this.violation = 'a chunk longer than its size'
        return
      case stage.trailer:
        return this.#trailerByte(byte)
      default:
        if (byte !== 10) this.violation = 'an invalid trailer'
        return this.#endTrailerLine()
    }
  }

  #sizeByte(byte: number): void {
    const digit = hexDigit(byte)
    if (digit >= 0) {
      // 13 hex digits stay below 2^53.
      if (++this.#digitCount > 13) this.violation = 'a chunk size beyond all bounds'
      this.#leftBytes = this.#leftBytes * 16 + digit
      return
    }
    if (this.#digitCount === 0) this.violation = 'an invalid chunk size'
    else if (byte === 13) this.#stage = stage.sizeLineFeed
    else if (byte === 10) this.#startData()
    else if (byte === 59 || byte === 32 || byte === 9) this.#stage = stage.extension
    else this.violation = 'an invalid chunk size'
  }

  #extensionByte(byte: number): void {
    this.#countOverhead()
    if (byte === 13) this.#stage = stage.sizeLineFeed
    else if (byte === 10) this.#startData()
    else if (byte < 32 && byte !== 9) this.violation = 'an invalid chunk extension'
  }

  #startData(): void {
    this.#digitCount = 0
    this.#isLineEmpty = true
    this.#stage = this.#leftBytes === 0 ? stage.trailer : stage.data
  }

  #trailerByte(byte: number): void {
    this.#countOverhead()
    if (byte === 13) this.#stage = stage.trailerLineFeed
    else if (byte === 10) this.#endTrailerLine()
    else if (byte === 0) this.violation = 'an invalid trailer'
    else this.#isLineEmpty = false
  }

  #endTrailerLine(): void {
    if (this.#isLineEmpty) this.isDone = true
    this.#isLineEmpty = true
    this.#stage = stage.trailer
  }

  #countOverhead(): void {
    if (++this.#overheadBytes > maxOverheadBytes) this.violation = 'endless chunk extensions or trailers'
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 0x20
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

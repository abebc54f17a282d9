import { maxFrameBytes } from './codec.ts'
import { WireError } from './wire-error.ts'

const headBytes = 4

/** Cuts a stream of bytes into frames, however the bytes are split. */
export class FrameReader {
  readonly #onFrame: (body: Uint8Array) => void
  /** Bytes of the frame that is not whole yet; its head included. */
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  /** Bytes that the frame needs, its head included; `undefined` until its head is whole. */
  #neededBytes: number | undefined

  /** `onFrame` gets the body of each frame, in order; it may keep it. */
  constructor(onFrame: (body: Uint8Array) => void) {
    this.#onFrame = onFrame
  }

  /** Throws a `WireError` on a frame of no length or over the limit, and whatever `onFrame` throws; the reader is of no use then. */
  push(chunk: Uint8Array): void {
    let rest = chunk
    if (this.#waitingBytes > 0) {
      this.#waiting.push(rest)
      this.#waitingBytes += rest.length
      if (this.#waitingBytes < (this.#neededBytes ?? headBytes)) return
      rest = this.#waiting.length === 1 ? rest : Buffer.concat(this.#waiting, this.#waitingBytes)
      this.#waiting = []
      this.#waitingBytes = 0
      this.#neededBytes = undefined
    }
    let at = 0
    while (rest.length - at >= headBytes) {
      const bodyBytes = lengthAt(rest, at)
      if (bodyBytes === 0 || bodyBytes > maxFrameBytes) throw new WireError('', `a frame of ${bodyBytes} bytes is none of ours`)
      const end = at + headBytes + bodyBytes
      if (end > rest.length) {
        this.#neededBytes = headBytes + bodyBytes
        break
      }
      const body = rest.subarray(at + headBytes, end)
      at = end
      this.#onFrame(body)
    }
    if (at < rest.length) {
      this.#waiting = [rest.subarray(at)]
      this.#waitingBytes = rest.length - at
    }
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
}

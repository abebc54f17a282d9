import { Decompress, decompress } from 'fzstd'

const magic = 0xfd2fb528
const maxBlockBytes = 131_072
/** RFC 8878 recommends 8 MB for general use; a frame that wants much more is an attack on our memory. */
const maxWindowBytes = 134_217_728
/** Streaming moves the whole window per block; above this size that costs more than it is worth. */
const maxStreamedBytes = 16_777_216

/** Wraps bytes as a valid zstd frame of uncompressed blocks (RFC 8878): for servers that must be sent zstd, not for saving bytes. */
export function storeZstd(bytes: Uint8Array): Uint8Array {
  const blockCount = Math.max(1, Math.ceil(bytes.length / maxBlockBytes))
  const frame = Buffer.alloc(4 + 1 + 8 + blockCount * 3 + bytes.length)
  frame.writeUInt32LE(magic, 0)
  // Single segment with an eight-byte content size: no window to declare, whatever the length.
  frame[4] = 0b1110_0000
  frame.writeBigUInt64LE(BigInt(bytes.length), 5)
  let at = 13
  for (let block = 0; block < blockCount; block++) {
    const piece = bytes.subarray(block * maxBlockBytes, (block + 1) * maxBlockBytes)
    frame.writeUIntLE((piece.length << 3) | (block === blockCount - 1 ? 1 : 0), at, 3)
    frame.set(piece, at + 3)
    at += 3 + piece.length
  }
  return frame
}

/** More output than allowed; told apart from corrupt data. */
export class ZstdTooLarge extends Error {}

/** Decodes zstd frames, one after another. Throws `ZstdTooLarge` for more than `maxBytes` of output, any other `Error` for corrupt data. */
export function decodeZstd(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const declaredBytes = walkFrames(bytes, maxBytes)
  if (declaredBytes !== undefined && declaredBytes > maxStreamedBytes) return decompress(bytes)
  const pieces: Uint8Array[] = []
  let total = 0
  let isComplete = false
  const decoder = new Decompress((piece, isLast) => {
    total += piece.length
    if (total > maxBytes) throw new ZstdTooLarge()
    pieces.push(piece)
    isComplete = isLast === true
  })
  decoder.push(bytes, true)
  if (!isComplete || (declaredBytes !== undefined && declaredBytes !== total)) throw cutOff()
  return Buffer.concat(pieces, total)
}

/**
 * Steps over the frames without decoding them: the decoder allocates whatever window a header asks for, so that must be looked
 * at first. Returns the content size when all frames declare theirs.
 */
function walkFrames(bytes: Uint8Array, maxBytes: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let total: number | undefined = 0
  let at = 0
  while (at < bytes.length) {
    if (at + 8 > bytes.length) throw cutOff()
    if (view.getUint32(at, true) >>> 4 === 0x184d2a5) {
      at += 8 + view.getUint32(at + 4, true)
      continue
    }
    const header = headerAt(view, at)
    if (header.contentBytes !== undefined && header.contentBytes > maxBytes) throw new ZstdTooLarge()
    if (header.windowBytes > Math.max(maxWindowBytes, header.contentBytes ?? 0)) throw new Error('the zstd window is too large')
    total = total === undefined || header.contentBytes === undefined ? undefined : total + header.contentBytes
    at = endOfBlocks(view, header.endsAt) + (header.hasChecksum ? 4 : 0)
  }
  if (at !== bytes.length || at === 0) throw cutOff()
  if (total !== undefined && total > maxBytes) throw new ZstdTooLarge()
  return total
}

interface FrameHeader {
  readonly windowBytes: number
  readonly contentBytes: number | undefined
  readonly hasChecksum: boolean
  readonly endsAt: number
}

/** RFC 8878 §3.1.1.1. Reading past the end throws a RangeError: cut off. */
function headerAt(view: DataView, start: number): FrameHeader {
  if (view.getUint32(start, true) !== magic) throw new Error('this is not zstd')
  const descriptor = view.getUint8(start + 4)
  const isSingleSegment = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  let at = start + 5
  let windowBytes = 0
  if (!isSingleSegment) {
    const window = view.getUint8(at++)
    const base = 2 ** (10 + (window >> 3))
    windowBytes = base + (base / 8) * (window & 7)
  }
  at += [0, 1, 2, 4][descriptor & 3] as number
  let contentBytes: number | undefined
  if (sizeFlag === 0) contentBytes = isSingleSegment ? view.getUint8(at) : undefined
  else if (sizeFlag === 1) contentBytes = view.getUint16(at, true) + 256
  else if (sizeFlag === 2) contentBytes = view.getUint32(at, true)
  else contentBytes = Number(view.getBigUint64(at, true))
  at += sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 2 ** sizeFlag
  return {
    windowBytes: isSingleSegment ? (contentBytes ?? 0) : windowBytes,
    contentBytes,
    hasChecksum: (descriptor & 4) !== 0,
    endsAt: at,
  }
}

function endOfBlocks(view: DataView, start: number): number {
  let at = start
  for (;;) {
    if (at + 3 > view.byteLength) throw cutOff()
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
    const type = (header >> 1) & 3
    if (type === 3 || header >> 3 > maxBlockBytes) throw new Error('a zstd block is invalid')
    // A block of type 1 repeats one byte.
    at += 3 + (type === 1 ? 1 : header >> 3)
    if ((header & 1) === 1) return at
  }
}

function cutOff(): Error {
  return new Error('the zstd data is cut off')
}

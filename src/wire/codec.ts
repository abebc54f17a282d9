import { Decoder, Encoder, ExtensionCodec } from '@msgpack/msgpack'
import { demand } from './checks.ts'
import { fromWorkerCheck, toWorkerCheck } from './message-checks.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { WireError } from './wire-error.ts'

/** The most bytes that one message may take. */
export const maxFrameBytes = 64 * 1024 * 1024

const headBytes = 4
const uint32ArrayType = 1

/**
 * One frame: the length of the rest (4 bytes, big-endian) and a MessagePack map. Fields that are `undefined` are left
 * out, numbers travel as doubles (so NaN, infinities and -0 arrive as they were), `Uint32Array` is extension 1
 * (little-endian). Throws a `WireError` when the message is larger than `maxFrameBytes` or holds what cannot travel.
 */
export function encodeMessage(message: ToWorker | FromWorker): Uint8Array {
  let body: Uint8Array
  try {
    body = encoder().encodeSharedRef(message)
  } catch (cause) {
    throw new WireError(message.type, `cannot be encoded: ${(cause as Error).message}`)
  }
  if (body.length > maxFrameBytes) {
    throw new WireError(
      message.type,
      `${Math.ceil(body.length / 1048576)} MB is more than one message may be (${maxFrameBytes / 1048576} MB)`,
    )
  }
  const frame = Buffer.allocUnsafe(headBytes + body.length)
  frame.writeUInt32BE(body.length, 0)
  frame.set(body, headBytes)
  return frame
}

/** Checks every field. Throws a `WireError` that names the first wrong one. */
export function decodeFromWorker(body: Uint8Array): FromWorker {
  const message = decode(body)
  demand(fromWorkerCheck, message)
  return message as FromWorker
}

/** Checks the shape. Throws a `WireError` that names the first wrong field. */
export function decodeToWorker(body: Uint8Array): ToWorker {
  const message = decode(body)
  demand(toWorkerCheck, message)
  return message as ToWorker
}

function decode(body: Uint8Array): unknown {
  try {
    // A plain view, so that bytes within come out as `Uint8Array` and not as `Buffer`.
    return decoder(body.length).decode(new Uint8Array(body.buffer, body.byteOffset, body.length))
  } catch (cause) {
    throw new WireError('', `not a message: ${(cause as Error).message}`)
  }
}

function encoder(): Encoder {
  return new Encoder({
    extensionCodec,
    ignoreUndefined: true,
    forceIntegerToFloat: true,
    maxDepth: 110,
    initialBufferSize: 16 * 1024,
  })
}

/** No list is longer than the bytes it comes in: room for what a false length claims is never made. */
function decoder(bodyBytes: number): Decoder {
  return new Decoder({
    extensionCodec,
    maxArrayLength: Math.min(bodyBytes, 1_000_000),
    maxMapLength: 1_000_000,
    maxExtLength: maxFrameBytes,
  })
}

const extensionCodec = typedArrayCodec()

function typedArrayCodec(): ExtensionCodec {
  const codec = new ExtensionCodec()
  codec.register({
    type: uint32ArrayType,
    encode: (value) => (value instanceof Uint32Array ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null),
    decode(bytes) {
      if (bytes.length % 4 !== 0) throw new Error('a list of 32-bit numbers is cut off')
      const numbers = new Uint32Array(bytes.length / 4)
      new Uint8Array(numbers.buffer).set(bytes)
      return numbers
    },
  })
  return codec
}

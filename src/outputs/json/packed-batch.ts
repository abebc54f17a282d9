import type { MetricDefinition } from '../../metrics/definition.ts'

/*
 * What a worker sends:  | length of head, uint32 | head: JSON list of metrics new in this batch | lines |
 * The coordinator knows which metrics it has announced without reading the lines.
 */
const lengthBytes = 4

/** Lays out one batch; empty without lines. */
export function packBatch(fresh: readonly MetricDefinition[], lines: Uint8Array): Uint8Array {
  if (lines.length === 0) return new Uint8Array()
  const head = fresh.length === 0 ? '' : JSON.stringify(fresh)
  const headBytes = Buffer.byteLength(head)
  const packed = Buffer.allocUnsafeSlow(lengthBytes + headBytes + lines.length)
  packed.writeUInt32LE(headBytes, 0)
  packed.write(head, lengthBytes)
  packed.set(lines, lengthBytes + headBytes)
  return packed
}

/** Takes a batch apart; throws when the bytes are none, since workers run user code. */
export function unpackBatch(packed: Uint8Array): { readonly fresh: readonly MetricDefinition[]; readonly lines: Uint8Array } {
  if (packed.length < lengthBytes) throw new Error(`a batch of samples is ${packed.length} bytes long: too short`)
  const headBytes = new DataView(packed.buffer, packed.byteOffset).getUint32(0, true)
  const end = lengthBytes + headBytes
  if (end > packed.length) throw new Error('a batch of samples is cut off')
  if (headBytes === 0) return { fresh: [], lines: packed.subarray(lengthBytes) }
  const head: unknown = JSON.parse(Buffer.from(packed.buffer, packed.byteOffset + lengthBytes, headBytes).toString())
  if (!Array.isArray(head) || !head.every(isDefinition)) throw new Error('a batch of samples names metrics that are none')
  return { fresh: head, lines: packed.subarray(end) }
}

function isDefinition(value: unknown): value is MetricDefinition {
  const { name, type, contains } = (value ?? {}) as Record<string, unknown>
  return [name, type, contains].every((field) => typeof field === 'string')
}

import { gzipSync } from 'node:zlib'
import { Random } from '../../random.ts'
import { answer, chunked, type HostileCase, rawCases } from '../case.ts'

const originals: readonly Buffer[] = [
  answer('hello', 'Content-Type: text/plain', 'Set-Cookie: a=b; Path=/'),
  chunked('5;a=b\r\nhello\r\n6\r\n again\r\n0\r\nX-Sum: 1\r\n\r\n'),
  answer(gzipSync('hello hello hello'), 'Content-Encoding: gzip'),
  Buffer.concat([Buffer.from('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'), answer('hello')]),
  Buffer.from('HTTP/1.0 302 Found\r\nLocation: /after-keep-alive\r\nConnection: close\r\n\r\n'),
]

const seedsPerOriginal = 40

const insertions: readonly string[] = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  ':',
  ';',
  '0\r\n\r\n',
  '-',
  '9999999',
  '\xff',
  'Content-Length: 3\r\n',
]

/** Right answers with one to four random changes each, always the same for the same name. */
export const mutationCases: readonly HostileCase[] = rawCases(
  'mutation',
  originals.flatMap((original, kind) =>
    Array.from({ length: seedsPerOriginal }, (_, seed) => ({
      name: `${kind}-${seed}`,
      expect: 'either' as const,
      bytes: mutate(original, new Random(kind * 1000 + seed)),
    })),
  ),
)

/** Flips, deletes, doubles, inserts or cuts, one to four times. */
export function mutate(original: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(original)
  const below = (limit: number): number => Math.floor(random.next() * limit)
  for (let left = 1 + below(4); left > 0 && bytes.length > 0; left--) {
    const at = below(bytes.length)
    const end = Math.min(bytes.length, at + 1 + below(8))
    const [before, span, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)]
    const parts = [
      [before, Buffer.from([below(256)]), bytes.subarray(at + 1)],
      [before, after],
      [before, span, span, after],
      [before, Buffer.from(insertions[below(insertions.length)] ?? '', 'latin1'), span, after],
      [before],
    ][below(5)]
    bytes = Buffer.concat(parts ?? [])
  }
  return bytes
}

import { answer, chunked, type HostileCase, type Peer } from '../case.ts'

const plain = answer('hello', 'Content-Type: text/plain')
const inChunks = chunked('5\r\nhello\r\n6\r\n again\r\n0\r\n\r\n')

/** A right answer that ends too early: at each of its bytes, by FIN, by RST, or by FIN while the client still waits. */
export const cutCases: readonly HostileCase[] = [
  ...offsets(plain.length).map((offset) => cut('close-at', offset, plain, (peer) => peer.finish())),
  ...offsets(inChunks.length).map((offset) =>
    // Only the line end of the last chunk may be missing: nothing of the message is lost without it.
    cut('close-chunked-at', offset, inChunks, (peer) => peer.finish(), offset >= inChunks.length - 2),
  ),
  ...offsets(plain.length)
    .filter((offset) => offset % 8 === 0)
    .map((offset) => cut('reset-at', offset, plain, resetSoon)),
  ...offsets(inChunks.length)
    .filter((offset) => offset % 8 === 1)
    .map((offset) => cut('reset-chunked-at', offset, inChunks, resetSoon)),
  {
    name: 'reset-until-close-body',
    group: 'cut',
    expect: 'failed',
    play: async (peer) => {
      peer.send('HTTP/1.1 200 OK\r\n\r\nhello')
      await resetSoon(peer)
    },
  },
  {
    name: 'reset-large-body',
    group: 'cut',
    expect: 'failed',
    play: async (peer) => {
      await peer.sendWhenRoom(answer(Buffer.alloc(1_000_000)).subarray(0, 600_000))
      await resetSoon(peer)
    },
  },
]

function offsets(length: number): number[] {
  return Array.from({ length }, (_, offset) => offset)
}

function cut(
  name: string,
  offset: number,
  bytes: Buffer,
  end: (peer: Peer) => void | Promise<void>,
  isHarmless = false,
): HostileCase {
  return {
    name: `${name}-${offset}`,
    group: 'cut',
    expect: isHarmless ? 'either' : 'failed',
    play: (peer) => {
      peer.send(bytes.subarray(0, offset))
      return end(peer)
    },
  }
}

/** A reset at once would throw away what was just written. */
async function resetSoon(peer: Peer): Promise<void> {
  if (await peer.pause(5)) peer.reset()
}

import { answer, chunked, head, type HostileCase, type Peer, rawCases } from '../case.ts'

const mb = 1_048_576
const maxMs = 60_000

/** Too much of something, and things that never end. */
export const floodCases: readonly HostileCase[] = [
  ...rawCases('flood', [
    { name: 'reason-of-1-mb', expect: 'failed', bytes: () => `HTTP/1.1 200 ${'o'.repeat(mb)}\r\nContent-Length: 0\r\n\r\n` },
    { name: 'header-of-1-mb', expect: 'failed', bytes: () => answer('hello', `X-A: ${'a'.repeat(mb)}`) },
    { name: 'header-of-16-mb', expect: 'failed', bytes: () => answer('hello', `X-A: ${'a'.repeat(16 * mb)}`) },
    { name: 'header-name-of-1-mb', expect: 'failed', bytes: () => answer('hello', `${'a'.repeat(mb)}: 1`) },
    { name: 'headers-10000', expect: 'either', bytes: () => answer('hello', ...numbered(10_000)) },
    { name: 'headers-10000-empty', expect: 'either', bytes: () => answer('hello', ...repeated(10_000, 'a:')) },
    { name: 'headers-1000000', expect: 'failed', bytes: () => answer('hello', 'a:b\r\n'.repeat(1_000_000).trimEnd()) },
    { name: 'cookies-10000', expect: 'either', bytes: () => answer('hello', ...numbered(10_000, 'Set-Cookie: c', '=1')) },
    { name: 'trailer-of-1-mb', expect: 'either', bytes: () => chunked(`5\r\nhello\r\n0\r\nX-Sum: ${'1'.repeat(mb)}\r\n\r\n`) },
    {
      name: 'trailers-10000',
      expect: 'either',
      bytes: () => chunked(`5\r\nhello\r\n0\r\n${numbered(10_000).join('\r\n')}\r\n\r\n`),
    },
    { name: 'chunk-extension-of-4-mb', expect: 'either', bytes: () => chunked(`5;${'x'.repeat(4 * mb)}\r\nhello\r\n0\r\n\r\n`) },
    {
      name: 'chunk-extension-on-each-of-1000',
      expect: 'either',
      bytes: () => chunked(`1;${'x'.repeat(4000)}\r\nh\r\n`.repeat(1000), '0\r\n\r\n'),
    },
    {
      name: 'chunks-of-one-byte-100000',
      expect: 'ok',
      body: 'x'.repeat(100_000),
      bytes: () => chunked('1\r\nx\r\n'.repeat(100_000), '0\r\n\r\n'),
    },
    { name: 'body-of-20-mb', expect: 'ok', bytes: () => answer(Buffer.alloc(20 * mb, 'x')) },
    { name: 'interim-once', expect: 'ok', body: 'hello', bytes: interim(1, '103 Early Hints', 'Link: </a>') },
    { name: 'interim-continue', expect: 'ok', body: 'hello', bytes: interim(1, '100 Continue') },
    { name: 'interim-processing', expect: 'ok', body: 'hello', bytes: interim(1, '102 Processing') },
    { name: 'interim-unknown', expect: 'ok', body: 'hello', bytes: interim(1, '199 Strange') },
    { name: 'interim-five-times', expect: 'ok', body: 'hello', bytes: interim(5, '103 Early Hints', 'Link: </a>') },
    { name: 'interim-with-length', expect: 'either', bytes: interim(1, '103 Early Hints', 'Content-Length: 7') },
    { name: 'interim-100000', expect: 'either', bytes: () => interim(100_000, '100 Continue') },
    { name: 'interim-and-nothing', expect: 'failed', bytes: 'HTTP/1.1 100 Continue\r\n\r\n' },
  ]),
  endless('interim', (peer) => repeat(peer, Buffer.from('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(500)))),
  endless('body-fast', (peer) => repeat(peer, Buffer.alloc(65_536, 'x'), head(`Content-Length: ${Number.MAX_SAFE_INTEGER}`))),
  endless('body-until-close', (peer) => repeat(peer, Buffer.alloc(65_536, 'x'), head())),
  endless('body-slow', (peer) => drip(peer, 'x', head('Content-Length: 1000000'))),
  endless('chunks-fast', (peer) => repeat(peer, Buffer.from(`4000\r\n${'x'.repeat(0x4000)}\r\n`), chunked())),
  endless('chunks-slow', (peer) => drip(peer, '1\r\nx\r\n', chunked())),
  endless('chunk-extension', (peer) => repeat(peer, Buffer.alloc(65_536, 'x'), chunked('5;'))),
  endless('chunk-size', (peer) => repeat(peer, Buffer.alloc(65_536, '0'), chunked())),
  endless('trailers', (peer) => repeat(peer, Buffer.from('X-A: 1\r\n'.repeat(1000)), chunked('0\r\n'))),
  endless('headers-fast', (peer) => repeat(peer, Buffer.from('X-A: 1\r\n'.repeat(1000)), Buffer.from('HTTP/1.1 200 OK\r\n'))),
  endless('headers-slow', (peer) => drip(peer, 'X-A: 1\r\n', Buffer.from('HTTP/1.1 200 OK\r\n'))),
  endless('header-line', (peer) => repeat(peer, Buffer.alloc(65_536, 'a'), Buffer.from('HTTP/1.1 200 OK\r\nX-A: '))),
  endless('header-line-slow', (peer) => drip(peer, 'a', Buffer.from('HTTP/1.1 200 OK\r\nX-A: '))),
  endless('status-line', (peer) => repeat(peer, Buffer.alloc(65_536, 'a'), Buffer.from('HTTP/1.1 200 '))),
  endless('blank-lines', (peer) => repeat(peer, Buffer.from('\r\n'.repeat(10_000)))),
  endless('nul-bytes', (peer) => repeat(peer, Buffer.alloc(65_536))),
  endless('silence', async (peer) => void (await peer.pause(maxMs))),
  endless('silence-after-head', (peer) => hold(peer, head('Content-Length: 5'))),
  endless('silence-in-body', (peer) => hold(peer, Buffer.concat([head('Content-Length: 5'), Buffer.from('hel')]))),
  endless('silence-in-chunk', (peer) => hold(peer, chunked('5\r\nhel'))),
  endless('silence-before-last-chunk', (peer) => hold(peer, chunked('5\r\nhello\r\n'))),
  endless('silence-in-status-line', (peer) => hold(peer, Buffer.from('HTTP/1.'))),
]

function endless(name: string, play: (peer: Peer) => Promise<void>): HostileCase {
  return { name: `endless-${name}`, group: 'endless', expect: 'failed', isEndless: true, play }
}

/** As fast as the client reads, for a minute. */
async function repeat(peer: Peer, piece: Buffer, first: Buffer = Buffer.alloc(0)): Promise<void> {
  const untilMs = performance.now() + maxMs
  peer.send(first)
  while (performance.now() < untilMs && (await peer.sendWhenRoom(piece))) {
    // A client that reads at once would keep this loop within one turn, and the others waiting.
    if (!(await peer.pause(0))) return
  }
  peer.reset()
}

/** A piece every 20 ms, for a minute. */
async function drip(peer: Peer, piece: string, first: Buffer): Promise<void> {
  const untilMs = performance.now() + maxMs
  peer.send(first)
  while (performance.now() < untilMs && (await peer.pause(20))) peer.send(piece)
  peer.reset()
}

async function hold(peer: Peer, first: Buffer): Promise<void> {
  peer.send(first)
  if (await peer.pause(maxMs)) peer.reset()
}

function interim(count: number, status: string, ...headers: string[]): Buffer {
  const one = Buffer.from([`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n'))
  return Buffer.concat([...repeated(count, one), answer('hello')])
}

function repeated<Item>(count: number, item: Item): Item[] {
  return Array.from({ length: count }, () => item)
}

function numbered(count: number, before = 'X-', after = ': 1'): string[] {
  return Array.from({ length: count }, (_, index) => `${before}${index}${after}`)
}

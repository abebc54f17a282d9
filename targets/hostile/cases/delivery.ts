import { gzipSync } from 'node:zlib'
import { answer, chunked, head, type HostileCase, rawCases } from '../case.ts'

const again = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond', 'latin1')

/** Right answers in unusual pieces, and bytes that follow a right answer. */
export const deliveryCases: readonly HostileCase[] = [
  byteByByte('length', answer('hello', 'X-A: 1')),
  byteByByte('chunked', chunked('5;a=b\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n')),
  byteByByte('gzip', answer(gzipSync('hello'), 'Content-Encoding: gzip')),
  byteByByte('until-close', Buffer.concat([head('Connection: close'), Buffer.from('hello')])),
  byteByByte('after-interim', Buffer.concat([Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'), answer('hello')])),
  ...rawCases('close', [
    { name: 'in-http-1-0', expect: 'ok', body: 'hello', bytes: 'HTTP/1.0 200 OK\r\n\r\nhello' },
    { name: 'announced', expect: 'ok', body: 'hello', bytes: answer('hello', 'Connection: close') },
    { name: 'unannounced', expect: 'ok', body: 'hello', bytes: answer('hello', 'Connection: keep-alive') },
    { name: 'with-empty-body', expect: 'ok', body: '', bytes: head() },
    { name: 'after-204', expect: 'ok', status: 204, body: '', bytes: 'HTTP/1.1 204 No Content\r\n\r\n' },
    { name: 'after-304', expect: 'ok', status: 304, body: '', bytes: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n' },
    { name: 'after-304-unasked-body', expect: 'either', bytes: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello' },
    { name: 'after-204-with-body', expect: 'either', bytes: 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello' },
    {
      name: 'after-204-chunked',
      expect: 'either',
      bytes: 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    },
    { name: 'after-205-with-body', expect: 'either', bytes: 'HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nhello' },
  ]),
  ...rawCases('after', [
    { name: 'keep-alive', expect: 'ok', body: 'hello', stays: true, bytes: answer('hello') },
    { name: 'keep-alive-chunked', expect: 'ok', body: 'hello', stays: true, bytes: chunked('5\r\nhello\r\n0\r\n\r\n') },
    { name: 'close-announced-but-open', expect: 'ok', body: 'hello', stays: true, bytes: answer('hello', 'Connection: close') },
    {
      name: 'http-1-0-but-open',
      expect: 'ok',
      body: 'hello',
      stays: true,
      bytes: 'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    },
    // What follows belongs to no request: the next one must not get it.
    {
      name: 'garbage',
      expect: 'either',
      body: 'hello',
      stays: true,
      bytes: Buffer.concat([answer('hello'), Buffer.from('garbage')]),
    },
    { name: 'crlf', expect: 'either', body: 'hello', stays: true, bytes: Buffer.concat([answer('hello'), Buffer.from('\r\n')]) },
    { name: 'nul', expect: 'either', body: 'hello', stays: true, bytes: Buffer.concat([answer('hello'), Buffer.from([0])]) },
    { name: 'second-answer', expect: 'either', body: 'hello', stays: true, bytes: Buffer.concat([answer('hello'), again]) },
    {
      name: 'half-an-answer',
      expect: 'either',
      body: 'hello',
      stays: true,
      bytes: Buffer.concat([answer('hello'), again.subarray(0, 20)]),
    },
    {
      name: 'chunked-then-garbage',
      expect: 'either',
      body: 'hello',
      stays: true,
      bytes: chunked('5\r\nhello\r\n0\r\n\r\n', 'garbage'),
    },
    {
      name: 'chunked-then-answer',
      expect: 'either',
      body: 'hello',
      stays: true,
      bytes: Buffer.concat([chunked('5\r\nhello\r\n0\r\n\r\n'), again]),
    },
    {
      name: 'unasked-408',
      expect: 'either',
      body: 'hello',
      stays: true,
      bytes: Buffer.concat([
        answer('hello'),
        Buffer.from('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
      ]),
    },
  ]),
  {
    name: 'after-late-close',
    group: 'after',
    expect: 'ok',
    body: 'hello',
    play: async (peer) => {
      peer.send(answer('hello'))
      if (await peer.pause(20)) peer.finish()
    },
  },
  {
    name: 'after-late-reset',
    group: 'after',
    expect: 'ok',
    body: 'hello',
    play: async (peer) => {
      peer.send(answer('hello'))
      if (await peer.pause(20)) peer.reset()
    },
  },
]

function byteByByte(name: string, bytes: Buffer): HostileCase {
  return {
    name: `byte-by-byte-${name}`,
    group: 'byte-by-byte',
    expect: 'ok',
    body: 'hello',
    play: async (peer) => {
      for (const byte of bytes) {
        peer.send(Buffer.from([byte]))
        if (!(await peer.pause(1))) return
      }
      peer.finish()
    },
  }
}

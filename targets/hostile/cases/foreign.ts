import { type HostileCase, rawCases } from '../case.ts'

const http2Settings = Buffer.from('000000040000000000', 'hex')
const tlsAlert = Buffer.from('15030300020246', 'hex')
const tlsServerHello = Buffer.concat([Buffer.from('160303007a02000076', 'hex'), Buffer.alloc(0x76, 0x5a)])

/** Other protocols, and changes of protocol that nobody asked for. */
export const foreignCases: readonly HostileCase[] = rawCases('foreign', [
  { name: 'http-0-9', expect: 'failed', bytes: '<html><body>hello</body></html>' },
  { name: 'plain-text', expect: 'failed', bytes: 'hello\n' },
  { name: 'json', expect: 'failed', bytes: '{"status":200}\r\n\r\n' },
  { name: 'http-2-preface', expect: 'failed', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
  { name: 'http-2-settings', expect: 'failed', bytes: http2Settings },
  { name: 'http-2-goaway', expect: 'failed', bytes: Buffer.from('0000080700000000000000000000000000', 'hex') },
  { name: 'tls-alert', expect: 'failed', bytes: tlsAlert },
  { name: 'tls-server-hello', expect: 'failed', bytes: tlsServerHello },
  { name: 'ssh', expect: 'failed', bytes: 'SSH-2.0-OpenSSH_9.6\r\n' },
  { name: 'smtp', expect: 'failed', bytes: '220 mail.example ESMTP\r\n' },
  { name: 'ftp', expect: 'failed', bytes: '220 (vsFTPd 3.0.5)\r\n' },
  { name: 'redis', expect: 'failed', bytes: '-ERR unknown command\r\n' },
  { name: 'mysql', expect: 'failed', bytes: Buffer.from('4a0000000a382e302e3336000800000000', 'hex') },
  { name: 'websocket-frame', expect: 'failed', bytes: Buffer.from('810568656c6c6f', 'hex') },
  { name: 'dns', expect: 'failed', bytes: Buffer.from('001c00008180000100010000000003777777', 'hex') },
  { name: 'echo-of-request-line', expect: 'failed', bytes: 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n' },
  { name: 'nul-bytes', expect: 'failed', bytes: Buffer.alloc(1000) },
  { name: 'ff-bytes', expect: 'failed', bytes: Buffer.alloc(1000, 0xff) },
  { name: 'switching-protocols', expect: 'failed', bytes: 'HTTP/1.1 101 Switching Protocols\r\n\r\n' },
  {
    name: 'switching-to-websocket',
    expect: 'failed',
    bytes: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x05hello',
  },
  {
    name: 'switching-then-answer',
    expect: 'failed',
    bytes:
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  },
])

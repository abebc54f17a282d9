import { crc32, deflateSync } from 'node:zlib'
import { type Exchange, Refusal } from '../exchange.ts'
import type { RouteSpec } from '../router.ts'

/** Small pictures, by path or by the Accept header. */
export const imageRoutes: readonly RouteSpec[] = [
  { pattern: '/image', answer: answerByAccept },
  { pattern: '/image/{kind}', answer: (exchange) => answerImage(exchange, exchange.params[0] ?? '') },
]

interface Image {
  readonly type: string
  readonly body: Buffer
}

const images: Readonly<Record<string, Image>> = {
  png: { type: 'image/png', body: gradientPng(64) },
  // One pixel each: no encoder is at hand, and a load test looks at the type and the length.
  jpeg: {
    type: 'image/jpeg',
    body: Buffer.from(
      '/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/' +
        'wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z',
      'base64',
    ),
  },
  webp: { type: 'image/webp', body: Buffer.from('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA', 'base64') },
  svg: {
    type: 'image/svg+xml',
    body: Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#123"/>' +
        '<circle cx="32" cy="32" r="20" fill="#e61"/></svg>\n',
    ),
  },
}

function answerImage(exchange: Exchange, kind: string): void {
  const image = Object.hasOwn(images, kind) ? images[kind] : undefined
  if (image === undefined) throw new Refusal(404, `no such image: ${Object.keys(images).join(', ')}`)
  exchange.reply(200, image.type, image.body)
}

function answerByAccept(exchange: Exchange): void {
  const accept = exchange.header('accept') ?? '*/*'
  const kind = ['png', 'webp', 'svg', 'jpeg'].find((name) => accept.includes(images[name]?.type ?? ''))
  if (kind === undefined && !/image\/\*|\*\/\*/.test(accept)) throw new Refusal(415, '')
  answerImage(exchange, kind ?? 'png')
}

/** A square PNG of 8-bit colours (ISO/IEC 15948), made here so that nothing binary lies in the repository. */
function gradientPng(size: number): Buffer {
  const rows = Buffer.alloc(size * (1 + size * 3))
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) rows.set([x * 4, y * 4, 128], y * (1 + size * 3) + 1 + x * 3)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, 2], 8) // bits per colour, true colour
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

function pngChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}

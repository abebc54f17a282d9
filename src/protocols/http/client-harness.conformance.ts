import { once } from 'node:events'
import net from 'node:net'
import type { TagSetId, Tags } from '../../metrics/definition.ts'
import { createRegistry, type MetricRegistry } from '../../metrics/registry.ts'
import type { SeriesDelta } from '../../metrics/snapshot.ts'
import { createDialer } from '../../net/direct-dialer.ts'
import type { DialerSettings } from '../../net/dialer-settings.ts'
import type { AttachedClient, ClientContext } from '../context.ts'
import { createHttpClient } from './client.ts'
import { createHttpShared, type HttpSharedOptions } from './shared.ts'
import type { HttpClient, HttpSettings } from './types.ts'

// A VU's surroundings and raw servers for the tests of the HTTP client: real sockets, a real registry, a real dialler.

export const testSettings: HttpSettings = {
  baseUrl: undefined,
  userAgent: 'test',
  maxRedirects: 10,
  timeoutMs: 20_000,
  discardResponseBodies: false,
  noConnectionReuse: false,
  noVuConnectionReuse: false,
  noCookiesReset: false,
  debug: 'off',
  batch: 20,
  batchPerHost: 6,
  rps: 0,
  isHttp2Enabled: true,
  throwOnError: false,
  systemTags: ['method', 'name', 'url', 'status', 'proto', 'expected_response', 'error', 'error_code', 'tls_version'],
}

const dialerSettings: DialerSettings = {
  hosts: {},
  blockHostnames: [],
  blacklistIps: [],
  targets: undefined,
  dns: { ttlMs: 0, select: 'first', policy: 'preferIPv4' },
  tls: { isVerificationSkipped: true, minVersion: undefined, maxVersion: undefined, cipherSuites: [], auth: [], ca: [] },
  proxy: { http: undefined, https: undefined, noProxy: [] },
}

export interface TestVu {
  readonly http: HttpClient
  readonly registry: MetricRegistry
  readonly warnings: string[]
  readonly debugTexts: string[]
  fire(event: 'iteration-end' | 'interrupt' | 'retire', reason?: Error): void
  dueAtMs: number | undefined
  tags: TagSetId
  /** Totals of a metric since the VU was made, over all tags that include `tags`. */
  total(metric: string, tags?: Tags): number
  /** The values of the tags that samples of a metric carried. */
  tagsOf(metric: string): Tags[]
}

export interface TestVuOptions {
  readonly settings?: Partial<HttpSettings>
  readonly shared?: HttpSharedOptions
  readonly dialer?: Partial<DialerSettings>
}

/** A VU of its own with a registry of its own that keeps every tag apart. */
export function testVu(options: TestVuOptions = {}): TestVu {
  const settings = { ...testSettings, ...options.settings }
  const registry = createRegistry({
    selectors: [],
    groupings: [{ metric: '*', keys: [...settings.systemTags, 'custom'] }],
    keepAllTags: true,
  })
  const clients: AttachedClient[] = []
  const seen: SeriesDelta[] = []
  const vu = {
    warnings: [] as string[],
    debugTexts: [] as string[],
    dueAtMs: undefined as number | undefined,
    tags: registry.root,
  }
  const dialer = createDialer({ ...dialerSettings, ...options.dialer })
  const context: ClientContext = {
    clock: { nowMs: () => performance.now(), until: () => Promise.resolve() },
    dialer,
    signal: new AbortController().signal,
    localAddress: undefined,
    get tags() {
      return vu.tags
    },
    get dueAtMs() {
      return vu.dueAtMs
    },
    define: (definition) => registry.define(definition),
    tagSet: (base, extra) => registry.tagSet(base, extra),
    record: (metric, value, tags) => registry.record(metric, value, tags),
    warn: (text) => void vu.warnings.push(text),
    debug: (text) => void vu.debugTexts.push(text),
    attach: (client) => void clients.push(client),
  }
  const http = createHttpClient(context, createHttpShared(settings, registry, options.shared))
  return Object.assign(vu, {
    http,
    registry,
    fire: (event: string, reason?: Error) => {
      for (const client of clients) {
        if (event === 'iteration-end') client.iterationEnded()
        else if (event === 'retire') client.retired()
        else client.interrupted(reason ?? new Error('interrupted'))
      }
    },
    total: (metric: string, tags: Tags = {}) => {
      seen.push(...registry.drain())
      let sum = 0
      for (const each of seen) {
        if (each.metric.name !== metric || !isGrouped(each) || !includes(each.tags, tags)) continue
        sum += amountOf(each)
      }
      return sum
    },
    tagsOf: (metric: string) => {
      seen.push(...registry.drain())
      return seen.filter((each) => each.metric.name === metric && isGrouped(each)).map((each) => withoutEmpty(each.tags))
    },
  })
}

/** Every sample is in the series without tags and in the one of its own tags: only the latter counts here. */
function isGrouped(delta: SeriesDelta): boolean {
  return Object.keys(delta.tags).length > 0
}

function includes(tags: Tags, wanted: Tags): boolean {
  return Object.entries(wanted).every(([key, value]) => (tags[key] ?? '') === value)
}

function withoutEmpty(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== ''))
}

function amountOf(delta: SeriesDelta): number {
  switch (delta.type) {
    case 'counter':
      return delta.sum
    case 'rate':
      return delta.trueCount
    case 'trend':
      return delta.histogram.counts.reduce((sum, count) => sum + count, 0)
    case 'gauge':
      return delta.value
    case 'ledger':
      return delta.entries.length
    default:
      return delta satisfies never
  }
}

export interface RawServer {
  readonly port: number
  readonly url: string
  /** Whole requests as they came, in order. */
  readonly requests: string[]
  /** Connections accepted so far. */
  readonly connectionCount: number
  /** Connections open now. */
  readonly openCount: number
  close(): Promise<void>
}

/** Called for each whole request on a connection; `index` counts them on this connection, from 0. */
export type RawHandler = (socket: net.Socket, request: string, index: number, connection: number) => void

/** A server that answers whatever bytes the handler writes. Reads request bodies by Content-Length or chunks. */
export async function rawServer(answer: RawHandler): Promise<RawServer> {
  const sockets = new Set<net.Socket>()
  const requests: string[] = []
  let connectionCount = 0
  const server = net.createServer({ noDelay: true }, (socket) => {
    const connection = connectionCount++
    let text = ''
    let index = 0
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      for (let length = requestLength(text); length > 0; length = requestLength(text)) {
        const request = text.slice(0, length)
        text = text.slice(length)
        requests.push(request)
        answer(socket, request, index++, connection)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${String(port)}`,
    requests,
    get connectionCount() {
      return connectionCount
    },
    get openCount() {
      return sockets.size
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function requestLength(text: string): number {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return 0
  const head = text.slice(0, headEnd).toLowerCase()
  const length = Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? 0)
  if (/\r\ntransfer-encoding: chunked/.test(head)) {
    const end = text.indexOf('\r\n0\r\n\r\n', headEnd)
    return end < 0 ? 0 : end + 7
  }
  return text.length >= headEnd + 4 + length ? headEnd + 4 + length : 0
}

/** A plain 200 response. */
export function ok(body = 'hello', headers = ''): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n${headers}\r\n${body}`
}

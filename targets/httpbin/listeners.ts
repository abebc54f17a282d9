import http, { type IncomingMessage } from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TlsMaterial } from './certificate/certificate.ts'
import type { ControlConsole } from './control/console.ts'
import { EchoSocket } from './echo-socket.ts'
import type { AnyRequest, AnyResponse } from './exchange.ts'
import type { Target } from './target.ts'

/** Where to listen; port 0 takes a free one. */
export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly tlsPort: number
  readonly h2Port: number
  /** True to refuse TLS clients that show no certificate of our authority. */
  readonly needsClientCertificate: boolean
}

/** The ports that were taken. */
export interface Ports {
  readonly port: number
  readonly tlsPort: number
  readonly h2Port: number
}

/** The three listening sockets of one process: plain, TLS, and TLS with HTTP/2 by ALPN. */
export class Listeners {
  readonly #target: Target
  readonly #console: ControlConsole
  readonly #echo: EchoSocket
  readonly #servers: readonly [Server, Server, Server]
  readonly #sockets = new Set<Duplex>()
  readonly #controlSockets = new WeakSet<Duplex>()

  constructor(options: { target: Target; console: ControlConsole; tls: TlsMaterial; needsClientCertificate: boolean }) {
    this.#target = options.target
    this.#console = options.console
    this.#echo = new EchoSocket(options.target)
    const { cert, key } = options.tls.server
    const isStrict = options.needsClientCertificate
    const tls = { cert, key, ca: options.tls.ca, requestCert: isStrict, rejectUnauthorized: isStrict }
    // No timeout ends an idle connection: a load test decides when to reuse one.
    const limits = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, maxHeaderSize: 65_536, noDelay: true }
    const plain = http.createServer(limits)
    const secure = https.createServer({ ...tls, ...limits })
    const multiplexed = http2.createSecureServer({ ...tls, allowHTTP1: true, settings: { maxConcurrentStreams: 1000 } })
    this.#servers = [plain, secure, multiplexed]
    plain.on('connection', (socket) => this.#watch(socket))
    for (const server of [secure, multiplexed]) {
      server.on('secureConnection', (socket) => this.#watch(socket))
      server.on('tlsClientError', () => this.#target.traffic.totals.tlsFailed++)
    }
    for (const server of this.#servers) {
      server.on('request', (request: AnyRequest, response: AnyResponse) => this.#serve(request, response))
      server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => this.#echo.upgrade(request, socket, head))
      server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => this.#refuseMalformed(error, socket))
    }
  }

  /** Takes the ports, one after the other so that several processes share them in the same order. */
  async listen(options: ListenOptions): Promise<Ports> {
    const [plain, secure, multiplexed] = this.#servers
    return {
      port: await listenOn(plain, options.port, options.host),
      tlsPort: await listenOn(secure, options.tlsPort, options.host),
      h2Port: await listenOn(multiplexed, options.h2Port, options.host),
    }
  }

  /** Stops listening and drops every connection. */
  close(): void {
    this.#echo.close()
    for (const server of this.#servers) server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #serve(request: AnyRequest, response: AnyResponse): void {
    const url = request.url ?? '/'
    const at = url.indexOf('?')
    const path = at < 0 ? url : url.slice(0, at)
    if (!this.#console.owns(path)) {
      this.#target.serve(request, response, path)
      return
    }
    this.#setApart(request.socket)
    void this.#console.serve(request, response, path)
  }

  #watch(socket: Duplex): void {
    const { totals } = this.#target.traffic
    totals.connectionsOpened++
    totals.connectionsOpen++
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (!this.#controlSockets.has(socket)) totals.connectionsOpen--
    })
  }

  /** A plain connection whose first request is to the console is the tester's, not the load's. */
  #setApart(socket: Socket): void {
    if (socket.bytesWritten > 0 || !this.#sockets.has(socket) || this.#controlSockets.has(socket)) return
    this.#controlSockets.add(socket)
    const { totals } = this.#target.traffic
    totals.connectionsOpened--
    totals.connectionsOpen--
    totals.controlConnections++
  }

  #refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    this.#target.traffic.totals.malformedRequests++
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
    socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
  }
}

async function listenOn(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: 4096 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}

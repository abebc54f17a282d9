import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { EndedRequest } from './control/traffic.ts'
import { unknownRoute, webSocketPaths } from './routes/all.ts'
import type { Target } from './target.ts'

/** Opens WebSockets that send every message back as it came: text as text, binary as binary (RFC 6455). */
export class EchoSocket {
  readonly #target: Target
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 64 * 1024 * 1024,
    handleProtocols: (offered) => offered.values().next().value ?? false,
  })

  constructor(target: Target) {
    this.#target = target
    this.#server.on('wsClientError', (_, socket) => {
      target.traffic.count(emptyRequest('/ws', 400), false)
      socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    })
  }

  /** Answers an upgrade request: 101 on the WebSocket paths, 404 elsewhere. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const { traffic } = this.#target
    traffic.totals.received++
    socket.on('error', () => undefined)
    if (!webSocketPaths.includes(path) || request.headers.upgrade?.toLowerCase() !== 'websocket') {
      traffic.count(emptyRequest(unknownRoute, 404), false)
      socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      return
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      traffic.count(emptyRequest(path, 101), false)
      const { totals } = traffic
      totals.webSocketsOpened++
      totals.webSocketsOpen++
      webSocket.on('message', (data, isBinary) => {
        const message = data as Buffer
        totals.webSocketMessagesReceived++
        totals.webSocketBytesReceived += message.length
        webSocket.send(message, { binary: isBinary })
        totals.webSocketMessagesSent++
        totals.webSocketBytesSent += message.length
      })
      webSocket.on('error', () => undefined)
      webSocket.on('close', () => totals.webSocketsOpen--)
    })
  }

  /** Drops all open WebSockets. */
  close(): void {
    for (const client of this.#server.clients) client.terminate()
    this.#server.close()
  }
}

function emptyRequest(route: string, status: number): EndedRequest {
  return { route, method: 'GET', status, requestBodyBytes: 0, responseBodyBytes: 0 }
}

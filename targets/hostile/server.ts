import net, { type AddressInfo, type Socket } from 'node:net'
import type { HostileCase } from './case.ts'
import { SocketPeer } from './socket-peer.ts'

const maxHeadBytes = 1_048_576

/**
 * Answers requests with hostile cases, on raw sockets: `/NAME` or `/NUMBER` plays that case, any other path plays
 * the next one in the order of connections.
 */
export class HostileServer {
  readonly #cases: readonly HostileCase[]
  readonly #byName: ReadonlyMap<string, HostileCase>
  readonly #sockets = new Set<Socket>()
  readonly #server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket))
  readonly #onFailure: (name: string, error: unknown) => void
  #connections = 0

  /** `onFailure` hears of cases that broke by themselves: a fault of the case, not of the client. */
  constructor(cases: readonly HostileCase[], onFailure: (name: string, error: unknown) => void) {
    this.#cases = cases
    this.#onFailure = onFailure
    this.#byName = new Map(cases.flatMap((entry, number) => [[entry.name, entry] as const, [String(number), entry] as const]))
  }

  /** Resolves to the port that was taken. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, 4096, resolve)
    })
    return (this.#server.address() as AddressInfo).port
  }

  /** Stops listening and drops every connection. */
  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #accept(socket: Socket): void {
    const inTurn = this.#cases[this.#connections++ % this.#cases.length] as HostileCase
    const peer = new SocketPeer(socket)
    let unread = ''
    let isPlaying = false
    const playNext = (): void => {
      const request = takeRequest(unread)
      if (request === undefined || peer.isGone || isPlaying) return
      unread = request.rest
      const chosen = this.#byName.get(request.path.slice(1)) ?? inTurn
      isPlaying = true
      void this.#play(chosen, peer).then(() => {
        isPlaying = false
        playNext()
      })
    }
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (piece: Buffer) => {
      unread += piece.toString('latin1')
      if (unread.length > maxHeadBytes) socket.destroy()
      else playNext()
    })
  }

  async #play(chosen: HostileCase, peer: SocketPeer): Promise<void> {
    try {
      await chosen.play(peer)
    } catch (error) {
      this.#onFailure(chosen.name, error)
      peer.reset()
    }
  }
}

/** Cuts the first whole request off, body included; `undefined` while it is not complete. */
function takeRequest(bytes: string): { path: string; rest: string } | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = bytes.slice(0, end)
  const bodyLength = Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0)
  if (bytes.length < end + 4 + bodyLength) return undefined
  const target = head.split(' ')[1] ?? '/'
  return { path: target.split('?')[0] ?? '/', rest: bytes.slice(end + 4 + bodyLength) }
}

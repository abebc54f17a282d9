import type { Socket } from 'node:net'
import type { Peer } from './case.ts'

/** How long a closed half may wait for the other before the connection is dropped. */
const lingerMs = 10_000

/** A Peer on a real socket. Errors of the connection only mean that the client has left. */
export class SocketPeer implements Peer {
  readonly #socket: Socket
  #wake: (() => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => undefined)
    socket.on('close', () => this.#wake?.())
    socket.on('drain', () => this.#wake?.())
    // A client that closes its half has given up, or got what it wanted.
    socket.on('end', () => socket.destroy())
  }

  get isGone(): boolean {
    return this.#socket.destroyed || this.#socket.writableEnded
  }

  send(bytes: Buffer | string): void {
    if (!this.isGone) this.#socket.write(bytes, 'latin1')
  }

  async sendWhenRoom(bytes: Buffer | string): Promise<boolean> {
    if (this.isGone) return false
    if (!this.#socket.write(bytes, 'latin1')) await new Promise<void>((resolve) => (this.#wake = resolve))
    return !this.isGone
  }

  async pause(ms: number): Promise<boolean> {
    if (this.isGone) return false
    await new Promise<void>((resolve) => {
      const timer = ms === 0 ? setImmediate(resolve) : setTimeout(resolve, ms)
      this.#wake = () => {
        if (!this.#socket.destroyed) return
        if (typeof timer === 'object' && 'refresh' in timer) clearTimeout(timer)
        resolve()
      }
    })
    return !this.isGone
  }

  finish(): void {
    if (this.isGone) return
    this.#socket.end()
    this.#socket.setTimeout(lingerMs, () => this.#socket.destroy())
  }

  reset(): void {
    this.#socket.resetAndDestroy()
  }
}

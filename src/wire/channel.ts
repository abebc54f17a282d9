import { Socket } from 'node:net'
import { decodeToWorker, encodeMessage } from './codec.ts'
import { FrameReader } from './frame-reader.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** The worker's end of the line to its coordinator. */
export interface WorkerChannel {
  /** Queues a message; never blocks. What is sent after the channel closed is dropped. */
  send(message: FromWorker): void
  /** One listener; messages that arrive before it is set wait for it. */
  onMessage(listener: (message: ToWorker) => void): void
  /** Called once, when the coordinator is gone or after `close`: a worker process must exit then, at once. */
  onClose(listener: () => void): void
  /** Bytes sent that the coordinator has not taken yet: what can be left out is, when it is slow. */
  readonly queuedBytes: number
  /** Resolves when everything sent so far is out of this process, or the channel is closed. */
  flush(): Promise<void>
  close(): void
}

const longLogLength = 8 * 1024 * 1024

/** The channel of a worker process: a socket that the coordinator left open as a descriptor. */
export function workerChannel(fd = 3): WorkerChannel {
  return socketChannel(new Socket({ fd, readable: true, writable: true }))
}

function socketChannel(socket: Socket): WorkerChannel {
  const inbox = new Inbox<ToWorker>()
  let received: ToWorker[] = []
  const reader = new FrameReader((body) => received.push(decodeToWorker(body)))
  let isClosed = false
  let onClose: (() => void) | undefined
  const close = (): void => {
    if (isClosed) return
    isClosed = true
    socket.destroy()
    onClose?.()
  }
  socket.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk)
    } catch {
      return close() // a coordinator that talks another language is no coordinator
    }
    const messages = received
    received = []
    for (const message of messages) inbox.put(message)
  })
  socket.on('error', close)
  socket.on('end', close)
  socket.on('close', close)
  return {
    send(message) {
      if (!isClosed) socket.write(encodeOrShorten(message))
    },
    get queuedBytes() {
      return socket.writableLength
    },
    onMessage: (listener) => inbox.open(listener),
    onClose(listener) {
      onClose = listener
      if (isClosed) listener()
    },
    flush() {
      return new Promise((resolve) => {
        if (isClosed) return resolve()
        socket.once('close', resolve)
        socket.write('', () => resolve())
      })
    },
    close,
  }
}

/** A script may print more than one message carries: its lines are cut, never the reason that a worker dies. */
function encodeOrShorten(message: FromWorker): Uint8Array {
  if (message.type !== 'log') return encodeMessage(message)
  const isLong = message.entries.reduce((length, { text }) => length + text.length, 0) > longLogLength
  if (!isLong) return encodeMessage(message)
  const shown = Math.floor(longLogLength / message.entries.length)
  const shorten = (text: string): string => (text.length > shown ? `${text.slice(0, shown)}… (${text.length} characters)` : text)
  return encodeMessage({ ...message, entries: message.entries.map((entry) => ({ ...entry, text: shorten(entry.text) })) })
}

/** Keeps what arrives until somebody listens. */
export class Inbox<Message> {
  #waiting: Message[] = []
  #listener: ((message: Message) => void) | undefined

  put(message: Message): void {
    if (this.#listener) this.#listener(message)
    else this.#waiting.push(message)
  }

  open(listener: (message: Message) => void): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#listener = listener
    for (const message of waiting) listener(message)
  }
}

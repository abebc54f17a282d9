import { Inbox, type WorkerChannel } from '../wire/channel.ts'
import { decodeFromWorker, decodeToWorker, encodeMessage } from '../wire/codec.ts'
import type { WorkerLink, WorkerSource } from '../wire/link.ts'
import type { FromWorker, ToWorker } from '../wire/messages.ts'

/** Workers within this process, for tests: every message crosses the real codec and arrives in a later turn of the event loop. */
export function inProcessWorkers(startWorker: (channel: WorkerChannel) => void): WorkerSource {
  const links: (WorkerLink & { hangUp(reason: string): void })[] = []
  return {
    open({ workers }) {
      const opened = Array.from({ length: workers }, () => connect(String(links.length + 1), startWorker, links))
      return Promise.resolve(opened)
    },
    close() {
      for (const link of links) link.hangUp('closed')
      return Promise.resolve()
    },
  }
}

function connect(
  workerId: string,
  startWorker: (channel: WorkerChannel) => void,
  links: (WorkerLink & { hangUp(reason: string): void })[],
): WorkerLink {
  const fromWorker = new Inbox<{ message: FromWorker } | { lost: string }>()
  const toWorker = new Inbox<ToWorker>()
  let isClosed = false
  let onClose: (() => void) | undefined
  const hangUp = (reason: string): void => {
    if (isClosed) return
    isClosed = true
    onClose?.()
    setImmediate(() => fromWorker.put({ lost: reason }))
  }
  const link = {
    workerId,
    send(message: ToWorker): void {
      if (isClosed) return
      const body = encodeMessage(message).subarray(4)
      setImmediate(() => {
        if (!isClosed) toWorker.put(decodeToWorker(body))
      })
    },
    listen(to: { message(message: FromWorker): void; lost(reason: string): void }): void {
      fromWorker.open((item) => ('lost' in item ? to.lost(item.lost) : to.message(item.message)))
    },
    interrupt: () => Promise.resolve(undefined),
    kill: () => hangUp('killed by the coordinator'),
    hangUp,
  }
  links.push(link)
  startWorker({
    send(message) {
      if (isClosed) return
      const body = encodeMessage(message).subarray(4)
      setImmediate(() => fromWorker.put({ message: decodeFromWorker(body) }))
    },
    onMessage: (listener) => toWorker.open(listener),
    onClose(listener) {
      onClose = listener
      if (isClosed) listener()
    },
    queuedBytes: 0,
    flush: () => new Promise((resolve) => setImmediate(resolve)),
    close: () => hangUp('closed'),
  })
  return link
}

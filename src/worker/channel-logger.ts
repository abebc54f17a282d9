import type { LogEntry, Logger } from '../base/logger.ts'
import type { RunEvent } from '../metrics/snapshot.ts'
import type { WorkerChannel } from '../wire/channel.ts'

const maxDistinctWarnings = 500
/** Entries that may wait for a slow coordinator, in bytes and, within one turn of the event loop, in number. */
const maxQueuedBytes = 64 * 1024 * 1024
const maxWaiting = 20_000

/** Log entries travel to the coordinator; a warning is told once per distinct text. What comes faster than it can be taken is left out and counted. */
export function channelLogger(channel: WorkerChannel): Logger {
  const warned = new Set<string>()
  let waiting: RunEvent[] = []
  let droppedCount = 0
  const flush = (): void => {
    const entries = waiting
    waiting = []
    if (droppedCount > 0) {
      entries.push(
        asEvent({ level: 'error', source: 'engine', message: `${droppedCount} log lines were left out: they came too fast` }),
      )
      droppedCount = 0
    }
    channel.send({ type: 'log', entries })
  }
  return {
    log(entry: LogEntry): void {
      if (entry.level === 'warn') {
        if (warned.has(entry.message) || warned.size >= maxDistinctWarnings) return
        warned.add(entry.message)
      }
      if (waiting.length >= maxWaiting || channel.queuedBytes > maxQueuedBytes) {
        droppedCount += 1
        return
      }
      if (waiting.length === 0) setImmediate(flush)
      waiting.push(asEvent(entry))
    },
  }
}

function asEvent(entry: LogEntry): RunEvent {
  return {
    type: 'log',
    atMs: 0,
    text: entry.message,
    tags: { ...entry.fields, level: entry.level, source: entry.source },
  }
}

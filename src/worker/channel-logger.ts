import type { LogEntry, Logger } from '../base/logger.ts'
import type { RunEvent } from '../metrics/snapshot.ts'
import type { WorkerChannel } from '../wire/channel.ts'

const maxDistinctWarnings = 500

/** Log entries travel to the coordinator; a warning is told once per distinct text. */
export function channelLogger(channel: WorkerChannel): Logger {
  const warned = new Set<string>()
  let waiting: RunEvent[] = []
  const flush = (): void => {
    const entries = waiting
    waiting = []
    channel.send({ type: 'log', entries })
  }
  return {
    log(entry: LogEntry): void {
      if (entry.level === 'warn') {
        if (warned.has(entry.message) || warned.size >= maxDistinctWarnings) return
        warned.add(entry.message)
      }
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({
        type: 'log',
        atMs: 0,
        text: entry.message,
        tags: { ...entry.fields, level: entry.level, source: entry.source },
      })
    },
  }
}

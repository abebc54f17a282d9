import type { LogLevel, Logger } from '../base/logger.ts'
import type { RunEvent } from '../metrics/snapshot.ts'

const levels: readonly string[] = ['debug', 'info', 'warn', 'error'] satisfies LogLevel[]

/** Puts log events of a worker into the coordinator's log. */
export function logWorkerEvents(log: Logger, events: readonly RunEvent[]): void {
  for (const event of events) {
    if (event.type !== 'log') continue
    const { level = 'info', source, ...fields } = event.tags
    log.log({
      level: levels.includes(level) ? (level as LogLevel) : 'info',
      message: event.text,
      source: source === 'console' ? 'console' : 'engine',
      fields,
    })
  }
}

/** Exceptions of iterations over all workers: told when first seen, counted after that. */
export class ProblemBook {
  readonly #counts = new Map<string, { text: string; count: number }>()
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  add(events: readonly RunEvent[]): void {
    for (const event of events) {
      const { problem, count } = event.tags
      if (event.type !== 'log' || problem === undefined) continue
      const known = this.#counts.get(problem)
      if (known) {
        known.count += Number(count)
        continue
      }
      this.#counts.set(problem, { text: event.text, count: Number(count) })
      this.#log.log({ level: 'error', message: event.text, source: 'engine' })
    }
  }

  /** One sentence per problem, most frequent first. */
  notes(): string[] {
    const sorted = [...this.#counts.values()].sort((a, b) => b.count - a.count)
    return sorted.slice(0, 5).map(
      ({ text, count }) =>
        `${count === 1 ? 'one iteration' : `${count} iterations`} threw: ${text
          .split('\n')
          .slice(0, 2)
          .map((line) => line.trim())
          .join(' ')}`,
    )
  }
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Where the engine says things to its user. `source` tells a script's own console output from ours. */
export interface LogEntry {
  readonly level: LogLevel
  readonly message: string
  readonly source: 'engine' | 'console'
  readonly fields?: Readonly<Record<string, string>>
}

export interface Logger {
  log(entry: LogEntry): void
}

/** A logger that keeps what it was told; for tests and for buffering until an output exists. */
export function collectingLogger(): Logger & { readonly entries: LogEntry[] } {
  const entries: LogEntry[] = []
  return { entries, log: (entry) => void entries.push(entry) }
}

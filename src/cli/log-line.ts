import type { LogEntry } from '../base/logger.ts'

/** One log entry as a line for the terminal. A script's own plain output stands as it is; everything else says what it is. */
export function logLine({ level, message, source, fields }: LogEntry): string {
  const extra = Object.entries(fields ?? {}).map(
    ([name, value]) => ` ${name}=${/[\s"=]/.test(value) ? JSON.stringify(value) : value}`,
  )
  const prefix = level === 'info' ? '' : level === 'warn' ? 'warning: ' : `${level}: `
  return `${source === 'console' ? 'script: ' : ''}${prefix}${message}${extra.join('')}`
}

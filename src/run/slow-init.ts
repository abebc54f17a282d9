import type { Logger } from '../base/logger.ts'
import type { Seat } from './seat.ts'

/** After so long in a script's init the user is told where it is, in ms; and again each time. */
const tellEveryMs = 5000

/** `work` of a worker that runs the script's init; a worker that stays silent over it is asked where it is. */
export async function whileInitRuns<T>(seat: Seat, log: Logger, work: Promise<T>): Promise<T> {
  const startedAtMs = performance.now()
  const tell = async (): Promise<void> => {
    const where = await seat.link.interrupt()
    const seconds = Math.round((performance.now() - startedAtMs) / 1000)
    const place = where === undefined ? '' : `, now in ${where}`
    log.log({
      level: 'warn',
      message: `the script's init has been running for ${seconds} s${place} (Ctrl-C ends it)`,
      source: 'engine',
    })
  }
  const telling = setInterval(() => void tell(), tellEveryMs)
  try {
    return await work
  } finally {
    clearInterval(telling)
  }
}

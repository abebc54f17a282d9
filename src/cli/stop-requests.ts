import { exitCode } from '../base/exit-code.ts'

export type StopHow = 'graceful' | 'now'

/** The user's wish to stop, however it came: Ctrl-C, SIGTERM or a closed terminal. */
export interface StopRequests {
  /** The strongest wish so far. */
  readonly wished: StopHow | undefined
  /** Calls `listener` for each wish from now on, at once when there is one already. Replaces the listener before. */
  onStop(listener: (how: StopHow) => void): void
  /** Gives the signals back to Node. */
  close(): void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Listens to signals: the first asks for a graceful stop, the second to stop now, the third ends this process at once. */
export function listenForStops(): StopRequests {
  let listener: ((how: StopHow) => void) | undefined
  let wished: StopHow | undefined
  const onSignal = (): void => {
    // The guard process kills the workers once this process is gone.
    if (wished === 'now') process.exit(exitCode.interrupted)
    wished = wished === undefined ? 'graceful' : 'now'
    listener?.(wished)
  }
  for (const signal of signals) process.on(signal, onSignal)
  return {
    get wished() {
      return wished
    },
    onStop(next) {
      listener = next
      if (wished !== undefined) next(wished)
    },
    close() {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}

import type { Snapshot } from '../../metrics/snapshot.ts'
import type { RunHeader, RunOutcome } from '../../results/run-outcome.ts'
import type { Output } from '../output.ts'
import { LiveState } from './live-state.ts'
import { liveLines, plainLine } from './live-view.ts'
import { Screen, type TerminalStream } from './screen.ts'
import { styleFor } from './style.ts'

export interface TerminalOptions {
  readonly stream: TerminalStream
  readonly isTty: boolean
  /** Asked at each redraw, so that a resize shows at the next second. */
  readonly columns: () => number
  readonly hasColor: boolean
  /** No progress; what is printed still shows. */
  readonly isQuiet: boolean
}

/** The live view as an output; the end summary is `renderSummary`, printed by the caller. */
export interface TerminalOutput extends Output {
  /** Writes lines (log entries) above the live view, or as they are when there is none. */
  print(text: string): void
}

/** On a terminal a block redrawn each second; elsewhere a line a second, and one in 5 s after the first minute. */
export function terminalOutput(options: TerminalOptions): TerminalOutput {
  const screen = new Screen(options.stream, options)
  const style = styleFor(options.hasColor)
  let state = new LiveState()
  let header: RunHeader | undefined
  return {
    print: (text) => screen.print(text),
    start(run) {
      header = run
      state = new LiveState()
      if (options.isTty && !options.isQuiet) screen.draw([style.faint('starting …')])
      return Promise.resolve()
    },
    write(snapshot: Snapshot) {
      state.add(snapshot)
      if (options.isQuiet || !header) return Promise.resolve()
      if (options.isTty) screen.draw(liveLines(state, { plan: header.plan, columns: Math.max(1, options.columns()) - 1, style }))
      else if (isLineDue(snapshot.second)) screen.print(plainLine(state))
      return Promise.resolve()
    },
    stop(_outcome: RunOutcome) {
      if (options.isTty) screen.clear()
      header = undefined
      return Promise.resolve()
    },
  }
}

function isLineDue(second: number): boolean {
  return second < 60 || (second + 1) % 5 === 0
}

import type { RunEvent } from '../metrics/snapshot.ts'

/** At most so many distinct problems are told apart; the rest is counted together. */
const maxDistinct = 200

/** What compiled script code has in its frames; see script/locator.ts. */
const scriptFrameMark = 'brunt:script/'

interface Problem {
  readonly text: string
  unreported: number
}

/**
 * Exceptions of iterations, told once per distinct stack with a count. `drain()` gives, once a second, each problem
 * that occurred since: its text and how often (`tags.count`), under a stable `tags.problem`.
 */
export class ProblemLog {
  readonly #problems = new Map<string, Problem>()
  readonly #describe: (error: unknown) => string

  /** `describe` turns what was thrown into a text with the user's files and lines; called once per distinct stack. */
  constructor(describe: (error: unknown) => string) {
    this.#describe = describe
  }

  add(error: unknown): void {
    const key = keyOf(error)
    let problem = this.#problems.get(key)
    if (!problem) {
      if (this.#problems.size >= maxDistinct) return this.#addOther()
      problem = { text: this.#describe(error), unreported: 0 }
      this.#problems.set(key, problem)
    }
    problem.unreported += 1
  }

  #addOther(): void {
    const other = this.#problems.get('other') ?? {
      text: `more than ${maxDistinct} distinct exceptions; the rest is only counted`,
      unreported: 0,
    }
    other.unreported += 1
    this.#problems.set('other', other)
  }

  drain(atMs: number): RunEvent[] {
    const events: RunEvent[] = []
    for (const [key, problem] of this.#problems) {
      if (problem.unreported === 0) continue
      events.push({
        type: 'log',
        atMs,
        text: problem.text,
        tags: { level: 'error', source: 'script', problem: key, count: String(problem.unreported) },
      })
      problem.unreported = 0
    }
    return events
  }
}

/**
 * Where in the script it was thrown, without the message, which often carries an id, and without the engine's frames,
 * which differ from call to call.
 */
function keyOf(error: unknown): string {
  if (!(error instanceof Error)) return `value ${String(error)}`.slice(0, 500)
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  const own = frames.filter((line) => line.includes(scriptFrameMark))
  const [first = error.message] = frames
  return `${error.name}\n${own.length > 0 ? own.join('\n') : first}`.slice(0, 2000)
}

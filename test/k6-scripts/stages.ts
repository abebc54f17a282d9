import { VuRuntime } from '../../src/api/k6/runtime.ts'
import type { ScriptBundle } from '../../src/script/bundle.ts'
import { compileBundle } from '../../src/script/compile.ts'
import { Vu } from '../../src/vu/vu.ts'
import { soloWorld } from '../../src/vu/world.conformance.ts'
import { shown, stubModules, type Stage } from './stub-modules.ts'

type Callback = (...args: unknown[]) => unknown
interface Task {
  readonly dueAtMs: number
  readonly number: number
  readonly run: Callback
}

/** Virtual time: it goes on when something blocks, and to the next task when nothing else is left to do. */
class VirtualTime {
  nowMs = 1_700_000_000_000
  readonly #tasks = new Set<Task>()
  #count = 0

  get isEmpty(): boolean {
    return this.#tasks.size === 0
  }

  add(delayMs: number, run: Callback): () => void {
    const task = { dueAtMs: this.nowMs + delayMs, number: this.#count++, run }
    this.#tasks.add(task)
    return () => void this.#tasks.delete(task)
  }

  take(): Task | undefined {
    const [first] = [...this.#tasks].sort((a, b) => a.dueAtMs - b.dueAtMs || a.number - b.number)
    if (!first) return undefined
    this.#tasks.delete(first)
    this.nowMs = Math.max(this.nowMs, first.dueAtMs)
    return first
  }
}

/** Globals of both stages: what is said to the console is an event, timers run in virtual time. */
function stageGlobals(time: VirtualTime, stage: Pick<Stage, 'say' | 'after'>): Record<string, unknown> {
  const intervals = new Map<number, () => void>()
  let lastId = 0
  const again = (id: number, callback: Callback, ms: number): void => {
    intervals.set(
      id,
      stage.after(ms, () => {
        if (intervals.has(id)) again(id, callback, ms)
        return callback()
      }),
    )
  }
  return {
    console: { log: (...args: unknown[]) => stage.say('log', ...args) },
    setTimeout: (callback: Callback, ms: number) => stage.after(ms, callback),
    setInterval: (callback: Callback, ms: number) => {
      again(++lastId, callback, ms)
      return lastId
    },
    clearInterval: (id: number) => {
      intervals.get(id)?.()
      intervals.delete(id)
    },
    Date: class extends Date {
      static override now(): number {
        return time.nowMs
      }
    },
    Math: Object.assign(Object.create(Math) as Math, { random: () => 0 }),
  }
}

/** Runs the default function of a bundle as it stands, every call over when it returns: the order that must be kept. */
export async function runSynchronously(bundle: ScriptBundle): Promise<readonly string[]> {
  const events: string[] = []
  const time = new VirtualTime()
  const say = (...parts: unknown[]): void => void events.push(parts.map(shown).join(' '))
  const stage: Stage = {
    say,
    block(what, durationMs, result) {
      say('>', what)
      time.nowMs += durationMs
      say('<', what)
      return result()
    },
    drive(body) {
      let step = body.next()
      while (!step.done) step = body.next(step.value)
      return step.value
    },
    later: (durationMs, result) => new Promise((resolve) => time.add(durationMs, () => resolve(result()))),
    after: (delayMs, callback) => time.add(delayMs, callback),
    pump(isOpen) {
      for (let task = isOpen() ? time.take() : undefined; task; task = isOpen() ? time.take() : undefined) task.run()
      return undefined
    },
  }
  const modules = { ...stubModules(stage), 'k6:globals': { ...stageGlobals(time, stage), global: globalThis } }
  const program = await compileBundle(bundle)
  const exports = await program.instantiate((specifier) => modules[specifier as keyof typeof modules])
  let outcome: unknown
  try {
    outcome = (exports.default as Callback)()
    if (outcome instanceof Promise) outcome.catch(() => undefined)
    for (await turns(4); ; await turns(4)) {
      const task = time.take()
      if (!task) break
      task.run()
    }
    await outcome
  } catch (error) {
    say('threw', error)
  }
  return events
}

/** Runs the default function of a rewritten bundle on the run-time, with calls that end in a later turn of the event loop. */
export async function runRewritten(bundle: ScriptBundle): Promise<readonly string[]> {
  const events: string[] = []
  const time = new VirtualTime()
  const say = (...parts: unknown[]): void => void events.push(parts.map(shown).join(' '))
  const vu = new Vu({ id: 1, idInInstance: 1 }, soloWorld())
  const runtime = new VuRuntime(vu)
  let activeCount = 0
  let blockCount = 0
  const track = async <T>(work: Promise<T>): Promise<T> => {
    activeCount += 1
    try {
      return await work
    } finally {
      activeCount -= 1
    }
  }
  const stage: Stage = {
    say(...parts) {
      runtime.enter(parts[0])
      say(...parts)
    },
    block(what, durationMs, result) {
      say('>', what)
      const work = track(turns(blockCount++ % 3)).then(() => {
        time.nowMs += durationMs
        say('<', what)
        return result()
      })
      return runtime.block(what, work)
    },
    drive: (body) => runtime.drive(body),
    later: (durationMs, result) => runtime.promise(new Promise((resolve) => time.add(durationMs, () => resolve(result())))),
    after(delayMs, callback) {
      const release = runtime.hold()
      const cancel = time.add(delayMs, () => track(runtime.job('a timer', callback)).finally(release))
      return () => {
        cancel()
        release()
      }
    },
    pump: (isOpen) =>
      runtime.yieldLock(async () => {
        for (let task = isOpen() ? time.take() : undefined; task; task = isOpen() ? time.take() : undefined) await task.run()
      }),
  }
  const globals = stageGlobals(time, stage)
  const modules: Readonly<Record<string, unknown>> = { ...stubModules(stage), 'k6:runtime': runtime, 'k6:globals': globals }
  Object.assign(runtime.$g, globals)
  const program = await compileBundle(bundle)
  const exports = await program.instantiate((specifier) => modules[specifier])
  vu.phase = 'iteration'
  const state = { isOver: false }
  const running = (async () => await runtime.run(exports.default as Callback, []))()
    .catch((error: unknown) => say('threw', error))
    .finally(() => {
      state.isOver = true
    })
  for (let idle = 0; !state.isOver; ) {
    await turns(1)
    idle = activeCount > 0 ? 0 : idle + 1
    if (idle < 8 || time.isEmpty) continue
    idle = 0
    void time.take()?.run()
  }
  await running
  return events
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

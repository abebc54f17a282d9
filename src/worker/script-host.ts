import { inspect } from 'node:util'
import { UserError, messageOf } from '../base/user-error.ts'
import { exitCode } from '../base/exit-code.ts'
import type { MetricDefinition } from '../metrics/definition.ts'
import { compileBundle } from '../script/compile.ts'
import type { Program } from '../script/compile.ts'
import type { ScriptBundle } from '../script/bundle.ts'
import type { Dialect } from '../vu/dialect.ts'
import { RunAborted } from '../vu/interruption.ts'
import { Vu } from '../vu/vu.ts'
import type { VuWorld } from '../vu/world.ts'
import type { Inspection, ScriptFailure } from '../wire/messages.ts'
import { dialectOf } from './registry.ts'

/** A loaded script in this worker: makes VUs of it and calls its lifecycle functions. */
export class ScriptHost {
  readonly bundle: ScriptBundle
  readonly #program: Program
  readonly #dialect: Dialect

  private constructor(bundle: ScriptBundle, program: Program, dialect: Dialect) {
    this.bundle = bundle
    this.#program = program
    this.#dialect = dialect
  }

  static async load(bundle: ScriptBundle): Promise<ScriptHost> {
    const dialect = await dialectOf(bundle.dialect)
    return new ScriptHost(bundle, await compileBundle(bundle), dialect)
  }

  /** Runs the script's init for one VU. One at a time per world. Rejects with what init threw. */
  async makeVu(ids: { id: number; idInInstance: number }, world: VuWorld): Promise<Vu> {
    const vu = new Vu(ids, world)
    world.initializing = vu
    try {
      const exports = await this.#program.instantiate((specifier) => this.#dialect.bind(specifier, vu))
      vu.exports = this.#dialect.wrapExports?.(exports, vu) ?? exports
    } finally {
      world.initializing = undefined
    }
    vu.phase = 'idle'
    return vu
  }

  inspect(vu: Vu, metrics: readonly MetricDefinition[]): Inspection {
    return {
      options: jsonable(vu.exports.options),
      exports: Object.keys(vu.exports).filter((name) => typeof vu.exports[name] === 'function'),
      metrics,
      sharedData: [],
      files: this.bundle.files,
    }
  }

  /** Calls setup, teardown or handleSummary with parsed JSON and gives back JSON; `undefined` when the script has no such function. */
  async call(
    vu: Vu,
    name: 'setup' | 'teardown' | 'handleSummary',
    input: string | undefined,
    timeoutMs: number,
  ): Promise<{ json: string | undefined } | ScriptFailure> {
    const body = vu.exports[name]
    if (typeof body !== 'function') return { json: undefined }
    vu.phase = name === 'handleSummary' ? 'summary' : name
    vu.resetTags()
    if (name !== 'handleSummary') vu.enterGroup(`::${name}`)
    let timer: NodeJS.Timeout | undefined
    try {
      const timedOut = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new LifecycleTimeout(name, timeoutMs)), timeoutMs)
      })
      const returned = (async () => (body as (data: unknown) => unknown)(input === undefined ? undefined : JSON.parse(input)))()
      const value = await Promise.race([returned, timedOut])
      return { json: value === undefined ? undefined : JSON.stringify(value) }
    } catch (error) {
      if (error instanceof LifecycleTimeout) vu.interrupt(error.message)
      return this.failureOf(error)
    } finally {
      clearTimeout(timer)
      vu.endIteration()
      vu.resetTags()
    }
  }

  failureOf(error: unknown): ScriptFailure {
    const kind = error instanceof LifecycleTimeout ? 'timeout' : error instanceof RunAborted ? 'aborted' : 'threw'
    return { kind, message: messageOf(error), stack: kind === 'threw' ? this.describe(error) : messageOf(error) }
  }

  /** What was thrown, with the user's files and lines. */
  describe(error: unknown): string {
    if (error instanceof UserError) {
      const stack = this.#program.locate(error.stack ?? '')
      return error.hint === undefined ? stack : `${stack}\n    hint: ${error.hint}`
    }
    if (error instanceof Error) return this.#program.locate(error.stack ?? `${error.name}: ${error.message}`)
    return `the script threw ${inspect(error, { depth: 3, breakLength: Number.POSITIVE_INFINITY })}`
  }

  locate(text: string): string {
    return this.#program.locate(text)
  }
}

class LifecycleTimeout extends Error {
  constructor(name: string, timeoutMs: number) {
    super(`${name}() took longer than its limit of ${timeoutMs} ms`)
    this.name = 'LifecycleTimeout'
  }
}

function jsonable(options: unknown): unknown {
  if (options === undefined) return {}
  try {
    return JSON.parse(JSON.stringify(options)) as unknown
  } catch (error) {
    throw new UserError('OPTIONS_NOT_JSON', `the exported options cannot be written as JSON: ${messageOf(error)}`, {
      hint: 'options are plain data: no functions, no cycles, no BigInt',
      exitCode: exitCode.invalidConfig,
    })
  }
}

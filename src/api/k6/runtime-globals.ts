import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { UserError, messageOf } from '../../base/user-error.ts'
import type { LogLevel } from '../../base/logger.ts'
import { timersOf } from './runtime-timers.ts'
import type { K6Host } from './host.ts'
import type { Vu } from '../../vu/vu.ts'

/** Whose globals they are. */
export interface GlobalsOwner extends K6Host {
  readonly vu: Vu
  /** Where `open` starts from. */
  readonly folder: string
}

/** By these scripts tell where they run: Node's own are not there. */
const hidden = [
  'process', 'Buffer', 'require', 'module', 'exports', 'setImmediate', 'clearImmediate', 'navigator', 'WebSocket',
  'EventSource', 'localStorage', 'sessionStorage', 'Storage', '__filename', '__dirname',
] // biome-ignore format: a list

const runtimeKey = Symbol('runtime')
const prototypeKey = Symbol('globals')

interface WithRuntime {
  readonly [runtimeKey]: GlobalsOwner
}

/** The object of one VU that stands for `globalThis`: what the script puts there stays with the VU. */
export function makeGlobals(runtime: GlobalsOwner): object {
  const prototype = runtime.vu.world.shared(prototypeKey, makePrototype)
  return Object.create(prototype, { [runtimeKey]: { value: runtime } }) as object
}

/** What all VUs of a worker have in common: accessors that look up the VU's own. */
function makePrototype(): object {
  const prototype = Object.create(globalThis) as object
  for (const name of hidden) Object.defineProperty(prototype, name, { value: undefined, writable: true })
  const own = (name: string, make: (runtime: GlobalsOwner, globals: object) => unknown, isKept = true): void => {
    Object.defineProperty(prototype, name, {
      configurable: true,
      get(this: WithRuntime) {
        const value = make(this[runtimeKey], this)
        if (isKept) keep(this, name, value)
        return value
      },
      set(this: object, value: unknown) {
        keep(this, name, value)
      },
    })
  }
  own('globalThis', (_runtime, globals) => globals)
  own('global', (_runtime, globals) => globals)
  own('Promise', (runtime) => runtime.Promise)
  own('__VU', ({ vu }) => vu.id)
  own('__ITER', ({ vu }) => (vu.phase === 'iteration' ? vu.iterationInInstance : undefined), false)
  const environments = new WeakMap<GlobalsOwner, Environment>()
  own('__ENV', (runtime) => environmentOf(runtime, environments), false)
  own('console', consoleOf)
  own('open', (runtime) => openOf(runtime))
  for (const name of ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const) {
    own(name, (runtime) => timersOf(runtime.vu, runtime)[name])
  }
  return prototype
}

interface Environment {
  readonly values: Record<string, string>
  scenario: Vu['scenario']
}

/** The VU's own copy, which it may change; a scenario lays its variables over it. */
function environmentOf(runtime: GlobalsOwner, known: WeakMap<GlobalsOwner, Environment>): Record<string, string> {
  const { vu } = runtime
  const environment = known.get(runtime) ?? { values: { ...vu.world.env }, scenario: undefined }
  if (environment.scenario !== vu.scenario) Object.assign(environment.values, vu.scenario?.env)
  environment.scenario = vu.scenario
  known.set(runtime, environment)
  return environment.values
}

function keep(globals: object, name: string, value: unknown): void {
  Object.defineProperty(globals, name, { value, writable: true, configurable: true, enumerable: true })
}

type Print = (...args: unknown[]) => void

function consoleOf(runtime: GlobalsOwner): Readonly<Record<string, Print>> {
  const at =
    (level: LogLevel): Print =>
    (...args) => {
      runtime.enter('console')
      const message = args
        .map((arg) => (typeof arg === 'string' ? arg : inspect(arg, { depth: 4, breakLength: Number.POSITIVE_INFINITY })))
        .join(' ')
      runtime.vu.world.log.log({ level, source: 'console', message })
    }
  return { log: at('info'), info: at('info'), debug: at('debug'), warn: at('warn'), error: at('error') }
}

type Open = (file: unknown, mode?: unknown) => string | ArrayBuffer

/** Reads a file in init: text, or bytes with mode `b`. Relative paths start at the script's folder. */
function openOf({ vu, folder }: GlobalsOwner): Open {
  return (file, mode) => {
    if (vu.phase !== 'init') {
      throw new UserError('K6_OPEN_OUTSIDE_INIT', `open(${JSON.stringify(file)}) was called outside init`, {
        hint: 'open files at the top level of the script and keep what was read',
      })
    }
    const name = String(file)
    const full = name.startsWith('file:') ? fileURLToPath(name) : path.resolve(folder, name)
    try {
      if (mode !== 'b') return readFileSync(full, 'utf8')
      const bytes = readFileSync(full)
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    } catch (cause) {
      throw new UserError('K6_OPEN_FAILED', `open(${JSON.stringify(file)}) failed: ${messageOf(cause)}`, {
        hint: 'paths are relative to the script',
        cause,
      })
    }
  }
}

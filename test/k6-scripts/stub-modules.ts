/** Where a script runs: on the rewritten code, whose calls wait, or as it stands, where each call is over when it returns. */
export interface Stage {
  /** A call that blocks for so many virtual ms. */
  block(what: string, durationMs: number, result: () => unknown): unknown
  drive<T>(body: Generator<unknown, T, unknown>): T | Promise<T>
  /** Resolved after so many virtual ms, for the script's eyes. */
  later(durationMs: number, result: () => unknown): unknown
  /** Runs in virtual time, as a job of its own. */
  after(delayMs: number, callback: () => unknown): () => void
  /** Runs the jobs of `isOpen` until it says no. */
  pump(isOpen: () => boolean): unknown
  say(event: string, ...args: unknown[]): void
}

type Callback = (...args: unknown[]) => unknown

/** Modules that tell what is done to them, the same for both stages. */
export function stubModules(stage: Stage): Readonly<Record<string, Record<string, unknown>>> {
  const { say } = stage
  let responseCount = 0
  const response = (url: unknown): object => {
    const id = `r${++responseCount}`
    return { status: 200, url: String(url), body: `{"id":"${id}"}`, json: () => ({ id }) }
  }
  const verb =
    (name: string): Callback =>
    (url, ...rest) =>
      stage.block(`${name} ${JSON.stringify([url, ...rest])}`, 20, () => response(url))
  const http: Record<string, unknown> = {
    ...Object.fromEntries(['get', 'post', 'put', 'patch', 'del', 'head', 'options'].map((name) => [name, verb(name)])),
    request: (method: unknown, url: unknown) => stage.block(`request ${String(method)} ${String(url)}`, 20, () => response(url)),
    asyncRequest: (method: unknown, url: unknown) => {
      say('asyncRequest', method, url)
      return stage.later(25, () => response(url))
    },
  }
  const k6: Record<string, unknown> = {
    sleep: (seconds: unknown) => stage.block(`sleep ${String(seconds)}`, Number(seconds) * 1000, () => undefined),
    fail: (message: unknown) => {
      throw new Error(String(message))
    },
    check: (value: unknown, conditions: Record<string, unknown>) =>
      stage.drive(
        (function* () {
          let haveAllHeld = true
          for (const name of Object.keys(conditions)) {
            const condition = conditions[name]
            const held = Boolean(typeof condition === 'function' ? yield (condition as Callback)(value) : condition)
            say('check', name, held)
            haveAllHeld &&= held
          }
          return haveAllHeld
        })(),
      ),
    group: (name: unknown, body: Callback) =>
      stage.drive(
        (function* () {
          say('group', name)
          try {
            return yield body()
          } finally {
            say('group ends', name)
          }
        })(),
      ),
  }
  const after = (callback: Callback, delayMs: unknown): (() => void) => stage.after(Number(delayMs) || 0, callback)
  return {
    k6: { ...k6, default: k6 },
    'k6/http': { ...http, default: http },
    'k6/timers': { setTimeout: after },
    'k6/ws': { default: { connect: connectStub(stage) } },
  }
}

/** A socket that says three things, echoes what it is sent, and ends when the script closes it. */
function connectStub(stage: Stage): Callback {
  const { say } = stage
  return (url, _params, body) =>
    stage.drive(
      (function* () {
        yield stage.block(`ws.connect ${String(url)}`, 10, () => undefined)
        const handlers = new Map<string, Callback[]>()
        let isOpen = true
        const emit =
          (name: string, ...args: unknown[]): Callback =>
          () =>
            stage.drive(
              (function* () {
                for (const each of handlers.get(name) ?? []) yield each(...args)
              })(),
            )
        const whileOpen =
          (job: Callback): Callback =>
          () =>
            isOpen ? job() : undefined
        const socket = {
          on: (name: string, callback: Callback) => handlers.set(name, [...(handlers.get(name) ?? []), callback]),
          send: (data: unknown) => {
            say('ws.send', data)
            stage.after(7, whileOpen(emit('message', `echo ${String(data)}`)))
          },
          close: () => {
            say('ws.close')
            isOpen = false
          },
          setTimeout: (callback: Callback, delayMs: number) => stage.after(delayMs, whileOpen(callback)),
        }
        yield (body as Callback)(socket)
        stage.after(1, whileOpen(emit('open')))
        for (const index of [0, 1, 2]) stage.after(10 + index * 10, whileOpen(emit('message', `said ${index}`)))
        yield stage.pump(() => isOpen)
        return { status: 101, url }
      })(),
    )
}

/** A value as it goes into the list of events. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'function'
  if (value instanceof Promise) return 'Promise'
  if (value instanceof Error) return `Error ${value.message}`
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
}

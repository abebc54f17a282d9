import type { LatencySpec } from './latency.ts'

/** Answer a share of the requests with a status, or close the connection instead of answering. */
export interface ErrorSpec {
  readonly ratio: number
  readonly status?: number
  readonly close?: boolean
  readonly seed?: number
}

/** A window in which nothing is answered, as from a garbage collection or a lock: in milliseconds from the control request. */
export interface StallSpec {
  readonly startMs: number
  readonly durationMs: number
}

/** What is injected; `null` takes it away, an absent field leaves it as it was. */
export interface FaultChange {
  readonly latency?: LatencySpec | null
  readonly errors?: ErrorSpec | null
  readonly stall?: StallSpec | null
}

/** The body of `POST /control`. */
export interface ControlRequest extends FaultChange {
  /** `true` zeroes counters and latencies and takes every injection away; `'counters'` leaves the injections. Done first. */
  readonly reset?: boolean | 'counters'
  /** Changes for one route each, by the label that `/counters` shows (`/get`, `/status/{code}`). */
  readonly routes?: Readonly<Record<string, FaultChange | null>>
}

/** What a control request got wrong: the field, and what was expected. Answered with status 400. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
}

/** Parses the body of `POST /control`. Throws ControlError that names the field, its value and what was expected. */
export function parseControlRequest(input: unknown, isRoute: (label: string) => boolean): ControlRequest {
  const body = record(input, 'body')
  known(body, 'body', ['reset', 'routes', 'latency', 'errors', 'stall'])
  const reset = body['reset']
  if (reset !== undefined && typeof reset !== 'boolean' && reset !== 'counters') fail('reset', reset, 'true, false or "counters"')
  const { routes, ...rest } = { ...parseChange(body, ''), reset, routes: body['routes'] }
  if (routes === undefined) return rest as ControlRequest
  const parsed: Record<string, FaultChange | null> = {}
  for (const [label, change] of Object.entries(record(routes, 'routes'))) {
    if (!isRoute(label)) fail('routes', label, 'a route label as GET /control lists them under "routeLabels"')
    const field = `routes["${label}"].`
    if (change !== null) known(record(change, field), field, ['latency', 'errors', 'stall'])
    parsed[label] = change === null ? null : parseChange(record(change, field), field)
  }
  return { ...rest, routes: parsed } as ControlRequest
}

function parseChange(body: Readonly<Record<string, unknown>>, prefix: string): FaultChange {
  const change: { -readonly [Key in keyof FaultChange]: FaultChange[Key] } = {}
  if (body['latency'] !== undefined) change.latency = nullOr(body['latency'], (value) => parseLatency(value, `${prefix}latency`))
  if (body['errors'] !== undefined) change.errors = nullOr(body['errors'], (value) => parseErrors(value, `${prefix}errors`))
  if (body['stall'] !== undefined) change.stall = nullOr(body['stall'], (value) => parseStall(value, `${prefix}stall`))
  return change
}

const latencyFields: Readonly<Record<string, readonly string[]>> = {
  fixed: ['ms'],
  uniform: ['minMs', 'maxMs'],
  exponential: ['meanMs'],
  lognormal: ['medianMs', 'sigma'],
}

function parseLatency(input: unknown, field: string): LatencySpec {
  const spec = record(input, field)
  const kind = String(spec['kind'])
  const fields = latencyFields[kind] ?? fail(`${field}.kind`, spec['kind'], Object.keys(latencyFields).join(', '))
  known(spec, field, ['kind', 'seed', 'maxMs', ...fields])
  for (const name of fields) number(spec[name], `${field}.${name}`, 0, name === 'sigma' ? 10 : 600_000)
  if (spec['maxMs'] !== undefined) number(spec['maxMs'], `${field}.maxMs`, 0, 600_000)
  if (spec['seed'] !== undefined) number(spec['seed'], `${field}.seed`, -(2 ** 31), 2 ** 32)
  if (kind === 'uniform' && Number(spec['minMs']) > Number(spec['maxMs'])) fail(`${field}.minMs`, spec['minMs'], 'at most maxMs')
  return spec as LatencySpec
}

function parseErrors(input: unknown, field: string): ErrorSpec {
  const spec = record(input, field)
  known(spec, field, ['ratio', 'status', 'close', 'seed'])
  const close = spec['close']
  if (close !== undefined && typeof close !== 'boolean') fail(`${field}.close`, close, 'true or false')
  const status = spec['status'] === undefined ? 500 : number(spec['status'], `${field}.status`, 200, 599)
  if (!Number.isInteger(status)) fail(`${field}.status`, status, 'a whole number')
  const seed = spec['seed'] === undefined ? undefined : number(spec['seed'], `${field}.seed`, -(2 ** 31), 2 ** 32)
  return {
    ratio: number(spec['ratio'], `${field}.ratio`, 0, 1),
    status,
    close: close ?? false,
    ...(seed === undefined ? {} : { seed }),
  }
}

function parseStall(input: unknown, field: string): StallSpec {
  const spec = record(input, field)
  known(spec, field, ['startMs', 'durationMs'])
  return {
    startMs: spec['startMs'] === undefined ? 0 : number(spec['startMs'], `${field}.startMs`, 0, 86_400_000),
    durationMs: number(spec['durationMs'], `${field}.durationMs`, 0, 600_000),
  }
}

function nullOr<Value>(input: unknown, parse: (value: unknown) => Value): Value | null {
  return input === null ? null : parse(input)
}

function record(input: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return fail(field, input, 'a JSON object')
  return input as Readonly<Record<string, unknown>>
}

function known(input: Readonly<Record<string, unknown>>, field: string, names: readonly string[]): void {
  for (const name of Object.keys(input)) {
    if (!names.includes(name)) fail(field, name, `only the fields ${names.join(', ')}`)
  }
}

function number(input: unknown, field: string, min: number, max: number): number {
  if (typeof input !== 'number' || !(input >= min && input <= max)) return fail(field, input, `a number from ${min} to ${max}`)
  return input
}

function fail(field: string, value: unknown, expected: string): never {
  throw new ControlError(`${field}: got ${JSON.stringify(value)}, expected ${expected}`)
}

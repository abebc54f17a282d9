import type { Exchange } from './exchange.ts'

/** What a route file defines. */
export interface RouteSpec {
  /** As `/status/{code}`; a last `{rest...}` takes any number of segments. Also the label in `/counters`. */
  readonly pattern: string
  /** Allowed methods; any when absent. HEAD goes with GET. */
  readonly methods?: readonly string[]
  /** True when `exchange.body` is needed; otherwise a request body is only counted. */
  readonly readsBody?: boolean
  /** Answers one request. May throw or reject with a Refusal. */
  answer(exchange: Exchange): void | Promise<void>
}

/** A route in its table. */
export interface Route extends RouteSpec {
  readonly index: number
  readonly segments: readonly string[]
}

/** A route and the decoded values of its pattern's names. */
export interface Match {
  readonly route: Route
  readonly params: readonly string[]
}

const noParams: readonly string[] = []

/** Finds the route of a path: exact paths by one map look-up, patterns by their first segment. */
export class Router {
  readonly routes: readonly Route[]
  readonly #exact = new Map<string, Match>()
  readonly #byFirstSegment = new Map<string, Route[]>()
  readonly #fallback: Match

  /** `fallback` answers what no pattern fits. */
  constructor(specs: readonly RouteSpec[], fallback: RouteSpec) {
    this.routes = [...specs, fallback].map((spec, index) => ({ ...spec, index, segments: spec.pattern.split('/').slice(1) }))
    this.#fallback = { route: this.routes.at(-1) as Route, params: noParams }
    for (const route of this.routes.slice(0, -1)) {
      if (!route.pattern.includes('{')) {
        this.#exact.set(route.pattern, { route, params: noParams })
        continue
      }
      const first = route.segments[0] ?? ''
      this.#byFirstSegment.set(first, [...(this.#byFirstSegment.get(first) ?? []), route])
    }
  }

  find(path: string): Match {
    return this.#exact.get(path) ?? this.#findPattern(path) ?? this.#fallback
  }

  #findPattern(path: string): Match | undefined {
    const segments = path.split('/').slice(1)
    for (const route of this.#byFirstSegment.get(segments[0] ?? '') ?? []) {
      const params = fit(route.segments, segments)
      if (params !== undefined) return { route, params }
    }
    return undefined
  }
}

function fit(pattern: readonly string[], segments: readonly string[]): string[] | undefined {
  const params: string[] = []
  for (const [index, part] of pattern.entries()) {
    if (part.endsWith('...}')) return [...params, segments.slice(index).join('/')]
    const segment = segments[index]
    if (segment === undefined) return undefined
    if (part.startsWith('{')) params.push(decode(segment))
    else if (part !== segment) return undefined
  }
  return pattern.length === segments.length ? params : undefined
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

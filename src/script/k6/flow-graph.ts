import type { Value, Vertex } from './values.ts'
import { nowhere } from './values.ts'

type Watcher = (value: Value) => void

/**
 * Vertices, edges and what flows along them. `add`, `edge` and `watch` may come in any order; `solve` carries every value to
 * every place that it reaches. Gives up (`isOverBudget`) after so many steps, so that a huge program cannot stall a load.
 */
export class FlowGraph {
  readonly #values: (Set<Value> | undefined)[] = []
  readonly #next: (Set<Vertex> | undefined)[] = []
  readonly #watchers: (Watcher[] | undefined)[] = []
  readonly #queue: [Vertex, Value][] = []
  #stepsLeft: number
  isOverBudget = false

  constructor(maxSteps: number) {
    this.#stepsLeft = maxSteps
  }

  vertex(): Vertex {
    this.#values.push(undefined)
    return this.#values.length - 1
  }

  valuesOf(vertex: Vertex): Iterable<Value> {
    return this.#values[vertex] ?? []
  }

  add(vertex: Vertex, value: Value): void {
    if (vertex === nowhere) return
    const values = (this.#values[vertex] ??= new Set())
    if (values.has(value)) return
    values.add(value)
    this.#queue.push([vertex, value])
  }

  edge(from: Vertex, to: Vertex): void {
    if (from === nowhere || to === nowhere || from === to) return
    const next = (this.#next[from] ??= new Set())
    if (next.has(to)) return
    next.add(to)
    for (const value of this.#values[from] ?? []) this.add(to, value)
  }

  /** Calls `watcher` once for each value that reaches the vertex, now or later. */
  watch(vertex: Vertex, watcher: Watcher): void {
    if (vertex === nowhere) return
    const watchers = (this.#watchers[vertex] ??= [])
    watchers.push(watcher)
    for (const value of Array.from(this.#values[vertex] ?? [])) watcher(value)
  }

  solve(): void {
    for (let item = this.#queue.pop(); item; item = this.#queue.pop()) {
      if (--this.#stepsLeft < 0) {
        this.isOverBudget = true
        return
      }
      const [vertex, value] = item
      for (const to of this.#next[vertex] ?? []) this.add(to, value)
      for (const watcher of Array.from(this.#watchers[vertex] ?? [])) watcher(value)
    }
  }
}

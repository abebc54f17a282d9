import { FlowGraph } from './flow-graph.ts'
import { isWholeModule } from './host-surface.ts'
import { isLibrary } from './partitions.ts'
import type { Variable } from './scopes.ts'
import { nowhere, type Value, type Vertex } from './values.ts'

type Stored = Value & { kind: 'stored' }
type Host = Value & { kind: 'host' }

/** The named places of a script: variables, and per partition one place for each property name and one for all elements. */
export class FlowPlaces {
  readonly graph: FlowGraph
  readonly #variables = new Map<Variable | string, Vertex>()
  readonly #properties = new Map<string, Vertex>()
  readonly #elements = new Map<string, Vertex>()
  readonly #everything = new Map<string, Vertex>()
  readonly #stored = new Map<string, Stored>()
  readonly #hosts = new Map<string, Host>()
  readonly #libraries = new Map<string, Value>()
  readonly #proxied = new Map<string, Vertex>()

  constructor(graph: FlowGraph) {
    this.graph = graph
  }

  /** A variable, or a global by its name. */
  variable(of: Variable | string): Vertex {
    return this.#in(this.#variables, of)
  }

  property(partition: string, name: string): Vertex {
    if (name === 'prototype' || name === 'constructor' || name === '__proto__') return nowhere
    const key = `${partition}\0${name}`
    const known = this.#properties.get(key)
    if (known !== undefined) return known
    const made = this.#in(this.#properties, key)
    this.graph.edge(made, this.everything(partition))
    return made
  }

  element(partition: string): Vertex {
    return this.#in(this.#elements, partition)
  }

  /** All that properties and elements of the partition hold. */
  everything(partition: string): Vertex {
    const known = this.#everything.get(partition)
    if (known !== undefined) return known
    const made = this.#in(this.#everything, partition)
    this.graph.edge(this.element(partition), made)
    return made
  }

  /** Where the results of a partition's proxies' `get` traps go: any property read may give them. */
  proxied(partition: string): Vertex {
    return this.#in(this.#proxied, partition)
  }

  stored(partition: string): Value {
    const known = this.#stored.get(partition)
    if (known) return known
    const made: Stored = { kind: 'stored', partition, params: [], returned: this.graph.vertex() }
    this.#stored.set(partition, made)
    this.graph.watch(this.everything(partition), (value) => {
      if (value.kind !== 'function') return
      value.of.params.forEach((param, index) => this.graph.edge(this.storedParam(made, index), param))
      this.graph.edge(value.of.returned, made.returned)
    })
    return made
  }

  storedParam(stored: Stored, index: number): Vertex {
    while (stored.params.length <= index) stored.params.push(this.graph.vertex())
    return stored.params[index] ?? nowhere
  }

  host(module: string, path: string): Value {
    const key = `${module}#${path}`
    const made = this.#hosts.get(key) ?? ({ kind: 'host', module, path } as const)
    this.#hosts.set(key, made)
    return made
  }

  library(partition: string): Value {
    const made = this.#libraries.get(partition) ?? ({ kind: 'library', partition } as const)
    this.#libraries.set(partition, made)
    return made
  }

  /** `to` may get any function that the partition stores. */
  readStored(partition: string, to: Vertex): void {
    this.graph.add(to, this.stored(partition))
  }

  /** `object.name`, read by code of `partition`; `name` is `undefined` for a computed one. */
  readProperty(read: { object: Vertex; name: string | undefined; to: Vertex; partition: string }): void {
    const { object, name, to, partition } = read
    this.graph.edge(this.proxied(partition), to)
    if (name === undefined) this.readStored(partition, to)
    else this.graph.edge(this.property(partition, name), to)
    this.graph.watch(object, (value) => {
      if (value.kind === 'host') this.#readHost(value, name, to)
      else if (value.kind === 'library' && value.partition !== partition) this.#readLibrary(value.partition, name, to)
    })
  }

  #readHost(value: Host, name: string | undefined, to: Vertex): void {
    if (!isWholeModule(value.path)) return
    if (name === 'default') this.graph.add(to, value)
    else this.graph.add(to, this.host(value.module, name ?? '[dynamic]'))
  }

  #readLibrary(partition: string, name: string | undefined, to: Vertex): void {
    this.graph.add(to, this.library(partition))
    if (name === undefined) return this.readStored(partition, to)
    const property = this.property(partition, name)
    this.graph.edge(property, to)
    // A getter without parameters, as esbuild's export objects have.
    this.graph.watch(property, (value) => {
      if (value.kind === 'function' && value.of.params.length === 0) this.graph.edge(value.of.returned, to)
    })
  }

  /** An object that goes into another partition: its members are found there by their names. */
  bridge(from: Vertex, partition: string): void {
    this.graph.watch(from, (value) => {
      if (value.kind !== 'object' || value.partition === partition) return
      for (const { name, vertex } of value.members) {
        if (name !== undefined) this.graph.edge(vertex, this.property(partition, name))
      }
    })
  }

  /** What a package gives to the script is a thing of the package. */
  markForeign(partition: string, to: Vertex, reader: string): void {
    if (partition !== reader && isLibrary(partition)) this.graph.add(to, this.library(partition))
  }

  #in<Key>(places: Map<Key, Vertex>, key: Key): Vertex {
    const known = places.get(key)
    if (known !== undefined) return known
    const made = this.graph.vertex()
    places.set(key, made)
    return made
  }
}

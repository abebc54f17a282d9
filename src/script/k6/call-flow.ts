import type { FlowPlaces } from './flow-places.ts'
import { steppedMethods } from './host-surface.ts'
import type { CallSite } from './program-facts.ts'
import { bare, isFunction, keyName, type Node } from './syntax.ts'
import { nowhere, type FunctionFacts, type Value, type Vertex } from './values.ts'

/** Methods whose result may be something that a container held. */
const containerReads = new Set(
  (
    'at pop shift find findLast slice splice concat flat flatMap filter map reduce reduceRight sort reverse toSorted ' +
    'toSpliced with values entries next get assign fromEntries freeze create seal from of apply call set construct ' +
    'getOwnPropertyDescriptor'
  ).split(' '),
)
const containerWrites = new Set(['push', 'unshift', 'add', 'set', 'fill', 'splice', 'concat'])
const passingOn = new Set(['assign', 'freeze', 'seal', 'create', 'entries', 'values'])

export interface CallParts {
  readonly site: CallSite
  readonly argNodes: readonly Node[]
  readonly result: Vertex
  /** `f` of `f.call(...)`, `f.apply(...)`, `f.bind(...)`. */
  readonly receiver: Vertex
}

/** How arguments and results flow at calls. */
export class CallFlow {
  readonly #places: FlowPlaces
  readonly #functionOf: (node: Node) => FunctionFacts | undefined

  constructor(places: FlowPlaces, functionOf: (node: Node) => FunctionFacts | undefined) {
    this.#places = places
    this.#functionOf = functionOf
  }

  connect(call: CallParts): void {
    const { site, result } = call
    const { graph } = this.#places
    graph.watch(site.callee, (value) => this.#reach(call, value, 0))
    if (site.methodName !== undefined && ['call', 'apply', 'bind'].includes(site.methodName)) this.#indirect(call)
    if (site.methodName === undefined || containerReads.has(site.methodName)) this.#places.readStored(site.partition, result)
    for (const arg of site.args) this.#argument(call, arg)
    const calleeName = site.node.type === 'TaggedTemplateExpression' ? '' : bare(site.node.callee).name
    if (calleeName === 'Proxy') this.#proxy(call)
    if (site.methodName === 'defineProperty') this.#defineProperty(call)
    if (site.methodName === 'apply' && bare(bare(site.node.callee).object).name === 'Reflect') {
      graph.watch(site.args[0] ?? nowhere, (value) => this.#reach(call, value, undefined))
    }
  }

  /** `shift`: how many arguments come before the callee's own; `undefined` when they come as a list. */
  #reach(call: CallParts, value: Value, shift: number | undefined): void {
    const { site, result } = call
    const { graph } = this.#places
    switch (value.kind) {
      case 'stored':
        site.stored.add(value.partition)
        if (shift !== undefined) {
          site.args.slice(shift).forEach((arg, index) => graph.edge(arg, this.#places.storedParam(value, index)))
        }
        graph.edge(value.returned, result)
        return
      case 'function':
        this.#enter(call, value.of, shift)
        graph.edge(value.of.returned, result)
        this.#places.markForeign(value.of.partition, result, site.partition)
        return
      case 'class':
        if (value.constructorOf) this.#enter(call, value.constructorOf, shift)
        this.#places.markForeign(value.partition, result, site.partition)
        return
      case 'host':
        site.hosts.add(value)
        // The host calls callbacks with things of its own.
        for (const arg of site.args) this.#feedFromStore(site, arg)
        return
      case 'library':
        if (value.partition !== site.partition) graph.add(result, value)
        return
      case 'object':
        return
      default:
        value satisfies never
    }
  }

  #enter({ site }: CallParts, callee: FunctionFacts, shift: number | undefined): void {
    if (site.functions.has(callee)) return
    site.functions.add(callee)
    const { graph } = this.#places
    if (site.hasSpread || shift === undefined) {
      for (const param of callee.params) this.#places.readStored(site.partition, param)
      for (const arg of site.args) for (const param of callee.params) graph.edge(arg, param)
      return
    }
    site.args.slice(shift).forEach((arg, index) => {
      const isRest = callee.rest !== nowhere && index >= callee.params.length - 1
      graph.edge(arg, isRest ? callee.rest : (callee.params[index] ?? nowhere))
      if (callee.partition !== site.partition) this.#places.bridge(arg, callee.partition)
    })
  }

  #indirect(call: CallParts): void {
    const { site, receiver, result } = call
    this.#places.graph.watch(receiver, (value) => {
      if (site.methodName === 'call') return this.#reach(call, value, 1)
      if (site.methodName === 'apply') return this.#reach(call, value, undefined)
      this.#places.graph.add(result, value)
      if (value.kind === 'function') this.#enter(call, value.of, 1)
    })
  }

  #argument({ site, result }: CallParts, arg: Vertex): void {
    const { graph } = this.#places
    const name = site.methodName ?? ''
    if (steppedMethods.has(name) || name === 'from') {
      graph.watch(arg, (value) => {
        if (value.kind !== 'function') return
        for (const param of value.of.params) this.#places.readStored(site.partition, param)
        graph.edge(value.of.returned, result)
        graph.edge(value.of.returned, this.#places.element(site.partition))
      })
    }
    if (containerWrites.has(name) || site.node.type === 'NewExpression') graph.edge(arg, this.#places.element(site.partition))
    if (passingOn.has(name)) graph.edge(arg, result)
  }

  #feedFromStore(site: CallSite, arg: Vertex): void {
    this.#places.graph.watch(arg, (value) => {
      if (value.kind === 'function') for (const param of value.of.params) this.#places.readStored(site.partition, param)
    })
  }

  #proxy({ site, argNodes, result }: CallParts): void {
    const { graph } = this.#places
    graph.edge(site.args[0] ?? nowhere, result)
    const traps = argNodes[1] ? bare(argNodes[1]) : undefined
    if (traps?.type !== 'ObjectExpression') return
    for (const trap of traps.properties) {
      const facts = trap.type === 'Property' ? this.#functionOf(trap.value) : undefined
      if (!facts) continue
      if (trap.key.name === 'get') graph.edge(facts.returned, this.#places.proxied(site.partition))
      if (trap.key.name === 'apply') graph.add(result, { kind: 'function', of: facts })
    }
  }

  #defineProperty({ site, argNodes }: CallParts): void {
    const [, key, descriptor] = argNodes
    if (!key || descriptor?.type !== 'ObjectExpression') return
    const name = keyName(key, true)
    const { graph } = this.#places
    const place = name === undefined ? this.#places.element(site.partition) : this.#places.property(site.partition, name)
    for (const property of descriptor.properties) {
      const facts = property.type === 'Property' && isFunction(property.value) ? this.#functionOf(property.value) : undefined
      if (!facts) continue
      if (property.key.name === 'get') graph.edge(facts.returned, place)
      if (property.key.name === 'value') graph.add(place, { kind: 'function', of: facts })
    }
  }
}

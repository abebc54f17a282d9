import type { FlowPlaces } from './flow-places.ts'
import type { Node } from './syntax.ts'
import { nowhere, type FunctionFacts, type Value, type Vertex } from './values.ts'

interface WrapperCall {
  readonly node: Node
  readonly name: string
  readonly args: readonly Vertex[]
  readonly argNodes: readonly Node[]
  readonly partition: string
}

/** What flows through the functions that esbuild wraps modules in: `__commonJS({...})`, `__toESM(require_x())`, `__export(...)`. */
export class EsbuildWrappers {
  readonly #places: FlowPlaces
  readonly #functionOf: (node: Node) => FunctionFacts | undefined

  constructor(places: FlowPlaces, functionOf: (node: Node) => FunctionFacts | undefined) {
    this.#places = places
    this.#functionOf = functionOf
  }

  call({ node, name, args, argNodes, partition }: WrapperCall): Vertex {
    const { graph } = this.#places
    const result = graph.vertex()
    const [first = nowhere, second = nowhere] = args
    if (/^__(?:toESM|toCommonJS)/.test(name)) {
      graph.edge(first, result)
      graph.edge(first, this.#places.property(partition, 'default'))
    } else if (name.startsWith('__commonJS')) this.#commonJs(node, argNodes[0], result)
    else if (name.startsWith('__export')) graph.watch(second, (value) => this.#exported(value, partition))
    return result
  }

  /** `{ name: () => value }`: each property is what its getter returns. */
  #exported(value: Value, partition: string): void {
    if (value.kind !== 'object') return
    const { graph } = this.#places
    for (const { name, vertex } of value.members) {
      const place = name === undefined ? this.#places.element(partition) : this.#places.property(partition, name)
      graph.watch(vertex, (each) => {
        if (each.kind === 'function') graph.edge(each.of.returned, place)
      })
    }
  }

  /** A made-up function that returns what the module stored in `exports`. */
  #commonJs(node: Node, modules: Node | undefined, result: Vertex): void {
    const { graph } = this.#places
    const body = modules?.type === 'ObjectExpression' ? modules.properties[0]?.value : undefined
    const partition = (body && this.#functionOf(body)?.partition) ?? 'user'
    const wrapper: FunctionFacts = {
      node,
      partition: 'helpers',
      params: [],
      rest: nowhere,
      returned: graph.vertex(),
      outer: undefined,
      member: undefined,
      name: '',
      cannotWait: undefined,
    }
    graph.edge(this.#places.property(partition, 'exports'), wrapper.returned)
    if (partition !== 'user') graph.add(wrapper.returned, this.#places.library(partition))
    graph.add(result, { kind: 'function', of: wrapper })
  }
}

export function isEsbuildWrapper(target: Node): boolean {
  return target.type === 'Identifier' && /^__(?:commonJS|toESM|toCommonJS|esm|export|copyProps)(?:Min)?\d*$/.test(target.name)
}

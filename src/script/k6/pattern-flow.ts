import type { FlowPlaces } from './flow-places.ts'
import { isGlobalObject, type Scopes, type Variable } from './scopes.ts'
import { keyName, type Node } from './syntax.ts'
import type { Vertex } from './values.ts'

/** How a value flows into what is on the left of `=`. */
export class PatternFlow {
  readonly #places: FlowPlaces
  readonly #scopes: Scopes
  readonly #visit: (node: Node) => Vertex

  constructor(places: FlowPlaces, scopes: Scopes, visit: (node: Node) => Vertex) {
    this.#places = places
    this.#scopes = scopes
    this.#visit = visit
  }

  #assignMember(node: Node, value: Vertex, partition: string): void {
    this.#visit(node.object)
    if (node.computed) this.#visit(node.property)
    const name = keyName(node.property, node.computed)
    if (name !== undefined && isGlobalObject(node.object, this.#scopes))
      this.#places.graph.edge(value, this.#places.variable(name))
    this.#places.graph.edge(value, name === undefined ? this.#places.element(partition) : this.#places.property(partition, name))
  }

  bind(pattern: Node, value: Vertex, partition: string): void {
    switch (pattern.type) {
      case 'Identifier': {
        const variable: Variable | string = this.#scopes.variableOf.get(pattern) ?? pattern.name
        return this.#places.graph.edge(value, this.#places.variable(variable))
      }
      case 'MemberExpression':
        return this.#assignMember(pattern, value, partition)
      case 'ParenthesizedExpression':
        return this.bind(pattern.expression, value, partition)
      case 'AssignmentPattern':
        this.bind(pattern.left, this.#visit(pattern.right), partition)
        return this.bind(pattern.left, value, partition)
      case 'RestElement':
        if (pattern.argument) this.bind(pattern.argument, value, partition)
        return
      case 'ObjectPattern':
        for (const property of pattern.properties) this.#bindProperty(property, value, partition)
        return
      case 'ArrayPattern':
        for (const element of pattern.elements) {
          if (!element) continue
          const each = this.#places.graph.vertex()
          this.#places.readStored(partition, each)
          this.bind(element, element.type === 'RestElement' ? value : each, partition)
        }
        return
      default:
    }
  }

  #bindProperty(property: Node, value: Vertex, partition: string): void {
    if (property.type === 'RestElement') return this.bind(property, value, partition)
    if (property.computed) this.#visit(property.key)
    const to = this.#places.graph.vertex()
    this.#places.readProperty({ object: value, name: keyName(property.key, property.computed), to, partition })
    this.bind(property.value, to, partition)
  }
}

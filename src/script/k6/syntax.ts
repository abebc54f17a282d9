import { createRequire } from 'node:module'

/** A node of the syntax tree (ESTree, offsets in UTF-16 units). A node has the fields of its `type` only: read no others. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly name: string
  readonly kind: string
  readonly operator: string
  readonly computed: boolean
  readonly optional: boolean
  readonly shorthand: boolean
  readonly method: boolean
  readonly async: boolean
  readonly generator: boolean
  readonly await: boolean
  readonly id: Node | null
  readonly superClass: Node | null
  readonly argument: Node | null
  readonly init: Node | null
  readonly declaration: Node | null
  readonly body: Node
  readonly callee: Node
  readonly consequent: Node
  readonly alternate: Node
  readonly expression: Node
  readonly imported: Node
  readonly key: Node
  readonly label: Node | null
  readonly left: Node
  readonly local: Node
  readonly object: Node
  readonly param: Node | null
  readonly property: Node
  readonly quasi: Node
  readonly right: Node
  readonly source: Node
  readonly tag: Node
  readonly value: Node
  readonly arguments: readonly Node[]
  readonly declarations: readonly Node[]
  readonly elements: readonly (Node | null)[]
  readonly expressions: readonly Node[]
  readonly params: readonly Node[]
  readonly properties: readonly Node[]
  readonly specifiers: readonly Node[]
}

/** Parses an ES module. Throws a plain `Error` when the text is no module: esbuild printed it, so it should be. */
export function parseModule(code: string): Node {
  // By `require`, on use: a run of a native script never needs the parser.
  const { parseSync } = createRequire(import.meta.url)('oxc-parser') as typeof import('oxc-parser')
  const { program, errors } = parseSync('script.js', code, { sourceType: 'module', preserveParens: true })
  const [first] = errors
  if (first) throw new Error(`the bundled script does not parse: ${first.message}`)
  return program as unknown as Node
}

/** The nodes directly below, in the order of the source. */
export function* childrenOf(node: Node): Generator<Node> {
  for (const key in node) {
    const value: unknown = node[key as keyof Node]
    if (Array.isArray(value)) {
      for (const each of value as unknown[]) if (isNode(each)) yield each
    } else if (isNode(value)) yield value
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

export function isFunction(node: Node): boolean {
  return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
}

export function isClass(node: Node): boolean {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression'
}

/** The statements or members of a program, block, class body or static block. */
export function listBody(node: Node): readonly Node[] {
  return node.body as unknown as readonly Node[]
}

/** Without the parentheses and chain marks around it. */
export function bare(node: Node): Node {
  let inner = node
  while (inner.type === 'ParenthesizedExpression' || inner.type === 'ChainExpression') inner = inner.expression
  return inner
}

/** The value of a literal as text. */
export function literalText(literal: Node): string {
  return `${literal.value as unknown as string | number}`
}

/** The text that a property key or computed member spells; `undefined` when only the run can tell. Numbers count as unknown. */
export function keyName(key: Node, isComputed: boolean): string | undefined {
  if (!isComputed) return key.type === 'Literal' ? literalText(key) : key.type === 'PrivateIdentifier' ? `#${key.name}` : key.name
  const inner = bare(key)
  if (inner.type === 'Literal') return typeof inner.value === 'string' ? inner.value : undefined
  if (inner.type === 'MemberExpression' && !inner.computed && inner.object.name === 'Symbol') return `@@${inner.property.name}`
  return undefined
}

import { CallFlow } from './call-flow.ts'
import { EsbuildWrappers, isEsbuildWrapper } from './esbuild-wrappers.ts'
import { FlowGraph } from './flow-graph.ts'
import { FlowPlaces } from './flow-places.ts'
import { isPromiseModule } from './host-surface.ts'
import { PatternFlow } from './pattern-flow.ts'
import { partitionFinder } from './partitions.ts'
import { newSite, type CallSite, type ProgramFacts } from './program-facts.ts'
import { isGlobalObject, type Scopes } from './scopes.ts'
import { bare, childrenOf, isClass, isFunction, keyName, listBody, literalText, type Node } from './syntax.ts'
import { nowhere, type FunctionFacts, type Member, type Value, type Vertex } from './values.ts'

/** Methods that the language calls by itself, at places that cannot wait. */
const calledByLanguage = new Set(['toJSON', 'toString', 'valueOf', '@@toPrimitive', '@@iterator', '@@hasInstance'])
const promiseGlobals = new Set(['Promise', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch'])

/** Walks a script and finds what may flow where. */
export class FlowBuilder implements ProgramFacts {
  readonly functions = new Map<Node, FunctionFacts>()
  readonly sites: CallSite[] = []
  readonly modules = new Set<string>()
  readonly awaits: { node: Node; within: FunctionFacts | undefined }[] = []
  readonly awaitLoops: { node: Node; within: FunctionFacts | undefined }[] = []
  readonly returns: { node: Node; within: FunctionFacts }[] = []
  isMixing = false
  readonly graph: FlowGraph
  readonly #places: FlowPlaces
  readonly #calls: CallFlow
  readonly #patterns: PatternFlow
  readonly #wrappers: EsbuildWrappers
  readonly #scopes: Scopes
  readonly #partitionAt: (offset: number) => string
  readonly #values = new Map<Node, Value>()
  #partition = 'user'
  #within: FunctionFacts | undefined
  #position: CallSite['position'] = 'body'

  constructor(code: string, scopes: Scopes, maxSteps: number) {
    this.graph = new FlowGraph(maxSteps)
    this.#places = new FlowPlaces(this.graph)
    this.#calls = new CallFlow(this.#places, (node) => this.functions.get(node))
    this.#patterns = new PatternFlow(this.#places, scopes, (node) => this.#visit(node))
    this.#wrappers = new EsbuildWrappers(this.#places, (node) => this.functions.get(node))
    this.#scopes = scopes
    this.#partitionAt = partitionFinder(code)
  }

  program(node: Node): void {
    for (const statement of listBody(node)) {
      this.#partition = this.#partitionAt(statement.start)
      this.#visit(statement)
    }
    this.graph.solve()
  }

  valuesOf(vertex: Vertex): Iterable<Value> {
    return this.graph.valuesOf(vertex)
  }
  storedFunctions(partition: string): readonly Value[] {
    return [...this.graph.valuesOf(this.#places.everything(partition))]
  }
  elementValues(partition: string): Iterable<Value> {
    return this.graph.valuesOf(this.#places.element(partition))
  }

  /** Visits a node and says where its value is to be found. */
  #visit(node: Node): Vertex {
    if (isFunction(node)) return this.#functionValue(node, {})
    if (isClass(node)) return this.#class(node)
    switch (node.type) {
      case 'Identifier':
        return this.#identifier(node)
      case 'ParenthesizedExpression':
      case 'ChainExpression':
        return this.#visit(node.expression)
      case 'MemberExpression':
        return this.#member(node)
      case 'CallExpression':
      case 'NewExpression':
        return this.#call(node, node.callee, node.arguments)
      case 'TaggedTemplateExpression':
        return this.#call(node, node.tag, node.quasi.expressions)
      case 'ObjectExpression':
        return this.#object(node)
      case 'ArrayExpression':
        for (const element of node.elements)
          if (element) this.graph.edge(this.#visit(element), this.#places.element(this.#partition))
        return nowhere
      case 'SpreadElement': {
        this.#iteration(node, 'spread')
        return node.argument ? this.#visit(node.argument) : nowhere
      }
      case 'ConditionalExpression':
        this.#visit((node as unknown as { test: Node }).test)
        return this.#either(this.#visit(node.consequent), this.#visit(node.alternate))
      case 'LogicalExpression':
        return this.#either(this.#visit(node.left), this.#visit(node.right))
      case 'SequenceExpression':
        return node.expressions.reduce((_last, each) => this.#visit(each), nowhere)
      case 'AssignmentExpression': {
        const value = this.#visit(node.right)
        this.#bind(node.left, value)
        return value
      }
      case 'AwaitExpression':
        this.isMixing = true
        this.awaits.push({ node, within: this.#within })
        return node.argument ? this.#visit(node.argument) : nowhere
      case 'YieldExpression':
        if (node.argument) this.graph.edge(this.#visit(node.argument), this.#places.element(this.#partition))
        return nowhere
      default:
        this.#statement(node)
        return nowhere
    }
  }

  #statement(node: Node): void {
    switch (node.type) {
      case 'VariableDeclarator': {
        const value = node.init ? this.#visit(node.init) : nowhere
        if (node.id) this.#bind(node.id, value)
        return
      }
      case 'ReturnStatement':
        if (this.#within && node.argument) {
          this.returns.push({ node, within: this.#within })
          this.graph.edge(this.#visit(node.argument), this.#within.returned)
        }
        return
      case 'ForOfStatement':
        if (node.await) {
          this.isMixing = true
          this.awaitLoops.push({ node, within: this.#within })
        } else this.#iteration(node, this.#position)
        return this.#loop(node, true)
      case 'ForInStatement':
        return this.#loop(node, false)
      case 'ImportDeclaration':
        return this.#import(node)
      case 'ExportNamedDeclaration':
      case 'ExportDefaultDeclaration':
        if (node.declaration) this.#visit(node.declaration)
        return
      case 'ImportExpression':
        this.isMixing = true
        break
      case 'LabeledStatement':
        this.#visit(node.body)
        return
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'ExportAllDeclaration':
      case 'MetaProperty':
        return
      default:
    }
    for (const child of childrenOf(node)) this.#visit(child)
  }

  /** `for...of` and spread call `next` of whatever iterator there is. */
  #iteration(node: Node, position: CallSite['position']): void {
    const callee = this.#places.property(this.#partition, 'next')
    const site = newSite({ node, within: this.#within, partition: this.#partition, callee, position })
    this.sites.push(site)
    this.graph.watch(site.callee, (value) => {
      if (value.kind === 'function') site.functions.add(value.of)
    })
  }

  #loop(node: Node, isOverValues: boolean): void {
    this.#visit(node.right)
    const each = this.graph.vertex()
    if (isOverValues) this.#places.readStored(this.#partition, each)
    const left = node.left.type === 'VariableDeclaration' ? node.left.declarations[0]?.id : node.left
    if (left) this.#bind(left, each)
    this.#visit(node.body)
  }

  #import(node: Node): void {
    const module = literalText(node.source)
    this.modules.add(module)
    if (isPromiseModule(module)) this.isMixing = true
    for (const specifier of node.specifiers) {
      const variable = this.#scopes.variableOf.get(specifier.local)
      const imported =
        specifier.type === 'ImportSpecifier'
          ? (keyName(specifier.imported, false) ?? '*')
          : specifier.type === 'ImportNamespaceSpecifier'
            ? '*'
            : 'default'
      if (variable) this.graph.add(this.#places.variable(variable), this.#places.host(module, imported))
    }
  }

  #identifier(node: Node): Vertex {
    const variable = this.#scopes.variableOf.get(node)
    if (variable?.name === 'arguments') this.#feedArguments()
    if (variable) return variable.name === 'arguments' ? this.#places.element(this.#partition) : this.#places.variable(variable)
    if (promiseGlobals.has(node.name)) this.isMixing = true
    return this.#places.variable(node.name)
  }

  /** `arguments[i]` is an element like any other. */
  #feedArguments(): void {
    let owner = this.#within
    while (owner?.node.type === 'ArrowFunctionExpression') owner = owner.outer
    for (const param of owner?.params ?? []) this.graph.edge(param, this.#places.element(this.#partition))
  }

  #either(one: Vertex, other: Vertex): Vertex {
    const both = this.graph.vertex()
    this.graph.edge(one, both)
    this.graph.edge(other, both)
    return both
  }

  #member(node: Node): Vertex {
    const object = this.#visit(node.object)
    if (node.computed) this.#visit(node.property)
    const to = this.graph.vertex()
    const name = keyName(node.property, node.computed)
    if (name !== undefined && isGlobalObject(node.object, this.#scopes)) this.graph.edge(this.#places.variable(name), to)
    this.#places.readProperty({ object, name, to, partition: this.#partition })
    return to
  }

  #place(name: string | undefined): Vertex {
    return name === undefined ? this.#places.element(this.#partition) : this.#places.property(this.#partition, name)
  }

  #bind(pattern: Node, value: Vertex): void {
    this.#patterns.bind(pattern, value, this.#partition)
  }

  #object(node: Node): Vertex {
    const result = this.graph.vertex()
    const members: Member[] = []
    for (const property of node.properties) {
      if (property.type === 'SpreadElement') {
        // Copies properties, iterates nothing.
        if (property.argument) this.graph.edge(this.#visit(property.argument), result)
        continue
      }
      if (property.computed) this.#visit(property.key)
      const name = keyName(property.key, property.computed)
      const vertex = this.#memberValue(property, name)
      this.graph.edge(vertex, this.#place(name))
      members.push({ name, vertex })
    }
    this.graph.add(result, { kind: 'object', members, partition: this.#partition })
    return result
  }

  /** The value of a property of an object literal, or of a method of a class. */
  #memberValue(member: Node, name: string | undefined): Vertex {
    const accessor = member.kind === 'get' ? 'getter' : member.kind === 'set' ? 'setter' : undefined
    const isMethod = member.method || member.type === 'MethodDefinition'
    if (!isFunction(member.value)) return this.#visit(member.value)
    const cannotWait =
      accessor ?? (member.kind === 'constructor' ? 'constructor' : calledByLanguage.has(name ?? '') ? name : undefined)
    const value = this.#functionValue(member.value, {
      ...(isMethod || accessor ? { member } : {}),
      ...(name === undefined ? {} : { name }),
      ...(cannotWait === undefined ? {} : { cannotWait: cannotWait.replace(/^@@(.*)$/, '[Symbol.$1]') }),
    })
    return accessor === 'getter' ? (this.functions.get(member.value)?.returned ?? nowhere) : accessor ? nowhere : value
  }

  #class(node: Node): Vertex {
    if (node.superClass) this.#visit(node.superClass)
    const outer = this.#position
    let constructorOf: FunctionFacts | undefined
    for (const member of listBody(node.body)) {
      if (member.type === 'StaticBlock') {
        this.#position = 'static'
        for (const statement of listBody(member)) this.#visit(statement)
      } else if (member.type === 'MethodDefinition') {
        this.#position = outer
        if (member.computed) this.#visit(member.key)
        const name = keyName(member.key, member.computed)
        const value = this.#memberValue(member, name)
        if (member.kind === 'constructor') constructorOf = this.functions.get(member.value)
        else this.graph.edge(value, this.#place(name))
      } else if (member.value as Node | null) {
        this.#position = outer
        if (member.computed) this.#visit(member.key)
        this.#position = 'field'
        this.graph.edge(this.#visit(member.value), this.#place(keyName(member.key, member.computed)))
      }
    }
    this.#position = outer
    const result = this.graph.vertex()
    this.graph.add(result, { kind: 'class', constructorOf, partition: this.#partition })
    const variable = node.id ? this.#scopes.variableOf.get(node.id) : undefined
    if (variable) this.graph.edge(result, this.#places.variable(variable))
    return result
  }

  #functionValue(node: Node, about: { member?: Node; name?: string; cannotWait?: string }): Vertex {
    const outer = { within: this.#within, partition: this.#partition, position: this.#position }
    if (outer.within === undefined) this.#partition = this.#partitionAt(node.start)
    const facts: FunctionFacts = {
      node,
      partition: this.#partition,
      params: [],
      rest: nowhere,
      returned: this.graph.vertex(),
      outer: outer.within,
      member: about.member,
      name: about.name ?? node.id?.name ?? '',
      cannotWait: about.cannotWait ?? (node.generator && !node.async ? 'generator' : undefined),
    }
    this.functions.set(node, facts)
    if (node.async) this.isMixing = true
    this.#within = facts
    this.#position = 'parameter'
    for (const param of node.params) this.#param(param, facts)
    this.#position = outer.position === 'commonjs' && !outer.within ? 'commonjs' : 'body'
    if (node.body.type === 'BlockStatement') this.#visit(node.body)
    else this.graph.edge(this.#visit(node.body), facts.returned)
    this.#within = outer.within
    this.#partition = outer.partition
    this.#position = outer.position
    const value = this.#valueOf(facts)
    const result = this.graph.vertex()
    this.graph.add(result, value)
    const variable = node.id ? this.#scopes.variableOf.get(node.id) : undefined
    if (variable) this.graph.add(this.#places.variable(variable), value)
    return result
  }

  #param(param: Node, facts: FunctionFacts): void {
    const vertex = this.graph.vertex()
    facts.params.push(vertex)
    if (param.type !== 'RestElement') return this.#bind(param, vertex)
    facts.rest = vertex
    this.graph.edge(vertex, this.#places.element(this.#partition))
    this.#bind(param, nowhere)
  }

  #valueOf(facts: FunctionFacts): Value {
    const known = this.#values.get(facts.node)
    const value: Value = known ?? { kind: 'function', of: facts }
    this.#values.set(facts.node, value)
    return value
  }

  #call(node: Node, calleeNode: Node, argNodes: readonly Node[]): Vertex {
    const target = bare(calleeNode)
    if (isEsbuildWrapper(target)) return this.#esbuildCall(node, target, argNodes)
    const receiver = this.graph.vertex()
    const callee = this.#callee(calleeNode, receiver)
    const result = this.graph.vertex()
    const site = newSite({
      node,
      within: this.#within,
      partition: this.#partition,
      callee,
      args: argNodes.map((arg) => this.#visit(arg)),
      hasSpread: argNodes.some(({ type }) => type === 'SpreadElement'),
      methodName: target.type === 'MemberExpression' ? keyName(target.property, target.computed) : undefined,
      position: this.#position,
      isBind: target.type === 'MemberExpression' && keyName(target.property, target.computed) === 'bind',
    })
    this.sites.push(site)
    const module =
      /^(?:__)?require\d*$/.test(target.name) && argNodes[0]?.type === 'Literal' ? literalText(argNodes[0]) : undefined
    if (module !== undefined) {
      this.modules.add(module)
      if (isPromiseModule(module)) this.isMixing = true
      this.graph.add(result, this.#places.host(module, '*'))
    }
    this.#calls.connect({ site, argNodes, result, receiver })
    return result
  }

  #callee(node: Node, receiver: Vertex): Vertex {
    const target = bare(node)
    if (target.type !== 'MemberExpression') return this.#visit(node)
    const object = this.#visit(target.object)
    this.graph.edge(object, receiver)
    if (target.computed) this.#visit(target.property)
    const to = this.graph.vertex()
    const name = keyName(target.property, target.computed)
    if (name !== undefined && isGlobalObject(target.object, this.#scopes)) this.graph.edge(this.#places.variable(name), to)
    this.#places.readProperty({ object, name, to, partition: this.#partition })
    return to
  }

  #esbuildCall(node: Node, target: Node, argNodes: readonly Node[]): Vertex {
    const outer = this.#position
    if (/^__(?:commonJS|esm)/.test(target.name)) this.#position = 'commonjs'
    const args = argNodes.map((arg) => this.#visit(arg))
    this.#position = outer
    return this.#wrappers.call({ node, name: target.name, args, argNodes, partition: this.#partition })
  }
}

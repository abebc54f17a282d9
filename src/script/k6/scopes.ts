import { childrenOf, isClass, isFunction, listBody, type Node } from './syntax.ts'

/** A declared name. */
export interface Variable {
  readonly name: string
}

/** A use of a name that nothing declares. */
export interface FreeReference {
  readonly node: Node
  readonly parent: Node
}

export interface Scopes {
  /** Declared names, by each identifier that declares or uses them. */
  readonly variableOf: ReadonlyMap<Node, Variable>
  readonly free: readonly FreeReference[]
}

type Scope = { readonly names: Map<string, Variable>; readonly outer: Scope | undefined }

/** Tells which identifier means which variable, by the rules of modules (strict mode). */
export function resolveScopes(program: Node): Scopes {
  const resolver = new Resolver()
  resolver.program(program)
  return resolver
}

/** `globalThis` or `global`, where the script does not mean something else by it. */
export function isGlobalObject(node: Node, scopes: Scopes): boolean {
  return (node.name === 'globalThis' || node.name === 'global') && !scopes.variableOf.has(node)
}

class Resolver implements Scopes {
  readonly variableOf = new Map<Node, Variable>()
  readonly free: FreeReference[] = []

  program(node: Node): void {
    const scope = open(undefined)
    declareVars(node, scope)
    declareLexicals(listBody(node), scope)
    for (const child of childrenOf(node)) this.visit(child, node, scope)
  }

  visit(node: Node, parent: Node, scope: Scope): void {
    if (node.type === 'Identifier') return this.#reference(node, parent, scope)
    if (isFunction(node)) return this.#function(node, scope)
    if (isClass(node)) return this.#class(node, scope)
    switch (node.type) {
      case 'BlockStatement':
      case 'StaticBlock':
        return this.#block(node, listBody(node), scope)
      case 'SwitchStatement':
        return this.#block(
          node,
          [...childrenOf(node)].slice(1).flatMap((each) => each.consequent as unknown as Node[]),
          scope,
        )
      case 'ForStatement':
        return this.#block(node, node.init ? [node.init] : [], scope)
      case 'ForInStatement':
      case 'ForOfStatement':
        return this.#block(node, [node.left], scope)
      case 'CatchClause': {
        const inner = open(scope)
        if (node.param) declarePattern(node.param, inner)
        return this.#children(node, inner)
      }
      case 'MemberExpression':
        this.visit(node.object, node, scope)
        if (node.computed) this.visit(node.property, node, scope)
        return
      case 'Property':
      case 'MethodDefinition':
      case 'PropertyDefinition':
      case 'AccessorProperty':
        if (node.computed) this.visit(node.key, node, scope)
        // A field without a value has `null` here.
        if (node.value as Node | null) this.visit(node.value, node, scope)
        return
      case 'ImportDeclaration':
        for (const specifier of node.specifiers) this.visit(specifier.local, specifier, scope)
        return
      case 'ExportNamedDeclaration':
        if (node.declaration) this.visit(node.declaration, node, scope)
        // `source` stays null for a list of the module's own names.
        else if (!(node.source as Node | null)) {
          for (const specifier of node.specifiers) this.visit(specifier.local, specifier, scope)
        }
        return
      case 'LabeledStatement':
        return this.visit(node.body, node, scope)
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
        return
      default:
        return this.#children(node, scope)
    }
  }

  #children(node: Node, scope: Scope): void {
    for (const child of childrenOf(node)) this.visit(child, node, scope)
  }

  #block(node: Node, declaring: readonly Node[], outer: Scope): void {
    const scope = open(outer)
    declareLexicals(declaring, scope)
    this.#children(node, scope)
  }

  #function(node: Node, outer: Scope): void {
    const scope = open(outer)
    if (node.id) {
      if (node.type === 'FunctionExpression') declare(node.id.name, scope)
      this.#reference(node.id, node, scope)
    }
    const inner = open(scope)
    for (const param of node.params) declarePattern(param, inner)
    if (node.type !== 'ArrowFunctionExpression') declare('arguments', inner)
    declareVars(node.body, inner)
    for (const param of node.params) this.visit(param, node, inner)
    this.visit(node.body, node, inner)
  }

  #class(node: Node, outer: Scope): void {
    const scope = open(outer)
    if (node.id) {
      declare(node.id.name, scope)
      // Inside and outside of the class, its name means the same.
      const known = lookUp(node.id.name, outer)
      if (node.type === 'ClassDeclaration' && known) scope.names.set(node.id.name, known)
      this.#reference(node.id, node, scope)
    }
    if (node.superClass) this.visit(node.superClass, node, scope)
    for (const member of listBody(node.body)) this.visit(member, node, scope)
  }

  #reference(node: Node, parent: Node, scope: Scope): void {
    const variable = lookUp(node.name, scope)
    if (variable) this.variableOf.set(node, variable)
    else this.free.push({ node, parent })
  }
}

function open(outer: Scope | undefined): Scope {
  return { names: new Map(), outer }
}

function lookUp(name: string, from: Scope): Variable | undefined {
  for (let scope: Scope | undefined = from; scope; scope = scope.outer) {
    const found = scope.names.get(name)
    if (found) return found
  }
  return undefined
}

function declare(name: string, scope: Scope): void {
  if (!scope.names.has(name)) scope.names.set(name, { name })
}

/** Names that a binding pattern introduces. */
function declarePattern(pattern: Node, scope: Scope): void {
  switch (pattern.type) {
    case 'Identifier':
      return declare(pattern.name, scope)
    case 'AssignmentPattern':
      return declarePattern(pattern.left, scope)
    case 'RestElement':
      if (pattern.argument) declarePattern(pattern.argument, scope)
      return
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        declarePattern(property.type === 'RestElement' ? property : property.value, scope)
      }
      return
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element) declarePattern(element, scope)
      return
    default:
  }
}

/** `let`, `const`, classes, functions and imports that stand directly in a list of statements. */
function declareLexicals(statements: readonly Node[], scope: Scope): void {
  for (const statement of statements) {
    const node = statement.type.startsWith('Export') && statement.declaration ? statement.declaration : statement
    if (node.type === 'VariableDeclaration' && node.kind !== 'var') {
      for (const declarator of node.declarations) if (declarator.id) declarePattern(declarator.id, scope)
    } else if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
      if (node.id) declare(node.id.name, scope)
    } else if (node.type === 'ImportDeclaration') {
      for (const specifier of node.specifiers) declare(specifier.local.name, scope)
    }
  }
}

/** `var` of a function, however deep in its blocks, and the functions that stand directly in its body. */
function declareVars(node: Node, scope: Scope): void {
  if (node.type === 'VariableDeclaration' && node.kind === 'var') {
    for (const declarator of node.declarations) if (declarator.id) declarePattern(declarator.id, scope)
  }
  for (const child of childrenOf(node)) if (!isFunction(child) && !isClass(child)) declareVars(child, scope)
}

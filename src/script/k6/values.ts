import type { Node } from './syntax.ts'

/** What may flow through a script, as far as the question "may this call wait?" needs it. */
export type Value =
  | { readonly kind: 'function'; readonly of: FunctionFacts }
  | { readonly kind: 'class'; readonly constructorOf: FunctionFacts | undefined; readonly partition: string }
  | { readonly kind: 'object'; readonly members: readonly Member[]; readonly partition: string }
  /** A module of the program, or what it exports under `path`. */
  | { readonly kind: 'host'; readonly module: string; readonly path: string }
  /** Something that came out of a package. */
  | { readonly kind: 'library'; readonly partition: string }
  /** Any function that some property or element of the partition holds. The sets themselves are never copied. */
  | { readonly kind: 'stored'; readonly partition: string; readonly params: Vertex[]; readonly returned: Vertex }

export interface Member {
  readonly name: string | undefined
  readonly vertex: Vertex
}

/** A place that values flow through: a variable, a parameter, the result of a call, the property of one name. */
export type Vertex = number

/** Where nothing of interest flows. */
export const nowhere: Vertex = -1

/** Why the code at a place cannot wait, in the user's words. */
export type CannotWait = string

/** A function of the script. */
export interface FunctionFacts {
  readonly node: Node
  /** `user`, `helpers` (esbuild's own) or `library:name`. */
  readonly partition: string
  readonly params: Vertex[]
  rest: Vertex
  readonly returned: Vertex
  readonly outer: FunctionFacts | undefined
  /** The property or class member that the function is the value of: `async` goes before its key. */
  readonly member: Node | undefined
  readonly name: string
  /** Constructors, getters, setters, generators, what the language calls by itself (`toJSON`). */
  readonly cannotWait: CannotWait | undefined
}

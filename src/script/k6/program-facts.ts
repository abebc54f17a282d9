import type { FunctionFacts, Value, Vertex } from './values.ts'
import type { Node } from './syntax.ts'

/** A call, `new` or tagged template; also `for...of` and spread, which call the iterator's `next`. */
export interface CallSite {
  readonly node: Node
  /** The function that the call stands in; `undefined` at the top level. */
  readonly within: FunctionFacts | undefined
  readonly partition: string
  readonly callee: Vertex
  readonly args: readonly Vertex[]
  readonly hasSpread: boolean
  readonly methodName: string | undefined
  /** `parameter` can be mended by moving the defaults into the body. */
  readonly position: 'body' | 'parameter' | 'field' | 'static' | 'commonjs' | 'spread'
  readonly functions: Set<FunctionFacts>
  readonly stored: Set<string>
  readonly hosts: Set<Value & { kind: 'host' }>
  /** `f.bind(x)` calls nothing. */
  readonly isBind: boolean
}

/** All that the walk through a script found out. */
export interface ProgramFacts {
  readonly functions: ReadonlyMap<Node, FunctionFacts>
  readonly sites: readonly CallSite[]
  readonly modules: ReadonlySet<string>
  readonly awaits: readonly { readonly node: Node; readonly within: FunctionFacts | undefined }[]
  /** `for await`. */
  readonly awaitLoops: readonly { readonly node: Node; readonly within: FunctionFacts | undefined }[]
  readonly returns: readonly { readonly node: Node; readonly within: FunctionFacts }[]
  /** The script uses promises, `async` or timers: callbacks may run outside of calls. */
  readonly isMixing: boolean
  /** The functions that some property or element of a partition holds. */
  storedFunctions(partition: string): readonly Value[]
  elementValues(partition: string): Iterable<Value>
  valuesOf(vertex: Vertex): Iterable<Value>
}

/** A site whose callees are still to be found. */
export function newSite(
  at: Pick<CallSite, 'node' | 'within' | 'partition' | 'callee' | 'position'> & Partial<CallSite>,
): CallSite {
  return {
    args: [],
    hasSpread: false,
    methodName: undefined,
    isBind: false,
    functions: new Set(),
    stored: new Set(),
    hosts: new Set(),
    ...at,
  }
}

import { blockingMethodsOf, kindOfHostFunction, steppedMethods } from './host-surface.ts'
import { isLibrary } from './partitions.ts'
import type { CallSite, ProgramFacts } from './program-facts.ts'
import { bare } from './syntax.ts'
import { nowhere, type CannotWait, type FunctionFacts, type Value } from './values.ts'

/** A call that may wait. */
export interface WaitingSite {
  readonly site: CallSite
  /** The called function certainly waits; otherwise only the run can tell. */
  readonly isCertain: boolean
  /** The function called is one of ours, with a callback that may wait: `arr.map(cb)`, `Array.from(x, cb)`, `new Promise(cb)`. */
  readonly stepped: 'method' | 'array-from' | 'new-promise' | undefined
  /** Set where the code cannot wait. */
  readonly cannotWait: CannotWait | undefined
}

export interface Colouring {
  readonly sites: readonly WaitingSite[]
  readonly functions: ReadonlySet<FunctionFacts>
  /** Packages whose functions cannot be made to wait. */
  readonly opaque: ReadonlySet<string>
  /** Calls that hand a function that may wait to such a package. */
  readonly lostCallbacks: readonly CallSite[]
}

interface Candidate {
  readonly site: CallSite
  readonly isBlocking: boolean
  readonly isNamedAsBlocking: boolean
  readonly stepped: WaitingSite['stepped']
  readonly isTakingCallbacks: boolean
  readonly callbacks: readonly Value[]
  waits: boolean
}

/** Finds all functions and calls that may wait, to the fixpoint. A package in which something cannot wait becomes opaque as a whole. */
export function colour(facts: ProgramFacts): Colouring {
  const named = blockingMethodsOf(facts.modules)
  const candidates = facts.sites.filter(({ isBind }) => !isBind).map((site) => candidate(facts, site, named))
  const storedCache = new Map<string, readonly Value[]>()
  const storedIn = (partition: string): readonly Value[] => {
    const known = storedCache.get(partition) ?? facts.storedFunctions(partition)
    storedCache.set(partition, known)
    return known
  }
  const constructed = constructedFunctions(facts)
  const whyNot = (site: CallSite): CannotWait | undefined => whyNotAt(site, constructed)
  const opaque = new Set<string>()
  for (;;) {
    const functions = new Set<FunctionFacts>()
    const waits = (value: Value): boolean => {
      if (value.kind === 'function') return functions.has(value.of)
      if (value.kind === 'stored') return storedIn(value.partition).some((each) => each.kind !== 'stored' && waits(each))
      return value.kind === 'host' && kindOfHostFunction(value.module, value.path) === 'blocking'
    }
    const spoilt = spread(candidates, { functions, waits, storedIn, opaque, whyNot })
    const fresh = [...spoilt].filter((partition) => !opaque.has(partition))
    if (fresh.length === 0) {
      return {
        sites: candidates.filter((each) => each.waits).map((each) => waitingSite(each, { functions, waits, whyNot })),
        functions,
        opaque,
        lostCallbacks: facts.sites.filter(
          (site) =>
            !isLibrary(site.partition) && isInto(site, opaque) && functionsIn(facts, site).some((each) => functions.has(each)),
        ),
      }
    }
    for (const partition of fresh) opaque.add(partition)
  }
}

interface Spreading extends Verdicts {
  readonly functions: Set<FunctionFacts>
  readonly storedIn: (partition: string) => readonly Value[]
  readonly opaque: ReadonlySet<string>
}

function isInto(site: CallSite, opaque: ReadonlySet<string>): boolean {
  return [...site.functions].some(({ partition }) => opaque.has(partition))
}

/** The functions that a call is given, members of objects included. */
function functionsIn(facts: ProgramFacts, site: CallSite): readonly FunctionFacts[] {
  const given = site.args.flatMap((arg) => [...facts.valuesOf(arg)])
  const members = given.flatMap((value) =>
    value.kind === 'object' ? value.members.flatMap(({ vertex }) => [...facts.valuesOf(vertex)]) : [],
  )
  return [...given, ...members].flatMap((value) => (value.kind === 'function' ? [value.of] : []))
}

/** Functions of the old style of class: what `new` makes of an `async` function is an error. */
function constructedFunctions(facts: ProgramFacts): Set<FunctionFacts> {
  const constructed = new Set<FunctionFacts>()
  for (const { node, partition, functions } of facts.sites) {
    if (node.type !== 'NewExpression') continue
    for (const callee of functions) {
      const canConstruct = callee.node.type !== 'ArrowFunctionExpression' && callee.member === undefined
      if (canConstruct && callee.partition === partition) constructed.add(callee)
    }
  }
  return constructed
}

interface Verdicts {
  readonly functions: ReadonlySet<FunctionFacts>
  readonly waits: (value: Value) => boolean
  readonly whyNot: (site: CallSite) => CannotWait | undefined
}

/** Colours until nothing changes; gives the packages in which a place cannot wait. */
function spread(candidates: readonly Candidate[], { functions, waits, storedIn, opaque, whyNot }: Spreading): Set<string> {
  for (const each of candidates) each.waits = false
  const spoilt = new Set<string>()
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false
    for (const each of candidates) {
      const { site } = each
      if (each.waits || site.partition === 'helpers' || opaque.has(site.partition)) continue
      const mayWait =
        each.isBlocking ||
        each.isNamedAsBlocking ||
        [...site.functions].some((callee) => functions.has(callee)) ||
        [...site.stored].some((partition) => storedIn(partition).some(waits)) ||
        ((each.isTakingCallbacks || each.stepped) && each.callbacks.some(waits))
      if (!mayWait) continue
      each.waits = true
      hasChanged = true
      if (whyNot(site) !== undefined) {
        if (isLibrary(site.partition)) spoilt.add(site.partition)
      } else if (site.within) functions.add(site.within)
      else if (isLibrary(site.partition)) spoilt.add(site.partition)
    }
  }
  return spoilt
}

/** Why the code of a call cannot wait. */
function whyNotAt(site: CallSite, constructed: ReadonlySet<FunctionFacts>): CannotWait | undefined {
  if (site.position === 'spread') return 'spread'
  if (site.position === 'commonjs') return 'top level of a CommonJS module'
  if (site.position === 'field') return 'class field'
  if (site.position === 'static') return 'static block'
  if (!site.within) return undefined
  return site.within.cannotWait ?? (constructed.has(site.within) ? 'constructor' : undefined)
}

function waitingSite(each: Candidate, { functions, waits, whyNot }: Verdicts): WaitingSite {
  const { site } = each
  const isStepped = each.stepped !== undefined && each.callbacks.some(waits)
  const others = [...site.functions].every((callee) => functions.has(callee))
  return {
    site,
    isCertain:
      each.isBlocking && others && [...site.hosts].every((host) => kindOfHostFunction(host.module, host.path) === 'blocking'),
    stepped: isStepped ? each.stepped : undefined,
    cannotWait: whyNot(site),
  }
}

function candidate(facts: ProgramFacts, site: CallSite, named: ReadonlySet<string>): Candidate {
  const kinds = [...site.hosts].map((host) => kindOfHostFunction(host.module, host.path))
  const isTakingCallbacks = kinds.includes('taking callbacks')
  const stepped = steppedKind(site)
  return {
    site,
    isBlocking: kinds.includes('blocking'),
    isNamedAsBlocking: site.hosts.size === 0 && named.has(site.methodName ?? ''),
    stepped,
    isTakingCallbacks,
    callbacks: isTakingCallbacks || stepped ? callbacksOf(facts, site, isTakingCallbacks, stepped) : [],
    waits: false,
  }
}

function steppedKind(site: CallSite): WaitingSite['stepped'] {
  const { node, methodName } = site
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return undefined
  const callee = bare(node.callee)
  if (node.type === 'NewExpression') return callee.name === 'Promise' ? 'new-promise' : undefined
  if (callee.type !== 'MemberExpression') return undefined
  if (methodName === 'from' && callee.object.name === 'Array' && site.args.length > 1) return 'array-from'
  return steppedMethods.has(methodName ?? '') ? 'method' : undefined
}

/** The functions that a call runs before it returns. */
function callbacksOf(
  facts: ProgramFacts,
  site: CallSite,
  isTakingCallbacks: boolean,
  stepped: WaitingSite['stepped'],
): readonly Value[] {
  const isSecond = isTakingCallbacks || stepped === 'array-from' || (site.methodName ?? '').startsWith('replace')
  const args = site.hasSpread ? site.args : [site.args[isSecond ? 1 : 0] ?? nowhere]
  const found: Value[] = []
  for (const arg of args) {
    for (const value of facts.valuesOf(arg)) {
      found.push(value)
      if (!isTakingCallbacks || value.kind !== 'object') continue
      // `check(r, { name: fn })`, and `checks[name] = fn`.
      for (const { vertex } of value.members) found.push(...facts.valuesOf(vertex))
      found.push(...facts.elementValues(value.partition))
    }
  }
  return found
}

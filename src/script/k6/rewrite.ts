import type { Edit } from '../source-edits.ts'
import type { Colouring, WaitingSite } from './colouring.ts'
import { rewriteFreeName } from './free-names.ts'
import { Insertions } from './insertions.ts'
import { isLibrary } from './partitions.ts'
import type { CallSite, ProgramFacts } from './program-facts.ts'
import type { Scopes } from './scopes.ts'
import { bare, childrenOf, type Node } from './syntax.ts'
import type { FunctionFacts } from './values.ts'

export interface Analysis {
  readonly code: string
  readonly program: Node
  readonly scopes: Scopes
  readonly facts: ProgramFacts
  readonly colouring: Colouring
  readonly partitionAt: (offset: number) => string
  /** `/a/script.js:12`, the user's own file. */
  readonly placeOf: (offset: number) => string
}

/**
 * The edits that make a script wait where it has to. The code then needs in scope: `$rt` (the run-time of the VU), `$k` (is it
 * a token?), `$u` (take out of the box), `$r` (put a user promise into a box), `$P` (`Promise`), `$g` (the global object), `$t`.
 */
export function rewriteEdits(analysis: Analysis): Edit[] {
  const rewriter = new Rewriter(analysis)
  const replaced = new Set(
    analysis.colouring.sites.filter(({ stepped }) => stepped === 'new-promise').map(({ site }) => site.node.callee),
  )
  for (const reference of analysis.scopes.free) {
    // `new Promise` becomes something else as a whole.
    if (replaced.has(reference.node)) continue
    rewriteFreeName(reference, analysis.partitionAt(reference.node.start), rewriter.into)
  }
  for (const waiting of analysis.colouring.sites) rewriter.site(waiting)
  for (const facts of analysis.facts.functions.values()) rewriter.function(facts)
  if (analysis.facts.isMixing) rewriter.promises()
  rewriter.chains()
  return rewriter.into.edits()
}

class Rewriter {
  readonly into = new Insertions()
  readonly #analysis: Analysis
  readonly #isMixing: boolean
  /** Functions that need a place of their own for a result. */
  readonly #holding = new Set<FunctionFacts>()
  readonly #waitingParams = new Set<FunctionFacts>()
  readonly #awaited = new Set<Node>()
  readonly #inChain: ReadonlySet<Node>

  constructor(analysis: Analysis) {
    this.#analysis = analysis
    this.#isMixing = analysis.facts.isMixing
    this.#inChain = optionalSpines(analysis.program)
  }

  site(waiting: WaitingSite): void {
    const { site, isCertain, cannotWait } = waiting
    if (site.node.type === 'ForOfStatement' || site.node.type === 'SpreadElement') return this.#iteration(waiting)
    this.#stepped(waiting)
    if (cannotWait !== undefined) return this.#refuse(site.node, cannotWait, '$rt.sync(')
    if (site.position === 'parameter' && site.within) this.#waitingParams.add(site.within)
    this.#awaited.add(site.node)
    if (isCertain) return this.into.around(site.node, '(await ', ')')
    if (site.within) this.#holding.add(site.within)
    if (this.#isMixing) this.into.around(site.node, '($k($t = ', ') ? $u(await $t) : $t)')
    else this.into.around(site.node, '(($t = ', ') instanceof $P ? await $t : $t)')
  }

  #refuse(node: Node, why: string, call: string): void {
    this.into.around(node, call, `, ${JSON.stringify(`${why}, ${this.#analysis.placeOf(node.start)}`)})`)
  }

  #iteration({ site, cannotWait }: WaitingSite): void {
    const { node } = site
    const iterated = node.type === 'SpreadElement' ? node.argument : node.right
    if (!iterated || node.await) return
    if (cannotWait !== undefined) return this.#refuse(iterated, cannotWait, '$rt.iterateNow(')
    this.into.replace(node.start, node.start + 'for'.length, 'for await')
    this.into.around(iterated, '$rt.iterate(', ')', 9)
  }

  #stepped({ site, stepped }: WaitingSite): void {
    const { node } = site
    if (stepped === 'array-from') this.into.replace(node.callee.start, node.callee.end, '$rt.arrayFrom')
    else if (stepped === 'new-promise') this.into.replace(node.start, node.callee.end, '$rt.newPromise')
    else if (stepped === 'method' && node.callee.type === 'MemberExpression' && node.callee.object.type !== 'Super') {
      const { object, end } = node.callee
      const open = this.#analysis.code.indexOf('(', end)
      const name = this.#inChain.has(node) ? 'optionalMethod' : 'method'
      this.into.around(node, `$rt.${name}(${JSON.stringify(site.methodName)}, `, '', -1)
      this.into.replace(object.end, open + 1, node.arguments.length > 0 ? ', ' : '')
    }
  }

  function(facts: FunctionFacts): void {
    const { node, member } = facts
    const isUserAsync = node.async && !node.generator && this.#isMixing
    const isColoured = this.#analysis.colouring.functions.has(facts)
    const keywordAt = member ? keyStart(member, this.#analysis.code) : node.start
    if (isUserAsync) {
      const at = member ? this.#analysis.code.lastIndexOf('async', keywordAt) : keywordAt
      this.into.replace(at, at + 'async '.length, '')
    } else if (isColoured && !node.async) {
      this.into.around({ start: keywordAt, end: node.end }, 'async ', '', -2)
    }
    const isBlock = node.body.type === 'BlockStatement'
    const open = isUserAsync ? ' return $rt.uasync(async ($c) => { try {' : ''
    const close = isUserAsync ? ' } finally { $c.end(); } });' : ''
    const isBoxed = this.#isMixing && (isColoured || isUserAsync) && mayBePromise(node.body)
    const result = isBoxed ? { before: '$r(', after: ')' } : { before: '', after: '' }
    if (this.#waitingParams.has(facts)) return this.#moveDefaults(facts, { open, close, result })
    const holder = this.#holding.has(facts) ? ' let $t;' : ''
    if (isBlock) {
      this.into.around({ start: node.body.start + 1, end: node.body.end - 1 }, open + holder, close, 10)
    } else if (isUserAsync) {
      this.into.around(node.body, `{${open}${holder} return ${result.before}`, `${result.after};${close} }`, 5)
    } else if (isBoxed) this.into.around(node.body, result.before, result.after, 5)
  }

  /** `(a = WAITS, b) { body }` becomes `(...$a) { var [a = WAITS, b] = $a; { body } }`, and no text moves. */
  #moveDefaults(
    { node }: FunctionFacts,
    texts: { open: string; close: string; result: { before: string; after: string } },
  ): void {
    const [first] = node.params
    const last = node.params.at(-1)
    if (!first || !last) return
    const isBlock = node.body.type === 'BlockStatement'
    const arrow = node.type === 'ArrowFunctionExpression' ? '=> ' : ''
    this.into.around({ start: first.start, end: last.end }, `...$a) ${arrow}{${texts.open} let $t; var [`, '', 20)
    this.into.replace(last.end, node.body.start, `] = $a; ${isBlock ? '' : `return ${texts.result.before}`}`)
    this.into.around(node.body, '', `${isBlock ? '' : `${texts.result.after};`}${texts.close} }`, 20)
  }

  /** The script's own promises: its awaits let other jobs run, its returns keep promises whole. */
  promises(): void {
    const { facts, colouring } = this.#analysis
    for (const { node, within } of facts.awaits) {
      if (!within || within.node.generator || !node.argument) continue
      this.into.replace(node.start, node.argument.start, '(await $c(')
      this.into.around(node, '', '))')
    }
    for (const { node, within } of facts.returns) {
      const isOurs = colouring.functions.has(within) || within.node.async
      if (isOurs && !within.node.generator && node.argument && mayBePromise(node.argument))
        this.into.around(node.argument, '$r(', ')', 6)
    }
    for (const { node, within } of facts.awaitLoops) {
      if (within && !within.node.generator) this.into.around(node.right, '$rt.iterateAsync(', ', $c)', 9)
    }
  }

  /** `a?.b().c` becomes `(await a?.b())?.c`: the part behind must still be left out. */
  chains(): void {
    for (const node of this.#inChain) {
      const inner = spineOf(node)
      if (!inner || !this.#awaited.has(inner) || node.optional || !this.#inChain.has(inner)) continue
      const mark = node.type === 'CallExpression' ? '(' : node.computed ? '[' : '.'
      const at = this.#analysis.code.indexOf(mark, inner.end)
      this.into.replace(at, at + 1, mark === '.' ? '?.' : `?.${mark}`)
    }
  }
}

function spineOf(node: Node): Node | undefined {
  if (node.type === 'MemberExpression') return node.object
  return node.type === 'CallExpression' ? node.callee : undefined
}

/** Members and calls that a `?.` to their left may leave out. */
function optionalSpines(program: Node): Set<Node> {
  const found = new Set<Node>()
  const visit = (node: Node): void => {
    if (node.type === 'ChainExpression') {
      const spine: Node[] = []
      for (let each: Node | undefined = node.expression; each; each = spineOf(each)) spine.push(each)
      const lastOptional = spine.findLastIndex(({ optional }) => optional)
      for (const each of spine.slice(0, lastOptional + 1)) found.add(each)
    }
    for (const child of childrenOf(node)) visit(child)
  }
  visit(program)
  return found
}

function keyStart(member: Node, code: string): number {
  return member.computed ? code.lastIndexOf('[', member.key.start) : member.key.start
}

function mayBePromise(node: Node): boolean {
  return !/Literal|Binary|Unary|ObjectExpression|ArrayExpression|Function|Class|BlockStatement/.test(bare(node).type)
}

/** Where a script's code is: that of packages is not the user's to mend. */
export function isUserSite(site: CallSite): boolean {
  return !isLibrary(site.partition)
}

import path from 'node:path'
import { exitCode } from '../../base/exit-code.ts'
import type { Logger } from '../../base/logger.ts'
import { UserError } from '../../base/user-error.ts'
import type { ScriptRewriting } from '../bundle-script.ts'
import { applyEdits } from '../source-edits.ts'
import { SourceMap } from '../source-map.ts'
import { colour, type Colouring } from './colouring.ts'
import { FlowBuilder } from './flow-builder.ts'
import { partitionFinder } from './partitions.ts'
import { isUserSite, rewriteEdits } from './rewrite.ts'
import { resolveScopes } from './scopes.ts'
import { parseModule } from './syntax.ts'

/** Steps of the flow analysis: seconds at most. A script of ours takes some thousands, one with lodash some hundred thousands. */
const maxSteps = 20_000_000

interface BundledCode {
  readonly code: string
  readonly sourceMap: string
}

/**
 * Makes a bundled script of the k6 dialect wait where it has to: finds all calls that may block, makes the functions around
 * them `async` and awaits the calls. Warns of calls that may block where nothing can wait; throws K6_CANNOT_WAIT for those that
 * certainly do, K6_SCRIPT_TOO_BIG when the analysis does not end.
 */
export const compatRewriting: ScriptRewriting = {
  rewrite(module, { entry, log }) {
    const placeOf = placeFinder(module)
    const program = parseModule(module.code)
    const scopes = resolveScopes(program)
    const facts = new FlowBuilder(module.code, scopes, maxSteps)
    facts.program(program)
    if (facts.graph.isOverBudget) throw tooBig()
    const colouring = colour(facts)
    report(colouring, placeOf, log)
    const edits = rewriteEdits({
      code: module.code,
      program,
      scopes,
      facts,
      colouring,
      partitionAt: partitionFinder(module.code),
      placeOf,
    })
    const map = JSON.parse(module.sourceMap) as { mappings: string }
    const edited = applyEdits({ code: module.code, mappings: map.mappings }, edits)
    return {
      code: edited.code,
      sourceMap: JSON.stringify({ ...map, mappings: edited.mappings }),
      prelude: preludeFor({ isMixing: facts.isMixing, folder: path.dirname(entry) }),
    }
  },
}

function preludeFor(nature: { readonly isMixing: boolean; readonly folder: string }): string {
  const start = `$brunt.import("k6:runtime").start(${JSON.stringify(nature)})`
  return `const $rt = ${start}; const { $k, $u, $r, $P, $g } = $rt; let $t;`
}

function report({ sites, lostCallbacks }: Colouring, placeOf: (offset: number) => string, log: Logger): void {
  for (const { site, isCertain, cannotWait } of sites) {
    if (cannotWait === undefined || !isUserSite(site)) continue
    const place = placeOf(site.node.start)
    if (isCertain) throw cannotWaitError(place, cannotWait)
    log.log({
      level: 'warn',
      source: 'engine',
      message: `${place}: this call may block, and nothing can wait here (${cannotWait}): if it does, the iteration fails with K6_CANNOT_WAIT`,
    })
  }
  for (const { node } of lostCallbacks) {
    log.log({
      level: 'warn',
      source: 'engine',
      message: `${placeOf(node.start)}: a function that may block goes to a package that does not wait for it: if it blocks, the iteration fails with K6_OVERLAP`,
    })
  }
}

function cannotWaitError(place: string, why: string): UserError {
  return new UserError('K6_CANNOT_WAIT', `${place}: a blocking call cannot be made here (${why})`, {
    hint: 'make it in an ordinary function or method, and hand its result to the constructor, getter or iterator',
    exitCode: exitCode.scriptException,
  })
}

function tooBig(): UserError {
  return new UserError('K6_SCRIPT_TOO_BIG', 'the analysis of the script did not come to an end', {
    hint: 'leave out large libraries, or import the part of them that the script needs',
    exitCode: exitCode.scriptException,
  })
}

function placeFinder({ code, sourceMap }: BundledCode): (offset: number) => string {
  let map: SourceMap | undefined
  return (offset) => {
    map ??= new SourceMap(sourceMap)
    const before = code.slice(0, offset)
    const line = before.split('\n').length - 1
    const found = map.originalOf(line, offset - before.lastIndexOf('\n') - 1)
    return found ? `${found.file}:${found.line + 1}` : `line ${line + 1}`
  }
}

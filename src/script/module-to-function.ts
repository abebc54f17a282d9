import { type DirectExport, type Export, init, parse, type StaticImport } from 'es-module-lexer'
import { pathToFileURL } from 'node:url'
import { applyEdits, type Edit } from './source-edits.ts'
import { type OriginalPosition, SourceMap } from './source-map.ts'

/** An ES module as esbuild prints it, with its map: `sources` are absolute paths. */
export interface BundledModule {
  readonly code: string
  readonly sourceMap: string
  /** The entry is CommonJS: its only export is `module.exports`. */
  readonly isCommonJs: boolean
  /** File that `import.meta` falls back to. */
  readonly entryUrl: string
  /** Declarations in front of everything else, without a line break. */
  readonly prelude?: string
}

export interface FunctionBody {
  /** Statements that read imports from `$brunt` (a `ModuleHost`) and end in `return` of the exports. */
  readonly code: string
  readonly sourceMap: string
}

/**
 * Turns a bundled ES module into the body of a function, so that one compiled function gives every VU its own module
 * state. The first line reads all imports, as an ES module would before it runs; nothing else moves to another line.
 *
 *     import a, { b as c } from "pkg"               ->   const { "default": a, "b": c } = $brunt.import("pkg", ["default", "b"], "/a/script.ts:1");
 *     import("pkg") / import.meta                   ->   $brunt.dynamic("pkg") / $brunt.meta("file:///...")
 *     export { run as default, options }            ->   return { "default": run, "options": options }
 */
export async function moduleToFunction(module: BundledModule): Promise<FunctionBody> {
  await init()
  const [imports, exports] = parse(module.code)
  const map = JSON.parse(module.sourceMap) as { mappings: string; sources: string[] }
  const originAt = originFinder(module)
  const fileUrlAt = (offset: number): string => {
    const origin = originAt(offset)
    return JSON.stringify(origin ? pathToFileURL(origin.file).href : module.entryUrl)
  }
  // A hashbang is valid at the start of a file only.
  const edits: Edit[] = module.code.startsWith('#!') ? [{ start: 0, end: 2, text: '//' }] : []
  const hoisted: string[] = []
  const stars: string[] = []
  for (const found of imports) {
    if (found.type === 'import-meta') {
      edits.push({ start: found.start, end: found.end, text: `$brunt.meta(${fileUrlAt(found.start)})` })
    } else if (found.type === 'dynamic') {
      const isLiteral = found.specifier !== undefined && !found.glob
      edits.push({ start: found.importStart, end: found.dynamicStart + 1, text: '$brunt.dynamic(' })
      if (!isLiteral) edits.push({ start: found.importEnd - 1, end: found.importEnd, text: `, ${fileUrlAt(found.importStart)})` })
    } else {
      edits.push({ start: found.importStart, end: endOfStatement(module.code, found.importEnd), text: '' })
      if (found.type === 'reexport-star') stars.push(`...$brunt.star(${JSON.stringify(found.specifier)})`)
      else hoisted.push(...importReads(module.code, found, originAt(found.importStart)))
    }
  }
  const result = exportReturn(module, exports, stars)
  edits.push(...result.edits)
  const edited = applyEdits({ code: module.code, mappings: map.mappings }, edits)
  return {
    code: `"use strict";${module.prelude ?? ''}${requireShim(module.code)}${hoisted.join('')}\n${edited.code.trimEnd()}\n${result.statement}`,
    sourceMap: JSON.stringify({ ...map, mappings: `;${edited.mappings}` }),
  }
}

/** esbuild's `__require` looks for a `require` in scope; only CommonJS code of the user comes to it. */
function requireShim(code: string): string {
  return /\b__require\b/.test(code) ? 'const require = $brunt.makeRequire();' : ''
}

/** Where in the user's files a piece of generated code came from. */
function originFinder(module: BundledModule): (offset: number) => OriginalPosition | undefined {
  let map: SourceMap | undefined
  return (offset) => {
    map ??= new SourceMap(module.sourceMap)
    const before = module.code.slice(0, offset)
    const lineStart = before.lastIndexOf('\n') + 1
    return map.originalOf(before.split('\n').length - 1, offset - lineStart)
  }
}

/** Import statements end in `;` in esbuild's print. */
function endOfStatement(code: string, end: number): number {
  return code[end] === ';' ? end + 1 : end
}

/** `const` declarations for one import statement; none for an import for its effects. */
function importReads(code: string, found: StaticImport, origin: OriginalPosition | undefined): string[] {
  const clause = code
    .slice(found.importStart + 'import'.length, found.start - 1)
    .replace(/\bfrom\s*$/, '')
    .trim()
  const specifier = JSON.stringify(found.specifier)
  const place = origin ? JSON.stringify(`${origin.file}:${origin.line + 1}`) : 'undefined'
  if (clause === '') return [`$brunt.import(${specifier}, [], ${place});`]
  const namespace = /\*\s*as\s+([\w$\u0080-\uffff]+)$/.exec(clause)?.[1]
  const named = /\{([^]*)\}/.exec(clause)?.[1] ?? ''
  const first = /^[^{*,\s]+/.exec(clause)?.[0]
  const bindings = named
    .split(',')
    .map((binding) => binding.trim())
    .filter(Boolean)
    .map(parseBinding)
  if (first) bindings.unshift({ name: '"default"', local: first })
  const reads: string[] = []
  if (namespace) reads.push(`const ${namespace} = $brunt.import(${specifier}, [], ${place});`)
  if (bindings.length > 0) {
    const pattern = bindings.map(({ name, local }) => `${name}: ${local}`).join(', ')
    const names = bindings.map(({ name }) => name).join(', ')
    reads.push(`const { ${pattern} } = $brunt.import(${specifier}, [${names}], ${place});`)
  }
  return reads
}

/** `a as b`, `"a-b" as c` or `a`; the name comes back as a string literal. */
function parseBinding(text: string): { name: string; local: string } {
  const [, name = text, local = text] = /^(.+?)\s+as\s+(\S+)$/.exec(text) ?? []
  return { name: name.startsWith('"') ? name : JSON.stringify(name), local }
}

/** The closing `return` and the edits that take the export statement out. */
function exportReturn(
  module: BundledModule,
  exports: readonly Export[],
  stars: readonly string[],
): { statement: string; edits: Edit[] } {
  const direct = exports.filter((found): found is DirectExport => found.type === 'direct')
  const edits: Edit[] = []
  const properties = [...stars]
  const isDefaultExpression = direct.length === 1 && direct[0]?.name === 'default' && direct[0].localName === undefined
  for (const found of direct) {
    if (isDefaultExpression) {
      edits.push({ start: found.exportStart, end: found.end, text: 'const $default =' })
      properties.push('"default": $default')
    } else {
      // Computed, since a plain `"__proto__"` key would set the prototype.
      const key = found.name === '__proto__' ? '["__proto__"]' : JSON.stringify(found.name)
      properties.push(`${key}: ${found.localName ?? found.name}`)
    }
  }
  if (direct.length > 0 && !isDefaultExpression) {
    const start = direct[0]?.exportStart ?? 0
    const end = module.code.indexOf('}', direct.at(-1)?.end ?? start) + 1
    edits.push({ start, end: endOfStatement(module.code, end), text: '' })
  }
  if (module.isCommonJs && isDefaultExpression) return { statement: 'return $brunt.commonJs($default);', edits }
  return { statement: `return { ${properties.join(', ')} };`, edits }
}

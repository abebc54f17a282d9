import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { exitCode } from '../base/exit-code.ts'
import { UserError } from '../base/user-error.ts'
import type { ExternalModules, Namespace } from './external-modules.ts'

/** Gives one VU a module that the program provides (`brunt/http`), or `undefined` when it has none of that name. */
export type ProvideModule = (specifier: string) => unknown

/** What a script has in common for all its VUs. */
export interface HostScript {
  readonly externals: ExternalModules
  readonly provided: ReadonlySet<string>
  /** `import.meta` by file URL. */
  readonly metas: Map<string, ImportMeta>
  /** Imports whose names were found to exist: checked for the first VU only. */
  readonly checked: Set<string>
}

/** `$brunt` in the code of a bundle: how the script of one VU reaches other modules. */
export class ModuleHost {
  readonly #script: HostScript
  readonly #provide: ProvideModule

  constructor(script: HostScript, provide: ProvideModule) {
    this.#script = script
    this.#provide = provide
  }

  /** The static import at `place` of the user's files. Throws SCRIPT_EXPORT_MISSING when the module lacks one of `names`. */
  import(specifier: string, names: readonly string[] = [], place?: string): unknown {
    const { externals, checked } = this.#script
    const namespace = externals.static(specifier) ?? this.#provided(specifier, place)
    if (names.length === 0) return namespace
    const key = `${specifier}\0${names.join('\0')}`
    if (checked.has(key)) return namespace
    const checkedNamespace = externals.widen(specifier, names) ?? namespace
    for (const name of names) {
      if (!(name in checkedNamespace)) throw missingExport({ specifier, name, namespace: checkedNamespace, place })
    }
    checked.add(key)
    return checkedNamespace
  }

  /** `export * from specifier`: everything but the default. */
  star(specifier: string): Namespace {
    const { default: _, ...named } = this.import(specifier) as Record<string, unknown>
    return named
  }

  async dynamic(specifier: unknown, options?: unknown, baseUrl?: string): Promise<unknown> {
    const name = String(specifier)
    if (this.#script.provided.has(name)) return this.#provided(name)
    return await this.#script.externals.dynamic(name, baseUrl ?? (typeof options === 'string' ? options : undefined))
  }

  /** `import.meta` of the user's file at `url`. */
  meta(url: string): ImportMeta {
    const known = this.#script.metas.get(url)
    if (known) return known
    const filename = fileURLToPath(url)
    const resolve = (specifier: string): string => new URL(specifier, url).href
    const meta = { url, filename, dirname: path.dirname(filename), resolve }
    this.#script.metas.set(url, meta)
    return meta
  }

  /** `require` for the user's own CommonJS code. */
  makeRequire(): (id: string) => unknown {
    const { externals, provided } = this.#script
    const require = (id: string): unknown => (provided.has(id) ? this.#provided(id) : externals.require(id))
    return Object.assign(require, { resolve: (id: string) => externals.resolve(id) })
  }

  /** The exports of a CommonJS entry: a function is the default export. */
  commonJs(exported: unknown): Namespace {
    if (typeof exported === 'function') return { ...Object.fromEntries(Object.entries(exported)), default: exported }
    return exported !== null && typeof exported === 'object' ? { ...exported } : { default: exported }
  }

  #provided(specifier: string, place?: string): Namespace {
    const provided = this.#provideAt(specifier, place)
    if (provided !== null && typeof provided === 'object') return provided as Namespace
    throw new UserError('SCRIPT_MODULE_UNKNOWN', at(place, `this version of brunt has no module "${specifier}"`), {
      hint: 'check the spelling of the import',
      exitCode: exitCode.scriptException,
    })
  }

  /** What the program says about a module it has not, with the place of the import in front. */
  #provideAt(specifier: string, place: string | undefined): unknown {
    try {
      return this.#provide(specifier)
    } catch (error) {
      if (!(error instanceof UserError) || place === undefined) throw error
      const { code, message, hint, exitCode } = error
      throw new UserError(code, at(place, message), { hint, exitCode, cause: error })
    }
  }
}

function at(place: string | undefined, problem: string): string {
  return place === undefined ? problem : `${place}: ${problem}`
}

function missingExport(missing: { specifier: string; name: string; namespace: Namespace; place: string | undefined }): UserError {
  const { specifier, name, namespace, place } = missing
  const problem = name === 'default' ? `"${specifier}" has no default export` : `"${specifier}" does not export "${name}"`
  const names: string[] = []
  // Inherited ones too: a module may have its members on a prototype.
  for (const key in namespace) if (key !== 'module.exports') names.push(key)
  return new UserError('SCRIPT_EXPORT_MISSING', at(place, problem), {
    hint: `it exports: ${names.slice(0, 30).join(', ')}`,
    exitCode: exitCode.scriptException,
  })
}

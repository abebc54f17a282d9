import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { exitCode } from '../base/exit-code.ts'
import { messageOf, UserError } from '../base/user-error.ts'
import type { ScriptBundle } from './bundle.ts'

export type Namespace = Readonly<Record<string, unknown>>

/** The modules that Node loads for a script: once per worker, shared by its VUs. */
export class ExternalModules {
  readonly #bundle: ScriptBundle
  readonly #loaded = new Map<string, Namespace>()
  readonly #nodeRequire: NodeJS.Require

  private constructor(bundle: ScriptBundle) {
    this.#bundle = bundle
    this.#nodeRequire = createRequire(bundle.entry === '-' ? path.join(process.cwd(), 'stdin.js') : bundle.entry)
  }

  /** Loads all static imports, one after the other. Throws SCRIPT_IMPORT_FAILED when a module throws. */
  static async load(bundle: ScriptBundle): Promise<ExternalModules> {
    const modules = new ExternalModules(bundle)
    for (const [key, url] of Object.entries(bundle.externals)) {
      if (/^(?:require|dynamic):/.test(key)) continue
      try {
        modules.#loaded.set(key, (await import(url)) as Namespace)
      } catch (cause) {
        throw new UserError('SCRIPT_IMPORT_FAILED', `importing "${key}" failed: ${messageOf(cause)}`, {
          hint: `see whether  node -e "import('${url}')"  works`,
          exitCode: exitCode.scriptException,
          cause,
        })
      }
    }
    return modules
  }

  static(specifier: string): Namespace | undefined {
    return this.#loaded.get(specifier)
  }

  /** Gives a CommonJS module the named exports that Node's static look at it missed. */
  widen(specifier: string, names: readonly string[]): Namespace | undefined {
    const namespace = this.#loaded.get(specifier)
    const whole = namespace?.['default']
    if (!namespace || names.every((name) => name in namespace) || whole === null || typeof whole !== 'object') return namespace
    const wide = { ...whole, ...namespace }
    this.#loaded.set(specifier, wide)
    return wide
  }

  /** `import(specifier)` at run time. A computed specifier is resolved from the file at `baseUrl`. */
  async dynamic(specifier: string, baseUrl: string | undefined): Promise<Namespace> {
    const url = this.#bundle.externals[`dynamic:${specifier}`] ?? this.#bundle.externals[specifier]
    if (url !== undefined) return (await import(url)) as Namespace
    if (/^\.{1,2}\//.test(specifier)) return (await import(new URL(specifier, baseUrl).href)) as Namespace
    if (/^(?:\/|[a-z]+:)/.test(specifier)) return (await import(specifier)) as Namespace
    const resolved = createRequire(baseUrl ?? this.#bundle.entry).resolve(specifier)
    return (await import(resolved)) as Namespace
  }

  /** `require(id)` of the user's own CommonJS code, for what is not bundled. */
  require(id: string): unknown {
    const url = this.#bundle.externals[`require:${id}`]
    if (url === undefined) return this.#nodeRequire(id)
    return this.#nodeRequire(url.startsWith('file:') ? fileURLToPath(url) : url)
  }

  /** `require.resolve(id)`. */
  resolve(id: string): string {
    const url = this.#bundle.externals[`require:${id}`]
    return url?.startsWith('file:') ? fileURLToPath(url) : this.#nodeRequire.resolve(id)
  }
}

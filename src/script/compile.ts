import { existsSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import { exitCode } from '../base/exit-code.ts'
import { messageOf, UserError } from '../base/user-error.ts'
import type { ScriptBundle } from './bundle.ts'
import { ExternalModules } from './external-modules.ts'
import { createLocator, type Locator, scriptUrl } from './locator.ts'
import { type HostScript, ModuleHost, type ProvideModule } from './module-host.ts'

/** What a script exports, values as they were when its module code had run. */
export type ScriptExports = Readonly<Record<string, unknown>>

/** A compiled script of one worker. */
export interface Program extends Locator {
  /**
   * Runs the script's module code once, for one VU: all module state is that VU's own. `$import` gives the modules that
   * the program provides, bound to the VU. Rejects with whatever the script threw.
   */
  instantiate($import: ProvideModule): Promise<ScriptExports>
}

export interface CompileOptions {
  /** Appends the source map to the code, so that an inspector shows the user's files; by default when Node was started with `--inspect`. */
  readonly hasInlineSourceMap?: boolean
}

type Factory = ($brunt: ModuleHost) => ScriptExports | Promise<ScriptExports>

/**
 * Compiles a bundle once and loads its npm packages; `instantiate` is then cheap enough for thousands of VUs. Throws
 * SCRIPT_IMPORT_FAILED when a package throws while it loads, SCRIPT_SYNTAX when V8 refuses the code.
 */
export async function compileBundle(bundle: ScriptBundle, options: CompileOptions = {}): Promise<Program> {
  const factory = compileFactory(bundle, options)
  const script: HostScript = {
    externals: await ExternalModules.load(bundle),
    provided: new Set(bundle.provided),
    metas: new Map(),
    checked: new Set(),
  }
  const locator = createLocator(bundle)
  return {
    locate: (text) => locator.locate(text),
    instantiate: async ($import) => await factory(new ModuleHost(script, $import)),
  }
}

function compileFactory(bundle: ScriptBundle, options: CompileOptions): Factory {
  const head = hasTopLevelAwait(bundle.code) ? '(async function ($brunt) {' : '(function ($brunt) {'
  const isInspected = process.execArgv.some((argument) => /^--inspect(?:-brk|-wait)?(?:=|$)/.test(argument))
  const sourceMap = (options.hasInlineSourceMap ?? isInspected) ? inlineSourceMap(bundle) : ''
  try {
    // The head stands on a line of its own, numbered 0, so that line 1 is the first of the bundle's code.
    const script = new Script(`${head}\n${bundle.code}\n})${sourceMap}`, { filename: scriptUrl(bundle), lineOffset: -1 })
    return script.runInThisContext() as Factory
  } catch (cause) {
    throw new UserError('SCRIPT_SYNTAX', `the script does not compile: ${messageOf(cause)}`, {
      exitCode: exitCode.scriptException,
      cause,
    })
  }
}

/** A static block is the one place outside modules where `await` is refused, yet allowed in the async functions within. */
function hasTopLevelAwait(code: string): boolean {
  if (!/\bawait\b/.test(code)) return false
  const body = code.slice(0, code.lastIndexOf('\nreturn '))
  try {
    compileOnly(`class Check { static { ${body}\n} }`)
    return false
  } catch {
    return true
  }
}

/** Throws a `SyntaxError` when V8 refuses the code. */
function compileOnly(code: string): Script {
  return new Script(code)
}

/** With the sources in it: an inspector elsewhere cannot read our files. */
function inlineSourceMap(bundle: ScriptBundle): string {
  const map = JSON.parse(bundle.sourceMap) as { sources: string[] }
  const sourcesContent = map.sources.map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : null))
  const json = JSON.stringify({ ...map, sources: map.sources.map((file) => pathToFileURL(file).href), sourcesContent })
  return `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(json).toString('base64')}`
}

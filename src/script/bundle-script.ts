import { init, parse } from 'es-module-lexer'
import type { BuildResult, Message, Plugin } from 'esbuild'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Logger } from '../base/logger.ts'
import { buildError, formatMessage } from './build-error.ts'
import type { ScriptBundle } from './bundle.ts'
import { isBrunt, moduleResolution, type Resolution } from './module-resolution.ts'
import { moduleToFunction } from './module-to-function.ts'
import { findScript } from './script-file.ts'

/** Makes scripts of another family run as if they were native ones. */
export interface ScriptRewriting {
  /** Rewrites what esbuild printed, keeping its lines; `prelude` are declarations in front of it, without a line break. */
  rewrite(
    module: { readonly code: string; readonly sourceMap: string },
    context: { readonly entry: string; readonly log: Logger },
  ): { readonly code: string; readonly sourceMap: string; readonly prelude: string }
}

export interface BundleOptions {
  /** Does the program provide this specifier (`brunt`, `brunt/http`, another dialect's modules)? */
  readonly provided: (specifier: string) => boolean
  /** Folder that a relative entry, and the imports of a script from standard input, start from. */
  readonly cwd: string
  readonly log: Logger
  /** The script's text when the entry is `-`. */
  readonly stdin?: string
  /** For scripts that do not import `brunt`: packages go into their bundles. Without it such bundles cannot be run. */
  readonly rewriting?: () => Promise<ScriptRewriting>
}

const stdinName = '<stdin>'

/**
 * Bundles a script file (or `-`, `options.stdin`) with the user's own files. Runs no user code. Throws a `UserError`:
 * SCRIPT_NOT_FOUND, SCRIPT_NOT_A_FILE, SCRIPT_UNREADABLE (exit code 255), or SCRIPT_SYNTAX, SCRIPT_MODULE_NOT_FOUND,
 * SCRIPT_EXPORT_MISSING, SCRIPT_FILE_TYPE (107). esbuild's own process goes on until `endBundling`.
 */
export async function bundleScript(entry: string, options: BundleOptions): Promise<ScriptBundle> {
  const isStdin = entry === '-'
  const file = isStdin ? path.join(options.cwd, stdinName) : await findScript(entry, options.cwd)
  const folder = path.dirname(file)
  const place: Place = { entry, file, folder, stdin: isStdin ? (options.stdin ?? '') : undefined }
  let built = await build(place, options, false)
  const rewriting = built.isNative ? undefined : await options.rewriting?.()
  if (rewriting && built.found.externals.size > 0) built = await build(place, options, true)
  const { result, files, found } = built
  for (const warning of result.warnings) options.log.log({ level: 'warn', source: 'engine', message: formatMessage(warning) })
  const printed = outputOf(result, folder)
  const body = await moduleToFunction({
    ...printed,
    ...rewriting?.rewrite(printed, { entry: file, log: options.log }),
    isCommonJs: Object.entries(result.metafile.inputs).some(
      ([input, { format }]) => path.resolve(folder, input) === file && format === 'cjs',
    ),
    entryUrl: pathToFileURL(file).href,
  })
  return {
    dialect: built.isNative ? 'native' : 'compat',
    entry: isStdin ? '-' : file,
    code: body.code,
    sourceMap: body.sourceMap,
    externals: Object.fromEntries(found.externals),
    provided: [...found.provided],
    files: files.filter((name) => path.basename(name) !== stdinName),
    hash: createHash('sha256').update(body.code).digest('hex'),
  }
}

interface Place {
  readonly entry: string
  readonly file: string
  readonly folder: string
  readonly stdin: string | undefined
}

interface Built {
  readonly result: EsbuildOutput
  readonly found: Resolution
  readonly files: readonly string[]
  readonly isNative: boolean
}

async function build(place: Place, options: BundleOptions, arePackagesInside: boolean): Promise<Built> {
  const { folder } = place
  const isOwn = ownFiles(folder)
  const found: Resolution = { externals: new Map(), provided: new Set(), isNative: false }
  const plugin = moduleResolution(found, { ...options, isOwn, arePackagesInside })
  const { result, errors } = await runEsbuild({ ...place, plugin, arePackagesInside })
  if (!result) throw buildError(errors, place)
  const files = Object.keys(result.metafile.inputs).map((input) => path.resolve(folder, input))
  const isNative = found.isNative || (await importTypesOfBrunt(files.filter(isOwn), options.stdin))
  return { result, found, files, isNative }
}

/** Ends esbuild's process. Call it once nothing is being bundled; a later `bundleScript` starts it again. */
export async function endBundling(): Promise<void> {
  await loadEsbuild().stop()
}

/** Loaded on use, and by `require`: `import` would first search its 100 KB of CommonJS for export names, 15 ms. */
function loadEsbuild(): typeof import('esbuild') {
  return createRequire(import.meta.url)('esbuild') as typeof import('esbuild')
}

interface EsbuildInput {
  readonly file: string
  readonly folder: string
  readonly stdin: string | undefined
  readonly plugin: Plugin
  /** Packages are bundled as well: in the form that suits bundlers. */
  readonly arePackagesInside: boolean
}

type EsbuildOutput = BuildResult<{ write: false; metafile: true }>

async function runEsbuild(input: EsbuildInput): Promise<{ result?: EsbuildOutput; errors: readonly Message[] }> {
  const esbuild = loadEsbuild()
  try {
    const result = await esbuild.build({
      ...(input.stdin === undefined
        ? { entryPoints: [input.file] }
        : { stdin: { contents: input.stdin, resolveDir: input.folder, sourcefile: stdinName, loader: 'ts' as const } }),
      absWorkingDir: input.folder,
      outfile: path.join(input.folder, 'script.js'),
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      // Without this esbuild adds the condition `module`, which Node does not know.
      conditions: [],
      mainFields: input.arePackagesInside ? ['module', 'main'] : ['main'],
      // Files and calls marked as free of side effects run all the same, as they would in Node.
      ignoreAnnotations: true,
      loader: { '': 'ts', '.es6': 'js' },
      sourcemap: 'external',
      sourcesContent: false,
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
      metafile: true,
      plugins: [input.plugin],
    })
    return { result, errors: [] }
  } catch (error) {
    const errors = (error as { errors?: Message[] }).errors
    if (!errors) throw error
    return { errors }
  }
}

function outputOf(result: EsbuildOutput, folder: string): { code: string; sourceMap: string } {
  const text = (ending: string): string => result.outputFiles.find((output) => output.path.endsWith(ending))?.text ?? ''
  const map = JSON.parse(text('.map')) as { sources: string[] }
  return {
    code: text('.js'),
    sourceMap: JSON.stringify({ ...map, sources: map.sources.map((source) => path.resolve(folder, source)) }),
  }
}

/** Tells the user's own files from those of packages. A script that lies in a package itself is the user's own as well. */
function ownFiles(folder: string): (file: string) => boolean {
  const separator = `${path.sep}node_modules${path.sep}`
  return (file) => !(file.startsWith(folder) ? file.slice(folder.length) : file).includes(separator)
}

/** esbuild drops type-only and unused imports before it resolves them: look at the sources themselves. */
async function importTypesOfBrunt(files: readonly string[], stdin: string | undefined): Promise<boolean> {
  for (const file of files) {
    const source = path.basename(file) === stdinName ? (stdin ?? '') : await readFile(file, 'utf8')
    if (source.includes('brunt') && (await importsBrunt(source))) return true
  }
  return false
}

async function importsBrunt(source: string): Promise<boolean> {
  await init()
  try {
    return parse(source)[0].some((found) => typeof found.specifier === 'string' && isBrunt(found.specifier))
  } catch {
    return false // JSX and the like, which the lexer does not read
  }
}

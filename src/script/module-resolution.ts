import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** What the resolution of imports found out; filled while esbuild runs. */
export interface Resolution {
  /** See `ScriptBundle.externals`. */
  readonly externals: Map<string, string>
  readonly provided: Set<string>
  /** A file of the user's own imports `brunt` or `brunt/*`. */
  isNative: boolean
}

/** Marks imports that went through `build.resolve` once. */
const resolving = { resolving: true }

/**
 * Decides for each import whether it is bundled (the user's own files and packages that import `brunt`), provided by
 * the program, or stays outside to be loaded by Node once per worker (other packages, Node's modules, native addons).
 */
export function moduleResolution(
  found: Resolution,
  options: {
    provided: (specifier: string) => boolean
    isOwn: (file: string) => boolean
    /** All packages go into the bundle. */
    arePackagesInside: boolean
  },
): Plugin {
  const importsBrunt = packageChecker()
  return {
    name: 'module-resolution',
    setup(build) {
      // Relative and absolute paths are the user's own files, or inside a package that is bundled: esbuild's business.
      build.onResolve({ filter: /^[^./]|\.node$/ }, async (args) => {
        if (args.kind === 'entry-point' || args.pluginData === resolving) return undefined
        if (options.provided(args.path)) {
          found.provided.add(args.path)
          if (isBrunt(args.path) && (args.importer === '' || options.isOwn(args.importer))) found.isNative = true
          return { path: args.path, external: true, sideEffects: true }
        }
        if (isBuiltin(args.path)) return keepOutside(found, args, args.path.startsWith('node:') ? args.path : `node:${args.path}`)
        if (args.path.startsWith('file:')) return { path: fileURLToPath(args.path) }
        // esbuild would leave these to the run time.
        if (/^https?:/.test(args.path)) return { errors: [{ text: `Could not resolve "${args.path}"` }] }
        return await resolvePackage(build, args, {
          found,
          importsBrunt,
          isOwn: options.arePackagesInside ? () => true : options.isOwn,
        })
      })
    },
  }
}

/** `brunt` and everything below it. */
export function isBrunt(specifier: string): boolean {
  return specifier === 'brunt' || specifier.startsWith('brunt/')
}

interface PackageContext {
  readonly found: Resolution
  readonly importsBrunt: (file: string) => Promise<boolean>
  readonly isOwn: (file: string) => boolean
}

async function resolvePackage(
  build: PluginBuild,
  args: OnResolveArgs,
  context: PackageContext,
): Promise<OnResolveResult | undefined> {
  const { kind, importer, namespace, resolveDir, path: specifier } = args
  const resolved = await build.resolve(specifier, { kind, importer, namespace, resolveDir, pluginData: resolving })
  // esbuild tries again and reports the failure with its place, or lets it pass inside a `try`.
  if (resolved.errors.length > 0 || resolved.external || resolved.namespace !== 'file') return undefined
  const file = resolved.path
  if (file.endsWith('.node')) return keepOutside(context.found, { ...args, kind: 'require-call' }, pathToFileURL(file).href)
  const isBundled = context.isOwn(file) || !/\.[cm]?js$/.test(file) || (await context.importsBrunt(file))
  return isBundled ? { path: file } : keepOutside(context.found, args, pathToFileURL(file).href)
}

const keyPrefix: Readonly<Record<string, string>> = {
  'require-call': 'require:',
  'require-resolve': 'require:',
  'dynamic-import': 'dynamic:',
}

/** One specifier can mean two files (nested `node_modules`): the second one goes by its URL. */
function keepOutside(found: Resolution, args: Pick<OnResolveArgs, 'kind' | 'path'>, url: string): OnResolveResult {
  const prefix = keyPrefix[args.kind] ?? ''
  const known = found.externals.get(prefix + args.path)
  const path = known === undefined || known === url ? args.path : url
  found.externals.set(prefix + path, url)
  return { path, external: true }
}

/** Does the package of a file import `brunt`? By its package.json, or by the file itself. Asked once per file. */
function packageChecker(): (file: string) => Promise<boolean> {
  const answers = new Map<string, Promise<boolean>>()
  return (file) => {
    const known = answers.get(file)
    if (known) return known
    const answer = declaresBrunt(file).then(async (declares) => declares || mentionsBrunt(await readFile(file, 'utf8')))
    answers.set(file, answer)
    return answer
  }
}

function mentionsBrunt(code: string): boolean {
  return /\b(?:from|import|require)\s*\(?\s*['"]brunt(?:\/[\w-]+)?['"]/.test(code)
}

async function declaresBrunt(file: string): Promise<boolean> {
  const inside = file.lastIndexOf(`${path.sep}node_modules${path.sep}`)
  const parts = file.slice(inside + '/node_modules/'.length).split(path.sep)
  const root = path.join(file.slice(0, inside), 'node_modules', ...parts.slice(0, parts[0]?.startsWith('@') ? 2 : 1))
  const text = await readFile(path.join(root, 'package.json'), 'utf8').catch(() => '{}')
  try {
    const { dependencies, peerDependencies } = JSON.parse(text) as Record<string, Record<string, string> | undefined>
    return dependencies?.['brunt'] !== undefined || peerDependencies?.['brunt'] !== undefined
  } catch {
    return false
  }
}

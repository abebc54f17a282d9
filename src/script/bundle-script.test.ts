import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { collectingLogger } from '../base/logger.ts'
import type { UserError } from '../base/user-error.ts'
import { bundleScript, endBundling } from './bundle-script.ts'
import type { ScriptBundle } from './bundle.ts'
import { compileBundle, type Program, type ScriptExports } from './compile.ts'
import { scriptUrl } from './locator.ts'
import { isBrunt } from './module-resolution.ts'

const log = collectingLogger()
let folder = ''

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'brunt-script-')))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
afterAll(() => endBundling())

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
}

async function bundle(files: Record<string, string>, entry = 'script.ts'): Promise<ScriptBundle> {
  write(files)
  return await bundleScript(entry, { provided: isBrunt, cwd: folder, log })
}

const modules: Record<string, unknown> = {
  brunt: { check: () => 'checked', sleep: () => 'slept' },
  'brunt/http': { default: { get: () => 'got' }, get: () => 'got' },
}

async function run(files: Record<string, string>, entry?: string): Promise<ScriptExports> {
  return await (await compileBundle(await bundle(files, entry))).instantiate((specifier) => modules[specifier])
}

async function failure(work: Promise<unknown>): Promise<UserError> {
  return await work.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: UserError) => error,
  )
}

describe('evaluation', () => {
  test('exports of every form are there, under their names', async () => {
    const exports = await run({
      'script.ts': `
        export const options: { vus: number } = { vus: 3 }
        export function setup() { return 'set up' }
        export async function browse() { return 'browsed' }
        const inner = 7
        export { inner as outer, inner as 'with-dash' }
        export * from './more.ts'
        export default () => 'ran'`,
      'more.ts': 'export class More {}; export default 1',
    })
    expect(Object.keys(exports).sort()).toEqual(['More', 'browse', 'default', 'options', 'outer', 'setup', 'with-dash'])
    expect(exports).toMatchObject({ options: { vus: 3 }, outer: 7, 'with-dash': 7 })
    expect((exports['default'] as () => string)()).toBe('ran')
  })

  test('default, named, renamed, namespace and side-effect imports of provided modules reach the VU’s own modules', async () => {
    const exports = await run({
      'script.ts': `
        import 'brunt'
        import { check, sleep as rest } from 'brunt'
        import http, { get } from 'brunt/http'
        import * as all from 'brunt/http'
        export const seen = [check(), rest(), http.get(), get(), all.default.get(), all.get()]
        export const later = async () => (await import('brunt/http')).get()`,
    })
    expect(exports['seen']).toEqual(['checked', 'slept', 'got', 'got', 'got', 'got'])
    await expect((exports['later'] as () => Promise<string>)()).resolves.toBe('got')
  })

  test('module state belongs to one VU, and the code is compiled once', async () => {
    const program = await compileBundle(
      await bundle({
        'script.ts': `import { n } from './state.ts'; import 'brunt'; export default () => n.count++`,
        'state.ts': 'export const n = { count: 0 }',
      }),
    )
    const [first, second] = [await program.instantiate(() => ({})), await program.instantiate(() => ({}))]
    const call = (exports: ScriptExports): unknown => (exports['default'] as () => number)()
    expect([call(first), call(first), call(second)]).toEqual([0, 1, 0])
  })

  test.each([
    ['awaits at top level', 'const x = await Promise.resolve(5); export const value = x'],
    ['awaits a parenthesised value at top level', 'const x = await (5); export const value = x'],
    ['awaits inside functions only', 'async function f() { await (1) }; export const value = 5; export default f'],
    ['imports lazily from the bundle', `export const value = (await import('./five.ts')).five`],
    ['reads JSON', `import data from './data.json'; export const value = data.five`],
    ['reads CommonJS', `import c from './c.cjs'; export const value = c.five`],
    ['has a hashbang', '#!/usr/bin/env brunt\nexport const value = 5'],
    ['has a byte order mark', '\uFEFFexport const value = 5'],
    [
      'declares its own require',
      `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); export const value = require('./c.cjs').five`,
    ],
    ['uses strict mode', 'export const value = (function () { return this === undefined ? 5 : 0 })()'],
    [
      'hoists imports above cyclic code',
      `import c from './c.cjs'; import { sep } from 'node:path'; export const value = sep === '/' ? c.five : 0`,
    ],
  ])('a script that %s runs', async (_, script) => {
    const exports = await run({
      'script.ts': script,
      'five.ts': 'export const five = 5',
      'data.json': '{"five":5}',
      'c.cjs': 'exports.five = 5',
    })
    expect(exports['value']).toBe(5)
  })

  test('import.meta names the file that the user wrote, also for imported files', async () => {
    const exports = await run({
      'script.ts': `export { where } from './deep/lib.ts'; export const here = [import.meta.url, import.meta.dirname, import.meta.filename]`,
      'deep/lib.ts': 'export const where = import.meta.filename',
    })
    expect(exports['where']).toBe(path.join(folder, 'deep/lib.ts'))
    expect(exports['here']).toEqual([`file://${folder}/script.ts`, folder, `${folder}/script.ts`])
  })

  test.each([
    ['script.cjs', `exports.options = { vus: 2 }; exports.default = () => 'ran'`],
    ['script.js', `module.exports = { options: { vus: 2 }, default: () => 'ran' }`],
    ['noextension', `export const options = { vus: 2 }; export default (): string => 'ran'`],
    ['script.mts', `export const options = { vus: 2 }; export default (): string => 'ran'`],
    ['script.js', `export const options = { vus: 2 }; export default function () { return 'ran' }`],
  ])('%s runs: %s', async (entry, text) => {
    const exports = await run({ [entry]: text }, entry)
    expect(exports).toMatchObject({ options: { vus: 2 } })
    expect((exports['default'] as () => string)()).toBe('ran')
  })

  test('a file is imported by its URL', async () => {
    expect(
      await run({
        'script.ts': `export { five } from '${pathToFileURL(folder).href}/a%20b.ts'`,
        'a b.ts': 'export const five = 5',
      }),
    ).toEqual({ five: 5 })
  })

  test('an empty script has no exports', async () => {
    expect(await run({ 'script.ts': '' })).toEqual({})
  })

  test('a script comes from standard input and imports from the working directory', async () => {
    write({ 'five.ts': 'export const five: number = 5' })
    const made = await bundleScript('-', {
      provided: isBrunt,
      cwd: folder,
      log,
      stdin: `import { five } from './five.ts'; export const value: number = five`,
    })
    expect(made).toMatchObject({ entry: '-', files: [path.join(folder, 'five.ts')] })
    expect(await (await compileBundle(made)).instantiate(() => ({}))).toEqual({ value: 5 })
  })
})

describe('packages', () => {
  const packages = {
    'node_modules/dual/package.json': '{"name":"dual","exports":{"import":"./m.mjs","require":"./c.cjs","module":"./no.js"}}',
    'node_modules/dual/m.mjs':
      'globalThis.dualLoads = (globalThis.dualLoads ?? 0) + 1; export const kind = "module"; export default "d"',
    'node_modules/dual/c.cjs': 'exports.kind = "commonjs"',
    'node_modules/old/package.json': '{"name":"old","main":"lib/main","module":"no.js"}',
    'node_modules/old/lib/main.js': 'for (const key of ["a", "b"]) exports[key] = key',
    'node_modules/plugin/package.json': '{"name":"plugin","type":"module","main":"p.js","peerDependencies":{"brunt":"*"}}',
    'node_modules/plugin/p.js': 'import { check } from "brunt"; export const state = { count: 0 }; export const say = check',
  }

  test('stay outside the bundle, are loaded once, and are resolved as Node does for import and for require', async () => {
    const made = await bundle({
      ...packages,
      'script.ts': `import d, { kind } from 'dual'; import * as ns from 'dual'; import { a, b } from 'old'; import c from './c.cjs'; import { join } from 'path'
        export const value = [d, kind, ns.kind, a, b, c.kind, join('x', 'y')]; export const lazy = () => import('dual')`,
      'c.cjs': `const { kind } = require('dual'); module.exports = { kind, fs: require('fs') }`,
    })
    expect(made.externals).toEqual({
      dual: `file://${folder}/node_modules/dual/m.mjs`,
      'dynamic:dual': `file://${folder}/node_modules/dual/m.mjs`,
      'require:dual': `file://${folder}/node_modules/dual/c.cjs`,
      old: `file://${folder}/node_modules/old/lib/main.js`,
      path: 'node:path',
      'require:fs': 'node:fs',
    })
    const program = await compileBundle(made)
    await program.instantiate(() => ({}))
    const exports = await program.instantiate(() => ({}))
    expect(exports['value']).toEqual(['d', 'module', 'module', 'a', 'b', 'commonjs', 'x/y'])
    await expect((exports['lazy'] as () => Promise<unknown>)()).resolves.toMatchObject({ kind: 'module' })
    expect((globalThis as Record<string, unknown>)['dualLoads']).toBe(1)
  })

  test('that import brunt are bundled, so that they act for the VU and their state is the VU’s own', async () => {
    const made = await bundle({
      ...packages,
      'script.ts': `import { say, state } from 'plugin'; state.count++; export const value = [say(), state.count]`,
    })
    expect(made.externals).toEqual({})
    const program = await compileBundle(made)
    await program.instantiate((specifier) => modules[specifier])
    expect((await program.instantiate((specifier) => modules[specifier]))['value']).toEqual(['checked', 1])
  })

  test('of two versions are told apart', async () => {
    const made = await bundle({
      'script.ts': `import { v } from 'dep'; import { inner } from 'plugin'; export const value = [v, inner]`,
      'node_modules/dep/package.json': '{"main":"i.cjs"}',
      'node_modules/dep/i.cjs': 'exports.v = 1',
      'node_modules/plugin/package.json': '{"main":"i.mjs","peerDependencies":{"brunt":"*"}}',
      'node_modules/plugin/i.mjs': 'export { v as inner } from "dep"',
      'node_modules/plugin/node_modules/dep/package.json': '{"main":"i.cjs"}',
      'node_modules/plugin/node_modules/dep/i.cjs': 'exports.v = 2',
    })
    expect((await (await compileBundle(made)).instantiate(() => ({})))['value']).toEqual([1, 2])
  })

  test('that are optional and absent leave the choice to the script', async () => {
    const exports = await run(
      {
        'script.cjs': `let found; try { found = require('not-there') } catch (error) { found = error.code }; exports.value = found`,
      },
      'script.cjs',
    )
    expect(exports['value']).toBe('MODULE_NOT_FOUND')
  })

  test('that throw while they load are an import error', async () => {
    const made = await bundle({
      'script.ts': `import 'bad'`,
      'node_modules/bad/package.json': '{"main":"i.cjs"}',
      'node_modules/bad/i.cjs': 'throw new Error("out of order")',
    })
    expect(await failure(compileBundle(made))).toMatchObject({
      code: 'SCRIPT_IMPORT_FAILED',
      exitCode: 107,
      message: 'importing "bad" failed: out of order',
    })
  })
})

describe('dialect', () => {
  test.each([
    ['native', `import { check } from 'brunt'; check()`],
    ['native', `import type { Options } from 'brunt'; export default () => {}`],
    ['native', `import { type Options } from 'brunt'; export default () => {}`],
    ['native', `import { check } from 'brunt'; export default () => {}`],
    ['native', `import http from 'brunt/http'; export default () => http.get('/')`],
    ['native', `import './lib.ts'`],
    ['native', `export default async () => (await import('brunt/http')).get()`],
    ['compat', `export default () => {}`],
    ['compat', `// import { check } from 'brunt'\nexport default () => "import 'brunt'"`],
    ['compat', `import 'plugin'; export default () => {}`],
    ['compat', `import 'brunt-like'; export default () => {}`],
  ])('is %s: %s', async (dialect, script) => {
    const made = await bundle({
      'script.ts': script,
      'lib.ts': `export type { Options } from 'brunt/http'`,
      'node_modules/plugin/package.json': '{"main":"i.mjs","peerDependencies":{"brunt":"*"}}',
      'node_modules/plugin/i.mjs': 'import { check } from "brunt"; check',
      'node_modules/brunt-like/package.json': '{"main":"i.mjs"}',
      'node_modules/brunt-like/i.mjs': '',
    })
    expect(made.dialect).toBe(dialect)
  })
})

test('for an inspector the code carries its sources', async () => {
  const made = await bundle({ 'script.ts': 'export const inspected: number = 5' })
  const session = new Session()
  session.connect()
  const parsed: { url: string; sourceMapURL?: string }[] = []
  session.on('Debugger.scriptParsed', ({ params }) => parsed.push(params))
  session.post('Debugger.enable')
  await compileBundle(made, { hasInlineSourceMap: true })
  session.disconnect()
  const url = parsed.find((script) => script.url === scriptUrl(made))?.sourceMapURL ?? ''
  const map: unknown = JSON.parse(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64').toString())
  expect(map).toMatchObject({ sources: [`file://${folder}/script.ts`], sourcesContent: ['export const inspected: number = 5'] })
})

describe('errors', () => {
  test.each([
    ['const a = 1\nconst b = (\n', 'SCRIPT_SYNTAX', 107, /^script\.ts:\d:\d+: .*\n \d \| /],
    [
      `\timport './nope.ts'`,
      'SCRIPT_MODULE_NOT_FOUND',
      107,
      /^script\.ts:1:9: Could not resolve ".\/nope.ts"\n 1 \| \timport '.\/nope.ts'\n {3}\| \t {7}\^{11}$/,
    ],
    [`import 'not-installed/deep'`, 'SCRIPT_MODULE_NOT_FOUND', 107, /Could not resolve "not-installed\/deep"/],
    [`import 'https://example.com/x.js'`, 'SCRIPT_MODULE_NOT_FOUND', 107, /example.com/],
    [`import { nope } from './lib.ts'; nope()`, 'SCRIPT_EXPORT_MISSING', 107, /^script\.ts:1:10: No matching export/],
    [`import './data.csv'`, 'SCRIPT_FILE_TYPE', 107, /csv/],
    [
      'const é = "ü"; const x = = 1',
      'SCRIPT_SYNTAX',
      107,
      /^script\.ts:1:26: Unexpected "="\n 1 \| const é = "ü"; const x = = 1\n {3}\| {26}\^$/,
    ],
    ['\0\x01binary', 'SCRIPT_SYNTAX', 107, /script\.ts:1/],
  ])('%j is %s', async (script, code, exitCode, message) => {
    const error = await failure(bundle({ 'script.ts': script, 'lib.ts': 'export const a = 1', 'data.csv': '' }))
    expect(error).toMatchObject({
      name: 'UserError',
      code,
      exitCode,
      message: expect.stringMatching(message),
      hint: expect.any(String),
    })
  })

  test('many errors are cut off', async () => {
    const error = await failure(bundle({ 'script.ts': Array.from({ length: 9 }, (_, i) => `import './gone${i}.ts'`).join('\n') }))
    expect(error.message).toMatch(/… and 4 more$/)
  })

  test.each([
    ['script.ts', 'SCRIPT_NOT_FOUND', /script\.js/],
    ['script.js/x', 'SCRIPT_NOT_FOUND', /./],
    ['gone/script.ts', 'SCRIPT_NOT_FOUND', /does not exist/],
    ['.', 'SCRIPT_NOT_A_FILE', /script\.js/],
    ['a\0b', 'SCRIPT_NOT_FOUND', undefined],
  ])('entry %j is %s', async (entry, code, hint) => {
    const error = await failure(bundle({ 'script.js': '' }, entry))
    expect(error).toMatchObject({ code, hint: hint === undefined ? undefined : expect.stringMatching(hint) })
  })

  test.each([
    [`import { nope } from 'brunt'; nope()`, 'SCRIPT_EXPORT_MISSING', '"brunt" does not export "nope"'],
    [`import brunt from 'brunt'; brunt()`, 'SCRIPT_EXPORT_MISSING', '"brunt" has no default export'],
    [`import 'brunt/nothing'`, 'SCRIPT_MODULE_UNKNOWN', 'this version of brunt has no module "brunt/nothing"'],
    [`import * as x from 'brunt/nothing'; x.y()`, 'SCRIPT_MODULE_UNKNOWN', 'this version of brunt has no module "brunt/nothing"'],
    [`import { x } from 'brunt/nothing'; x()`, 'SCRIPT_MODULE_UNKNOWN', 'this version of brunt has no module "brunt/nothing"'],
    [`import { nope } from 'node:fs'; nope()`, 'SCRIPT_EXPORT_MISSING', '"node:fs" does not export "nope"'],
  ])('%s is %s', async (script, code, message) => {
    const error = await failure(run({ 'script.ts': `\n${script}` }))
    expect(error).toMatchObject({ code, message: `${folder}/script.ts:2: ${message}`, exitCode: 107 })
  })
})

describe('stacks', () => {
  async function thrown(program: Program): Promise<string> {
    const exports = await program.instantiate((specifier) => modules[specifier])
    const error = await (exports['default'] as () => Promise<unknown>)().catch((error: Error) => error)
    return program.locate((error as Error).stack ?? '')
  }

  test('name the user’s files, lines and columns and leave engine frames out', async () => {
    const program = await compileBundle(
      await bundle({
        'script.ts': `import type { X } from 'brunt'\nimport { check } from 'brunt'\nimport { fail } from './lib.ts'\nconst url: string = import.meta.url\nexport default async function () {\n  check()\n  const o: { a: number } = { a: 1 }; await import('brunt'); fail(url, o)\n}`,
        'lib.ts': `\ninterface Wide {\n  a: number\n}\nexport function fail(url: string, o: Wide) {\n  throw new Error('boom')\n}`,
      }),
    )
    const lines = (await thrown(program)).split('\n')
    expect(lines.slice(0, 3)).toEqual([
      'Error: boom',
      `    at fail (${folder}/lib.ts:6:9)`,
      `    at default (${folder}/script.ts:7:61)`,
    ])
    expect(lines.filter((line) => line.includes('script.test.ts'))).toEqual([])
  })

  test('keep frames of packages and texts that are no stacks', async () => {
    const program = await compileBundle(
      await bundle({
        'script.ts': `import { call } from 'pkg'\nexport default async () => call(() => {\n  throw new TypeError('two\\nlines')\n})`,
        'node_modules/pkg/package.json': '{"main":"i.cjs"}',
        'node_modules/pkg/i.cjs': 'exports.call = function call(f) { return f() }',
      }),
    )
    const lines = (await thrown(program)).split('\n')
    expect(lines.slice(0, 4)).toEqual([
      'TypeError: two',
      'lines',
      `    at ${folder}/script.ts:3:9`,
      `    at call (${folder}/node_modules/pkg/i.cjs:1:42)`,
    ])
    expect(program.locate('plain text')).toBe('plain text')
  })
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
const files = ['src', 'targets', 'test', 'bench', 'examples'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:[cm]?ts|mjs)$/.test(file) && !file.includes('fixtures'))
    .map((file) => path.join(root, folder, file)),
)

/** The architecture test sees an import only when its specifier is the path of a file. */
test('each relative import is the path of a file', () => {
  const broken = files.flatMap((file) =>
    relativeImports(file)
      .filter((specifier) => !existsSync(path.resolve(path.dirname(file), specifier)))
      .map((specifier) => `${path.relative(root, file)} imports ${specifier}`),
  )
  expect(broken).toEqual([])
})

test('relative imports in src are spelled with .ts', () => {
  const sources = files.filter((file) => file.startsWith(path.join(root, 'src')))
  const odd = sources.flatMap((file) => relativeImports(file).filter((specifier) => !specifier.endsWith('.ts')))
  expect(odd).toEqual([])
})

/** Imports that stand at the start of a line or in a call: texts of scripts inside tests do not count. */
function relativeImports(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const statements = text.matchAll(/^(?:import|export)\b[^'"`;]*?\bfrom\s+['"](\.[^'"]+)['"]/gm)
  const bare = text.matchAll(/^import\s+['"](\.[^'"]+)['"]/gm)
  const calls = file.includes('.test.') ? [] : text.matchAll(/\bimport\(\s*['"](\.[^'"]+)['"]\s*\)/g)
  return [...statements, ...bare, ...calls].map((match) => match[1] ?? '')
}

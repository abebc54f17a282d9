import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.(?:test|conformance)\.ts$/.test(file))
  .map((file) => readFileSync(path.join(root, 'src', file), 'utf8'))

const rows = readFileSync(path.join(root, 'docs/errors.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
const documented = rows.map((cells) => (cells[1] ?? '').replaceAll('`', ''))

/** Upper-case words in quotes that are no error codes of ours: variables, and names of Node and OpenSSL. */
const notCodes =
  /^(?:K6_|BRUNT_|ERR_|NODE_|NO_|HTTPS?_PROXY$|ALL_PROXY$|BASE_URL$|UNABLE_TO_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_|NGHTTP2_|HTTP2_|TLS_|SSL_|ECONN|UND_|SETTINGS_)/

function literalsIn(text: string): string[] {
  return [...text.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g)].map((match) => match[1] ?? '')
}

test('each code given to a UserError stands in docs/errors.md', () => {
  const thrown = sources.flatMap((text) =>
    [...text.matchAll(/\bUserError\(\s*['"`]([A-Z0-9_]+)/g)].map((match) => match[1] ?? ''),
  )
  expect([...new Set(thrown)].filter((code) => !documented.includes(code)).sort()).toEqual([])
})

test('each literal that looks like a code is one, or a known name of something else', () => {
  const unknown = sources
    .flatMap(literalsIn)
    .filter(
      (word) =>
        !documented.includes(word) &&
        !notCodes.test(word) &&
        /_(?:UNKNOWN|INVALID|MISSING|FAILED|CONFLICT|UNREADABLE|UNWRITABLE|EXISTS|TIMEOUT|LOST|CRASHED|UNSUPPORTED|TWICE|EMPTY|NOT_[A-Z]+)$/.test(
          word,
        ),
    )
  expect([...new Set(unknown)].sort()).toEqual([])
})

test('each documented code is used somewhere in src', () => {
  const used = new Set(
    sources.flatMap((text) => [...text.matchAll(/['"`]([A-Z][A-Z0-9_]+)['"`]/g)].map((match) => match[1] ?? '')),
  )
  // These are made of the name of a lifecycle function.
  for (const phase of ['SETUP', 'TEARDOWN']) for (const end of ['TIMEOUT', 'FAILED']) used.add(`${phase}_${end}`)
  expect(documented.filter((code) => !used.has(code))).toEqual([])
})

test('codes are listed once, in order, with a meaning and a fix', () => {
  expect(rows.filter((cells) => (cells[2] ?? '') === '' || (cells[3] ?? '') === '').map((cells) => cells[1])).toEqual([])
  const sections = readFileSync(path.join(root, 'docs/errors.md'), 'utf8').split(/^## /m).slice(1)
  for (const section of sections) {
    const codes = [...section.matchAll(/^\| `([A-Z0-9_]+)`/gm)].map((match) => match[1] ?? '')
    expect(codes).toEqual([...codes].sort())
  }
  expect(documented).toEqual([...new Set(documented)])
})

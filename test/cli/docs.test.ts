import { readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { brunt, type SampleTarget, scriptFile, startSampleTarget } from './program.ts'

const root = path.resolve(import.meta.dirname, '../..')
let target: SampleTarget

beforeAll(async () => {
  target = await startSampleTarget()
})
afterAll(() => target.stop())

interface Block {
  readonly place: string
  readonly code: string
}

/** Each block marked `ts` is a whole script. */
const blocks = ['README.md', 'docs/scripting.md'].flatMap((file): Block[] => {
  const text = readFileSync(path.join(root, file), 'utf8')
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(({ index, 1: code = '' }) => ({
    place: `${file}:${text.slice(0, index).split('\n').length}`,
    code,
  }))
})

test('the pages hold scripts for every part of the interface', () => {
  expect(blocks.length).toBeGreaterThan(6)
  const all = blocks.map(({ code }) => code).join('\n')
  for (const name of ['check(', 'group(', 'sleep(', 'fail(', 'execution', 'env[', 'scenario.', 'new Trend(', 'handleSummary('])
    expect(all).toContain(name)
})

test('every script of the pages has right types', () => {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile) as { config: object }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const files = new Map(blocks.map(({ code }, index) => [path.join(root, `examples/page-${index}.ts`), code]))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (file) => files.has(file) || fileExists.call(host, file)
  host.readFile = (file) => files.get(file) ?? readFile.call(host, file)
  host.getSourceFile = (file, ...more) => {
    const code = files.get(file)
    return code === undefined ? getSourceFile.call(host, file, ...more) : ts.createSourceFile(file, code, more[0])
  }
  const program = ts.createProgram([...files.keys()], options, host)
  const wrong = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const block = blocks[[...files.keys()].indexOf(file?.fileName ?? '')]
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0
    return `${block?.place} + ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
  expect(wrong).toEqual([])
})

test.each(blocks)('the script at $place has a valid plan and runs without an error', async ({ code }) => {
  const file = scriptFile(code, 'page.ts')
  const variables = ['-e', `BASE_URL=${target.url}`]
  const plan = await brunt(['inspect', file, ...variables])
  expect(plan.code, plan.stderr).toBe(0)
  // The load of the page would take its time.
  const { code: exitCode, stderr } = await brunt(['run', file, ...variables, '-u', '2', '-i', '6', '--summary', `${file}.json`])
  expect(exitCode, stderr).toBe(0)
  const { metrics, checks } = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as Summary
  expect(metrics['http_reqs']?.values['count']).toBeGreaterThan(5)
  expect(metrics['iteration_errors']).toBeUndefined()
  expect(checks.filter(({ fails }) => fails > 0)).toEqual([])
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { collectingLogger } from '../../src/base/logger.ts'
import { bundleScript, endBundling } from '../../src/script/bundle-script.ts'
import { compatRewriting } from '../../src/script/k6/compat-script.ts'
import { runRewritten } from './stages.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'brunt-packages-'))
afterAll(async () => {
  await endBundling()
  rmSync(folder, { recursive: true, force: true })
})

function writePackage(name: string, main: string, files: Readonly<Record<string, string>>): void {
  const home = path.join(folder, 'node_modules', name)
  mkdirSync(home, { recursive: true })
  writeFileSync(path.join(home, 'package.json'), JSON.stringify({ name, version: '1.0.0', main }))
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(home, file), text)
}

async function run(script: string): Promise<{ events: readonly string[]; warnings: readonly string[] }> {
  writeFileSync(path.join(folder, 'script.js'), script)
  const log = collectingLogger()
  const provided = (specifier: string): boolean => /^k6(?:\/|$)/.test(specifier)
  const bundle = await bundleScript(path.join(folder, 'script.js'), {
    provided,
    cwd: folder,
    log,
    rewriting: () => Promise.resolve(compatRewriting),
  })
  return { events: await runRewritten(bundle), warnings: log.entries.map(({ message }) => message) }
}

writePackage('each-of', 'index.js', {
  'index.js': `
exports.each = function (list, callback) { for (var i = 0; i < list.length; i++) callback(list[i], i); return list };
exports.sum = function (list) { return list.reduce(function (a, b) { return a + b }, 0) };
`,
})
// Calls its own functions while it loads: what they become may not wait.
writePackage('self-made', 'index.js', {
  'index.js': `
function each(list, callback) { for (var i = 0; i < list.length; i++) callback(list[i]) }
var names = {};
each(['a', 'b'], function (name) { names[name] = true });
module.exports = { each: each, names: names };
`,
})

test('a package waits for a callback that blocks', async () => {
  const { events, warnings } = await run(`
import http from 'k6/http';
import { each, sum } from 'each-of';
export default function () {
  each(['a', 'b'], (name) => { http.get(name); });
  console.log(sum([1, 2, 3]));
}`)
  expect(events).toEqual(['> get ["a"]', '< get ["a"]', '> get ["b"]', '< get ["b"]', 'log 6'])
  expect(warnings).toEqual([])
})

test('a package that cannot wait is warned of, and a missed wait fails the iteration', async () => {
  const { events, warnings } = await run(`
import http from 'k6/http';
import lib from 'self-made';
export default function () {
  console.log(Object.keys(lib.names).length);
  lib.each(['a', 'b'], (name) => { http.get(name); });
  console.log('too early');
}`)
  expect(warnings).toEqual([expect.stringMatching(/script\.js:6: a function that may block goes to a package/)])
  expect(events[0]).toBe('log 2')
  expect(events).not.toContain('log too early')
  expect(events).toContainEqual(expect.stringMatching(/^threw Error .*came while get/))
})

test('a package that only computes is left as it is', async () => {
  const { events, warnings } = await run(`
import http from 'k6/http';
import lib from 'self-made';
export default function () {
  const seen = [];
  lib.each(['a', 'b'], (name) => { seen.push(name); });
  console.log(seen.join());
  seen.forEach((name) => http.get(name));
}`)
  expect(events).toEqual(['log a,b', '> get ["a"]', '< get ["a"]', '> get ["b"]', '< get ["b"]'])
  expect(warnings).toEqual([])
})

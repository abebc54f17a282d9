import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { collectingLogger } from '../../src/base/logger.ts'
import type { ScriptBundle } from '../../src/script/bundle.ts'
import { bundleScript, endBundling, type ScriptRewriting } from '../../src/script/bundle-script.ts'
import { compatRewriting } from '../../src/script/k6/compat-script.ts'
import { runRewritten, runSynchronously } from './stages.ts'

const folder = path.join(import.meta.dirname, 'adversarial')
const scripts = readdirSync(folder).filter((name) => /\.c?js$/.test(name))

/** Scripts with a blocking call where nothing can wait. */
const refused = new Set(['ctor.js', 'getter.js', 'generator.js', 'tojson.js', 'tostr.js'])

/** The one freedom: a comparator may be called in another order, with the same result. */
const logsOnly = new Set(['sort.js'])

/** The rewriting, with the stage's clock and chance. */
const staged: ScriptRewriting = {
  rewrite(module, context) {
    const rewritten = compatRewriting.rewrite(module, context)
    return { ...rewritten, prelude: `${rewritten.prelude}const { Date, Math } = $brunt.import("k6:globals");` }
  },
}

/** Leaves the code as it is and gives it the stage's globals. */
const untouched: ScriptRewriting = {
  rewrite: (module) => ({
    ...module,
    prelude: 'const { console, setTimeout, setInterval, clearInterval, Date, Math, global } = $brunt.import("k6:globals");',
  }),
}

async function bundle(file: string, rewriting: ScriptRewriting): Promise<ScriptBundle> {
  const provided = (specifier: string): boolean => /^k6(?:\/|$)/.test(specifier)
  return await bundleScript(path.join(folder, file), {
    provided,
    cwd: folder,
    log: collectingLogger(),
    rewriting: () => Promise.resolve(rewriting),
  })
}

afterAll(endBundling)

test.each(scripts.filter((name) => !refused.has(name)))('%s has its effects in the synchronous order', async (name) => {
  const expected = await runSynchronously(await bundle(name, untouched))
  const events = await runRewritten(await bundle(name, staged))
  const kept = (all: readonly string[]): readonly string[] =>
    logsOnly.has(name) ? all.filter((each) => each.startsWith('log ')) : all
  expect(kept(events)).toEqual(kept(expected))
  expect(kept(events).length).toBeGreaterThan(1)
})

test.each([...refused])('%s is refused where it blocks, with file and line', async (name) => {
  await expect(bundle(name, compatRewriting)).rejects.toMatchObject({
    code: 'K6_CANNOT_WAIT',
    message: expect.stringMatching(new RegExp(`${name}:\\d+: a blocking call`)) as string,
  })
})

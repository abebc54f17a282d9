import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { build } from 'esbuild'
import { expect } from 'vitest'

/** Makes the programs of test/fixtures/workers/ runnable; returns the new folder that they are in. */
export async function buildWorkerPrograms(): Promise<string> {
  const fixtures = path.resolve(import.meta.dirname, '../../test/fixtures/workers')
  const folder = mkdtempSync(path.join(tmpdir(), 'brunt-workers-'))
  await build({
    entryPoints: [
      path.join(fixtures, 'puppet.ts'),
      path.join(fixtures, 'coordinator.ts'),
      path.join(import.meta.dirname, 'guard.ts'),
    ],
    entryNames: '[name]',
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)` },
    outExtension: { '.js': '.mjs' },
    outdir: folder,
  })
  return folder
}

export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Waits for a fact about other processes, which tell nobody when they end. */
export async function until(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !isTrue(); turn++) await delay(25)
  expect(isTrue()).toBe(true)
}

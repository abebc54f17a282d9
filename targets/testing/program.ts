import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { buildSync } from 'esbuild'

/** A target program, built for the test and started. */
export interface RunningProgram {
  /** The parsed JSON of its first line. */
  readonly ready: Readonly<Record<string, unknown>>
  readonly child: ChildProcess
  /** Resolves to exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>
}

/** A target program, built for one test file. */
export interface Program {
  /** Resolves once the program said where it listens; rejects with its error output when it ends before. */
  start(args?: readonly string[]): Promise<RunningProgram>
  /** Ends what still runs and deletes what was built. */
  remove(): void
}

/** Builds a target from source, so that a test needs no earlier build. */
export function buildProgram(name: string): Program {
  const root = path.resolve(import.meta.dirname, '../..')
  // Inside the package, so that its dependencies resolve.
  const folder = mkdtempSync(path.join(root, 'node_modules', '.brunt-target-'))
  const file = path.join(folder, 'main.mjs')
  buildSync({
    entryPoints: [path.join(root, 'targets', name, 'main.ts')],
    outfile: file,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
  })
  const children: ChildProcess[] = []
  return {
    start: (args = []) => startProgram([file, ...args], children),
    remove: () => {
      for (const child of children) child.kill('SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startProgram(args: readonly string[], children: ChildProcess[]): Promise<RunningProgram> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  children.push(child)
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal)),
  )
  const line = new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve))
  const first = await Promise.race([line, ended.then(() => undefined)])
  if (first === undefined) throw new Error(errors)
  return { ready: JSON.parse(first) as Record<string, unknown>, child, ended }
}

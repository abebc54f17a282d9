import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { UserError } from '../base/user-error.ts'

/** A sample target that runs as a process of its own. */
export interface TargetProcess {
  /** What it said when it was ready: `http` and, per target, more. */
  readonly urls: Readonly<Record<string, unknown>>
  /** Resolves once it has ended, by itself or by `stop`, with its exit code. */
  readonly ended: Promise<number>
  stop(): Promise<void>
}

const folder = path.resolve(import.meta.dirname, '../targets')

/** Names of the sample targets of this build. */
export function targetNames(): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'main.js')))
}

/**
 * Starts a sample target and resolves when it listens. It ends with this process, however that ends.
 * Throws TARGET_UNKNOWN, and TARGET_FAILED when it does not come up.
 */
export async function startTarget(name: string, args: readonly string[]): Promise<TargetProcess> {
  const names = targetNames()
  if (!names.includes(name)) {
    const hint = names.length === 0 ? 'run  npm run build  first' : `the targets are: ${names.join(', ')}`
    throw new UserError('TARGET_UNKNOWN', `there is no sample target "${name}"`, { hint })
  }
  const child = spawn(process.execPath, [path.join(folder, name, 'main.js'), '--exit-with-parent', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A Ctrl-C in the terminal is for us: the target must go on while a run stops gracefully.
    detached: true,
  })
  const said: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
  // It may end while we still hold its standard input open.
  child.stdin.on('error', () => undefined)
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1))
    child.once('error', () => resolve(1))
  })
  const line = await Promise.race([firstLine(child), ended])
  if (typeof line === 'number') {
    throw new UserError(
      'TARGET_FAILED',
      `the sample target "${name}" did not start: ${said.join('').trim() || `exit code ${line}`}`,
      {
        hint: 'is the port taken? leave --port out for a free one',
      },
    )
  }
  return { urls: parseUrls(name, line), ended, stop: () => stop(child, ended) }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve)
  })
}

function parseUrls(name: string, line: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(line)
    if (typeof parsed === 'object' && parsed !== null && 'http' in parsed) return { ...parsed }
  } catch {
    // Said below.
  }
  throw new UserError('TARGET_FAILED', `the sample target "${name}" said something unexpected: ${line.slice(0, 200)}`, {
    hint: 'run  npm run build  again',
  })
}

async function stop(child: ChildProcess, ended: Promise<number>): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 2000)
  await ended
  clearTimeout(timer)
}

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll } from 'vitest'

const dist = path.resolve(import.meta.dirname, '../../dist')
const program = path.join(dist, 'cli/main.js')

/** How a command ended. `code` is `null` when a signal ended it. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface StartOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
}

/** A command that is running. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when what was written to stderr so far matches; rejects with everything when the command ends before. */
  stderrMatches(pattern: RegExp): Promise<void>
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A new folder for the files of one test, removed after the last one of its file. */
export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'brunt-cli-'))
  folders.push(folder)
  return folder
}

/** Writes a script into a folder of its own and gives its path. */
export function scriptFile(text: string, name = 'test.ts'): string {
  const file = path.join(newFolder(), name)
  writeFileSync(file, text)
  return file
}

/** Starts the built program. Variables of ours and of the terminal are left out of its environment. */
export function startBrunt(args: readonly string[], options: StartOptions = {}): Running {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:K6_|BRUNT_|NO_COLOR|FORCE_COLOR|BASE_URL|NODE_|VITEST|HTTPS?_PROXY|NO_PROXY)/i.test(name),
    ),
  )
  const child = spawn(process.execPath, [program, ...args], {
    cwd: options.cwd ?? newFolder(),
    env: { ...inherited, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const watchers = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    for (const watcher of watchers) watcher()
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.stdin ?? '')
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
  return {
    child,
    ended,
    stderrMatches(pattern) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(stderr)) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
        void ended.then(() => reject(new Error(`the command ended before ${pattern} was on stderr:\n${stderr}\n${stdout}`)))
      })
    },
  }
}

/** Runs the built program to its end. */
export function brunt(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return startBrunt(args, options).ended
}

/** The sample target, as a process of its own that ends with this one. */
export interface SampleTarget {
  readonly url: string
  get(route: string): Promise<unknown>
  control(settings: unknown): Promise<void>
  stop(): Promise<void>
}

export async function startSampleTarget(): Promise<SampleTarget> {
  const child = spawn(process.execPath, [path.join(dist, 'targets/httpbin/main.js'), '--port', '0', '--exit-with-parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const line = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (text.includes('\n')) resolve(text)
    })
    child.once('exit', (code) => reject(new Error(`the sample target ended with ${code}`)))
  })
  const { http: url } = JSON.parse(line) as { http: string }
  return {
    url,
    get: async (route) => (await fetch(url + route)).json(),
    control: async (settings) => {
      const response = await fetch(`${url}/control`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(settings),
      })
      if (!response.ok) throw new Error(`control answered ${response.status}: ${await response.text()}`)
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
    },
  }
}

/** Processes started by `pid`, directly or by its children, whose command line holds `part`. Linux only. */
export function descendants(pid: number, part = ''): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = readProc(`${name}/stat`)
    if (stat !== '') parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
  }
  const found: number[] = []
  const visit = (parent: number): void => {
    for (const [child, above] of parents) {
      if (above !== parent) continue
      found.push(child)
      visit(child)
    }
  }
  visit(pid)
  return found.filter((child) => readProc(`${child}/cmdline`).includes(part))
}

/** Does this process run? A zombie does not. */
export function isRunning(pid: number): boolean {
  const stat = readProc(`${pid}/stat`)
  return stat !== '' && stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
}

/** Resolves when `condition` holds; the test's own time limit is the bound. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(20)
}

function readProc(file: string): string {
  try {
    return readFileSync(`/proc/${file}`, 'utf8')
  } catch {
    return ''
  }
}

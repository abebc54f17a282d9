import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, writeFile, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { messageOf, UserError } from '../base/user-error.ts'
import type { Snapshot } from '../metrics/snapshot.ts'
import { redactPlan } from './redact-plan.ts'
import type { RunHeader, RunOutcome } from './run-outcome.ts'
import { pruneRuns } from './run-pruning.ts'

export interface RunFolderOptions {
  /** Folder that holds `runs/`; `.brunt` beside the user's work. */
  readonly root: string
  /** Room for the seconds of one run; 256 MiB unless told. */
  readonly maxSnapshotBytes?: number
  /** Finished runs that stay in the folder, this one counted, the oldest going first; all unless told. */
  readonly keepCount?: number
}

/** Where a run leaves its result. */
export function runFolderPath(root: string, runId: string): string {
  return path.join(root, 'runs', runId)
}

/**
 * Leaves a result behind, as an output: `plan.json` at the start, a line of `snapshots.ndjson` each second,
 * `summary.json` and `outcome.json` at the end. What is recorded survives a kill at any time. Values of environment
 * variables, keys and passwords are never stored. Once the bound is reached, seconds are left out and the last line says
 * so: `{"truncatedFromSecond":N}`.
 */
export class RunFolder {
  readonly #root: string
  readonly #maxSnapshotBytes: number
  readonly #keepCount: number | undefined
  #folder = ''
  #snapshots: FileHandle | undefined
  #writtenBytes = 0
  #isFull = false

  constructor(options: RunFolderOptions) {
    this.#root = options.root
    this.#maxSnapshotBytes = options.maxSnapshotBytes ?? 256 * 1024 * 1024
    this.#keepCount = options.keepCount
  }

  /** Throws `RUN_FOLDER_UNWRITABLE`. */
  async start(run: RunHeader): Promise<void> {
    this.#folder = runFolderPath(this.#root, run.runId)
    this.#writtenBytes = 0
    this.#isFull = false
    try {
      await mkdir(this.#folder, { recursive: true })
      await writeFile(path.join(this.#root, '.gitignore'), '*\n', { flag: 'wx' }).catch(ignoreExisting)
      await this.#writeWhole('plan.json', { ...describe(run), scriptSha256: await hashOf(run.script) })
      this.#snapshots = await open(path.join(this.#folder, 'snapshots.ndjson'), 'w')
    } catch (cause) {
      throw this.#unwritable(cause)
    }
  }

  async write(snapshot: Snapshot): Promise<void> {
    if (!this.#snapshots || this.#isFull) return
    let line = Buffer.from(`${JSON.stringify(snapshot, plainArrays)}\n`)
    if (this.#writtenBytes + line.length > this.#maxSnapshotBytes) {
      this.#isFull = true
      line = Buffer.from(`{"truncatedFromSecond":${snapshot.second}}\n`)
    }
    try {
      await this.#snapshots.writeFile(line)
      this.#writtenBytes += line.length
    } catch (cause) {
      await this.#snapshots.close()
      this.#snapshots = undefined
      throw this.#unwritable(cause)
    }
  }

  async stop(outcome: RunOutcome): Promise<void> {
    const snapshots = this.#snapshots
    if (!snapshots) return
    this.#snapshots = undefined
    const { exitCode, error, files, summary } = outcome
    try {
      await snapshots.close()
      await this.#writeWhole('summary.json', summary)
      await this.#writeWhole('outcome.json', { exitCode, error, files: Object.keys(files) })
    } catch (cause) {
      throw this.#unwritable(cause)
    }
    if (this.#keepCount !== undefined) await pruneRuns(path.dirname(this.#folder), this.#keepCount)
  }

  /** Under its name there is the whole file or none. */
  async #writeWhole(name: string, content: unknown): Promise<void> {
    const target = path.join(this.#folder, name)
    const file = await open(`${target}.tmp`, 'w')
    try {
      await file.writeFile(`${JSON.stringify(content, undefined, 2)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${target}.tmp`, target)
  }

  #unwritable(cause: unknown): UserError {
    return new UserError('RUN_FOLDER_UNWRITABLE', `cannot store the result in ${this.#folder}: ${messageOf(cause)}`, {
      hint: 'make room, or start the run in a folder that you may write to',
      cause,
    })
  }
}

function describe(run: RunHeader): object {
  const { runId, script, startedAtEpochMs, workers, metrics, outputs, plan } = run
  return {
    schemaVersion: 1,
    runId,
    script,
    startedAt: new Date(startedAtEpochMs).toISOString(),
    workers,
    metrics,
    outputs,
    plan: redactPlan(plan),
  }
}

/** `undefined` when the script did not come from a file that is still there. */
async function hashOf(script: string): Promise<string | undefined> {
  try {
    return createHash('sha256')
      .update(await readFile(script))
      .digest('hex')
  } catch {
    return undefined
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

function plainArrays(_key: string, value: unknown): unknown {
  return value instanceof Uint32Array ? [...value] : value
}

import { type ChildProcess, spawn } from 'node:child_process'
import { exitCode } from '../base/exit-code.ts'
import type { Logger } from '../base/logger.ts'
import { UserError } from '../base/user-error.ts'
import type { WorkerLink, WorkerSource } from '../wire/link.ts'
import type { Guard } from './guard.ts'
import { WorkerProcess } from './worker-process.ts'

/**
 * Room for the objects of requests under way, so that they die young: 16 MB, V8's default, costs a fifth more CPU per request
 * at 500 connections. V8 gives the memory back when a worker idles.
 */
const youngGenerationMb = 32

export interface ProcessWorkersOptions {
  /** The worker's entry, a JavaScript file that serves `workerChannel()`. */
  readonly program: string
  /** Arguments of Node itself, before the program. */
  readonly execArgv?: readonly string[]
  /** Environment of the workers; that of this process by default. */
  readonly env?: NodeJS.ProcessEnv
  /** Limit of a worker's JavaScript heap; Node's own by default. */
  readonly memoryMb?: number
  readonly log: Logger
  /** Kills the workers if this process dies without closing them. */
  readonly guard?: Guard
  /** Turns places in compiled code, in any text, into places in the user's files; see script/locator.ts. */
  readonly locate?: (text: string) => string
}

/** Between closing a worker's channel and killing it, in ms. */
const closeGraceMs = 2000

/**
 * Workers as child processes of this machine, each the leader of a group of its own: a Ctrl-C in the terminal reaches
 * only the coordinator. `open` rejects with WORKER_SPAWN_FAILED when the system gives no more processes.
 */
export function processWorkers(options: ProcessWorkersOptions): WorkerSource {
  const living = new Set<WorkerProcess>()
  let openedCount = 0
  let isClosed = false
  const start = async (): Promise<WorkerLink> => {
    openedCount += 1
    const worker = await startWorker(options, String(openedCount))
    living.add(worker)
    options.guard?.watch(worker.pid)
    void worker.ended.promise.then(() => {
      living.delete(worker)
      options.guard?.unwatch(worker.pid)
    })
    // Closed while the process was being made: nobody would end it.
    if (isClosed) worker.kill()
    return worker
  }
  return {
    async open({ workers }) {
      const started = await Promise.allSettled(Array.from({ length: workers }, start))
      const failed = started.find((result) => result.status === 'rejected')
      if (!failed) return started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
      for (const result of started) if (result.status === 'fulfilled') result.value.kill()
      throw failed.reason
    },
    async close() {
      isClosed = true
      await Promise.all([...living].map(endWorker))
    },
  }
}

async function endWorker(worker: WorkerProcess): Promise<void> {
  worker.hangUp()
  const timer = setTimeout(() => worker.kill(), closeGraceMs)
  await worker.ended.promise
  clearTimeout(timer)
}

async function startWorker(options: ProcessWorkersOptions, workerId: string): Promise<WorkerProcess> {
  const { execArgv = [], memoryMb, env = process.env } = options
  const isInspected = execArgv.some((argument) => argument.startsWith('--inspect'))
  const nodeArguments = [
    `--max-semi-space-size=${youngGenerationMb}`,
    ...execArgv,
    ...(memoryMb === undefined ? [] : [`--max-old-space-size=${memoryMb}`]),
    // The port of the inspector that SIGUSR1 opens in a stuck worker; nothing listens before.
    ...(isInspected ? [] : ['--inspect-port=127.0.0.1:0']),
  ]
  const child = spawnProcess(process.execPath, [...nodeArguments, options.program], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
    env: { ...env, BRUNT_WORKER_ID: workerId },
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) => reject(spawnFailed(cause)))
  })
  const locate = options.locate ?? ((text: string): string => text)
  return new WorkerProcess(child, { workerId, log: options.log, memoryMb, locate, isInspected })
}

/** `spawn` throws some failures and emits others. */
function spawnProcess(...parameters: Parameters<typeof spawn>): ChildProcess {
  try {
    return spawn(...parameters)
  } catch (cause) {
    throw spawnFailed(cause as Error)
  }
}

function spawnFailed(cause: Error): UserError {
  return new UserError('WORKER_SPAWN_FAILED', `cannot start a worker process: ${cause.message}`, {
    hint: 'check the limits on processes and memory (ulimit -u, free -m), or use fewer workers (--workers 1)',
    exitCode: exitCode.other,
    cause,
  })
}

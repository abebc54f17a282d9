import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { type Deferred, deferred } from '../base/deferred.ts'
import type { Logger } from '../base/logger.ts'
import { messageOf } from '../base/user-error.ts'
import { Inbox } from '../wire/channel.ts'
import { decodeFromWorker, encodeMessage } from '../wire/codec.ts'
import { FrameReader } from '../wire/frame-reader.ts'
import type { WorkerLink } from '../wire/link.ts'
import type { FromWorker, ToWorker } from '../wire/messages.ts'
import { exitReason } from './exit-reason.ts'
import { pauseAndLook, type RunningFrame } from './inspector.ts'
import { splitLines } from './line-splitter.ts'

export interface WorkerProcessOptions {
  readonly workerId: string
  readonly log: Logger
  readonly memoryMb: number | undefined
  /** Turns places in compiled code, in any text, into places in the user's files. */
  readonly locate: (text: string) => string
  /** The process already has an inspector, by its arguments: it cannot be interrupted through one of ours. */
  readonly isInspected: boolean
}

const keptLineCount = 60
/** How long to wait for the pipes of a process that has ended: a process that it left behind may hold them open. */
const pipeGraceMs = 1000
const inspectorTimeoutMs = 3000

/** A worker process as the coordinator sees it: frames on descriptor 3, its output as log entries. */
export class WorkerProcess implements WorkerLink {
  readonly workerId: string
  /** Resolves when the process has ended and the last of its messages was delivered. */
  readonly ended: Deferred = deferred()
  readonly #child: ChildProcess
  readonly #channel: Socket
  readonly #options: WorkerProcessOptions
  readonly #inbox = new Inbox<{ message: FromWorker } | { lost: string }>()
  readonly #lastLines: string[] = []
  #inspector: Deferred<string> = deferred()
  #isInspectorAsked = false
  #isMuted = false
  #isLost = false
  #reason: string | undefined

  constructor(child: ChildProcess, options: WorkerProcessOptions) {
    this.workerId = options.workerId
    this.#child = child
    this.#options = options
    this.#channel = child.stdio[3] as Socket
    this.#readChannel()
    if (child.stdout) splitLines(child.stdout, (line) => this.#log(line, 'info'))
    if (child.stderr) splitLines(child.stderr, (line) => this.#readError(line))
    child.on('exit', () => {
      const grace = setTimeout(() => this.#lose(), pipeGraceMs)
      child.on('close', () => {
        clearTimeout(grace)
        this.#lose()
      })
    })
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  send(message: ToWorker): void {
    if (!this.#isLost && this.#channel.writable) this.#channel.write(encodeMessage(message))
  }

  listen(to: { message(message: FromWorker): void; lost(reason: string): void }): void {
    this.#inbox.open((item) => ('lost' in item ? to.lost(item.lost) : to.message(item.message)))
  }

  async interrupt(options: { terminate: boolean } = { terminate: false }): Promise<string | undefined> {
    if (this.#isLost || this.#options.isInspected || process.platform === 'win32') return undefined
    if (!this.#isInspectorAsked) {
      this.#isInspectorAsked = true
      this.#child.kill('SIGUSR1')
    }
    const url = await withTimeout(this.#inspector.promise, inspectorTimeoutMs)
    if (url === undefined) return undefined
    const frames = await pauseAndLook(url, { ...options, timeoutMs: inspectorTimeoutMs })
    const frame =
      frames.find(({ url }) => url.startsWith('brunt:script/')) ??
      frames.find(({ url }) => url !== '' && !url.startsWith('node:'))
    return frame && this.#options.locate(describeFrame(frame))
  }

  kill(): void {
    if (this.#isLost) return
    this.#reason ??= 'killed by the coordinator'
    killGroup(this.#child)
  }

  /** Asks the process to end by closing its channel. */
  hangUp(): void {
    this.#channel.end()
  }

  #readChannel(): void {
    let received: FromWorker[] = []
    const reader = new FrameReader((body) => received.push(decodeFromWorker(body)))
    this.#channel.on('data', (chunk: Buffer) => {
      if (this.#reason !== undefined) return
      try {
        reader.push(chunk)
      } catch (error) {
        this.#reason = `sent what is no message (${messageOf(error)}) and was killed`
        killGroup(this.#child)
      }
      // Outside the `try`: what the receiver throws is not the worker's fault.
      const messages = received
      received = []
      for (const message of messages) this.#inbox.put({ message })
    })
    // EPIPE and the like: the end of the process follows.
    this.#channel.on('error', () => undefined)
  }

  #readError(line: string): void {
    this.#lastLines.push(line)
    if (this.#lastLines.length > keptLineCount) this.#lastLines.shift()
    const inspectorUrl = /^Debugger listening on (ws:\S+)$/.exec(line)?.[1]
    if (inspectorUrl !== undefined) this.#inspector.resolve(inspectorUrl)
    const isInspectorTalk =
      /^(?:Debugger (?:listening on|attached|ending)|For help, see: https:\/\/nodejs\.org|Waiting for the debugger)/.test(line)
    if (isInspectorTalk && !this.#options.isInspected) return
    // V8's report on its heap: the reason of the end says it in a line.
    if (line.includes('<--- Last few GCs --->')) this.#isMuted = true
    if (!this.#isMuted && line.trim() !== '') this.#log(line, 'warn')
  }

  #log(line: string, level: 'info' | 'warn'): void {
    this.#options.log.log({ level, message: line, source: 'console', fields: { worker: this.workerId } })
  }

  #lose(): void {
    if (this.#isLost) return
    this.#isLost = true
    this.#channel.destroy()
    destroy(this.#child.stdout)
    destroy(this.#child.stderr)
    const { exitCode: code, signalCode: signal } = this.#child
    const reason = exitReason({ code, signal, lastLines: this.#lastLines, memoryMb: this.#options.memoryMb })
    this.#inbox.put({ lost: this.#reason ?? reason })
    this.ended.resolve()
  }
}

/** The process and whatever it started. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has no group of its own (any more).
  }
  child.kill('SIGKILL')
}

function describeFrame(frame: RunningFrame): string {
  return `${frame.functionName} (${frame.url}:${frame.line}:${frame.column})`
}

function destroy(stream: Readable | null): void {
  stream?.destroy()
}

async function withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs)
  })
  const result = await Promise.race([promise, timeout])
  clearTimeout(timer)
  return result
}

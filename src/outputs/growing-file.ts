import { open, type FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { messageOf, UserError } from '../base/user-error.ts'

const compress = promisify(gzip)

/** Where bytes go. `-` is the stream `stdout`; a path that ends in `.gz` is compressed. */
export interface GrowingFileTarget {
  readonly path: string
  readonly stdout: NodeJS.WritableStream
  /** Bytes that may wait for a slow disk; 128 MiB unless told. */
  readonly maxQueuedBytes?: number
}

interface Sink {
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

/**
 * A file that is only appended to, without making its writer wait. What is on disk is whole at any time: a `.gz` grows
 * by complete gzip members. The first failure (a full disk, a queue over its bound) ends it: later bytes are left out
 * and `check` and `close` reject with that failure.
 */
export class GrowingFile {
  readonly #path: string
  readonly #sink: Sink
  readonly #maxQueuedBytes: number
  #queue: Uint8Array[] = []
  #queuedBytes = 0
  #draining: Promise<void> | undefined
  #failure: UserError | undefined
  #isClosed = false

  private constructor(sink: Sink, target: GrowingFileTarget) {
    this.#sink = sink
    this.#path = target.path
    this.#maxQueuedBytes = target.maxQueuedBytes ?? 128 * 1024 * 1024
  }

  /** Creates or empties the file; throws `OUTPUT_OPEN_FAILED`. */
  static async open(target: GrowingFileTarget): Promise<GrowingFile> {
    if (target.path === '-') return new GrowingFile(streamSink(target.stdout), target)
    try {
      const handle = await open(target.path, 'w')
      const sink = fileSink(handle)
      return new GrowingFile(target.path.endsWith('.gz') ? gzipSink(sink) : sink, target)
    } catch (cause) {
      throw new UserError('OUTPUT_OPEN_FAILED', `cannot write to ${target.path}: ${messageOf(cause)}`, {
        hint: 'name a file in a folder that exists and that you may write to',
        cause,
      })
    }
  }

  /** Queues bytes, which must not change afterwards. */
  append(bytes: Uint8Array): void {
    if (this.#failure || bytes.length === 0) return
    if (this.#queuedBytes + bytes.length > this.#maxQueuedBytes) return this.fail(this.#tooSlow())
    this.#queue.push(bytes)
    this.#queuedBytes += bytes.length
    this.#draining ??= this.#drain()
  }

  /** Rejects once something went wrong; does not wait for the disk. */
  check(): Promise<void> {
    return this.#failure ? Promise.reject(this.#failure) : Promise.resolve()
  }

  /** Waits until every byte is written, then closes; rejects when anything failed. */
  async close(): Promise<void> {
    await this.#draining
    await this.#closeSink()
    if (this.#failure) throw this.#failure
  }

  /** Ends the file, here or for a reason of its writer's: what waits is left out, and what was written stays. */
  fail(failure: UserError): void {
    if (this.#failure) return
    this.#failure = failure
    this.#queue = []
    this.#queuedBytes = 0
    // A failed output may never be stopped, so nobody else would close it.
    void Promise.resolve(this.#draining).then(() => this.#closeSink())
  }

  /** Never rejects. */
  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const chunks = this.#queue
      const bytes = this.#queuedBytes
      this.#queue = []
      try {
        await this.#sink.write(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
      } catch (cause) {
        this.fail(this.#writeFailed(cause))
      }
      this.#queuedBytes = Math.max(0, this.#queuedBytes - bytes)
    }
    this.#draining = undefined
  }

  /** Never rejects. */
  async #closeSink(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    try {
      await this.#sink.close()
    } catch (cause) {
      this.#failure ??= this.#writeFailed(cause)
    }
  }

  #tooSlow(): UserError {
    const mebibytes = Math.round(this.#queuedBytes / 1024 / 1024)
    return new UserError(
      'OUTPUT_TOO_SLOW',
      `${this.#path} takes samples more slowly than the run makes them: ${mebibytes} MiB were waiting`,
      {
        hint: 'write to a faster disk, or use a .gz file; what came before is in the file',
      },
    )
  }

  #writeFailed(cause: unknown): UserError {
    const code = (cause as NodeJS.ErrnoException | undefined)?.code
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      return new UserError('OUTPUT_DISK_FULL', `no space left for ${this.#path}`, {
        hint: 'free some space, or name a file on another disk; what came before is in the file',
        cause,
      })
    }
    return new UserError('OUTPUT_WRITE_FAILED', `cannot write to ${this.#path}: ${messageOf(cause)}`, {
      hint: 'see that the file or the reader of the pipe is still there; what came before was written',
      cause,
    })
  }
}

function fileSink(handle: FileHandle): Sink {
  return {
    write: (bytes) => handle.writeFile(bytes),
    close: () => handle.close(),
  }
}

function gzipSink(sink: Sink): Sink {
  return {
    write: async (bytes) => sink.write(await compress(bytes)),
    close: () => sink.close(),
  }
}

/** Standard output is not ours to close. */
function streamSink(stream: NodeJS.WritableStream): Sink {
  let failure: Error | undefined
  const onError = (error: Error): void => {
    failure = error
  }
  stream.on('error', onError)
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure)
        stream.write(bytes, (error) => {
          if (!error) return resolve()
          failure = error
          reject(error)
        })
      }),
    close: () => {
      // A pipe whose reader left reports that once more after the write: the listener stays in that case.
      if (!failure) stream.removeListener('error', onError)
      return Promise.resolve()
    },
  }
}

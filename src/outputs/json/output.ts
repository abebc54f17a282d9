import { messageOf, UserError } from '../../base/user-error.ts'
import type { MetricDefinition } from '../../metrics/definition.ts'
import type { RunHeader, RunOutcome } from '../../results/run-outcome.ts'
import type { Snapshot } from '../../metrics/snapshot.ts'
import { GrowingFile, type GrowingFileTarget } from '../growing-file.ts'
import type { SampleOutput } from '../output.ts'
import { metricLine } from './metric-line.ts'
import { unpackBatch } from './packed-batch.ts'

/** Raw samples as JSON lines: `json=FILE`, `json=FILE.gz`, `json=-`. A failed file rejects the next `write`. */
export function jsonOutput(target: GrowingFileTarget): SampleOutput {
  return new JsonOutput(target)
}

class JsonOutput implements SampleOutput {
  readonly #target: GrowingFileTarget
  readonly #announced = new Set<string>()
  #file: GrowingFile | undefined
  #header: RunHeader | undefined

  constructor(target: GrowingFileTarget) {
    this.#target = target
  }

  async start(run: RunHeader): Promise<void> {
    this.#announced.clear()
    this.#header = run
    this.#file = await GrowingFile.open(this.#target)
  }

  append(bytes: Uint8Array): void {
    if (!this.#file || !this.#header || bytes.length === 0) return
    try {
      const { fresh, lines } = unpackBatch(bytes)
      for (const metric of fresh) this.#announce(metric, this.#file, this.#header)
      this.#file.append(lines)
    } catch (cause) {
      const hint = 'a script that tampers with the engine may do that; without one it is a bug: report it'
      this.#file.fail(
        new UserError('OUTPUT_BATCH_INVALID', `a worker sent samples that cannot be read: ${messageOf(cause)}`, { hint, cause }),
      )
    }
  }

  #announce(metric: MetricDefinition, file: GrowingFile, header: RunHeader): void {
    if (this.#announced.has(metric.name)) return
    this.#announced.add(metric.name)
    file.append(Buffer.from(metricLine(metric, header.plan)))
  }

  write(_snapshot: Snapshot): Promise<void> {
    return this.#file?.check() ?? Promise.resolve()
  }

  async stop(_outcome: RunOutcome): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }
}

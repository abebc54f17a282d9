import type { Snapshot } from '../../metrics/snapshot.ts'
import type { RunHeader, RunOutcome } from '../../results/run-outcome.ts'
import { GrowingFile, type GrowingFileTarget } from '../growing-file.ts'
import type { SampleOutput } from '../output.ts'
import { headerLine } from './columns.ts'

/** Raw samples as rows: `csv=FILE`, `csv=FILE.gz`, `csv=-`. A failed file rejects the next `write`. */
export function csvOutput(target: GrowingFileTarget): SampleOutput {
  return new CsvOutput(target)
}

class CsvOutput implements SampleOutput {
  readonly #target: GrowingFileTarget
  #file: GrowingFile | undefined

  constructor(target: GrowingFileTarget) {
    this.#target = target
  }

  async start(run: RunHeader): Promise<void> {
    this.#file = await GrowingFile.open(this.#target)
    this.#file.append(Buffer.from(headerLine(run.plan.systemTags)))
  }

  append(bytes: Uint8Array): void {
    this.#file?.append(bytes)
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

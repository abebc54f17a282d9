import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { collectingLogger, type LogEntry } from '../../src/base/logger.ts'
import { inProcessWorkers } from '../../src/distribution/in-process-workers.ts'
import type { Snapshot } from '../../src/metrics/snapshot.ts'
import type { Output } from '../../src/outputs/output.ts'
import { parsePlan } from '../../src/plan/parse.ts'
import type { TestPlan } from '../../src/plan/plan.ts'
import type { RunOutcome } from '../../src/results/run-outcome.ts'
import type { RunControl } from '../../src/run/control.ts'
import { openSession } from '../../src/run/open-session.ts'
import { bundleScript, endBundling } from '../../src/script/bundle-script.ts'
import type { WorkerSource } from '../../src/wire/link.ts'
import { runWorker } from '../../src/worker/run-worker.ts'

/** Everything that one run within this process left. */
export interface EngineRun {
  readonly plan: TestPlan
  readonly outcome: RunOutcome
  readonly snapshots: readonly Snapshot[]
  readonly log: readonly LogEntry[]
  /** What the script told the test with `say(…)`, a global of this process, in order. */
  readonly said: readonly unknown[]
}

export interface EngineOptions {
  readonly workers?: number
  /** Laid over the script's own options. */
  readonly options?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  readonly source?: WorkerSource
  /** Called with what the script says; no control before the run has started. */
  readonly onSaid?: (said: unknown, control: RunControl | undefined) => void
}

/** Runs a script through the whole engine: bundling, init, plan, workers of this process, outputs, verdict. */
export async function runEngine(script: string, options: EngineOptions = {}): Promise<EngineRun> {
  const folder = mkdtempSync(path.join(tmpdir(), 'brunt-engine-'))
  const entry = path.join(folder, 'test.ts')
  writeFileSync(entry, script)
  const log = collectingLogger()
  const said: unknown[] = []
  let control: RunControl | undefined
  const say = (value: unknown): void => {
    said.push(value)
    options.onSaid?.(value, control)
  }
  Object.assign(globalThis, { say })
  const bundle = await bundleScript(entry, { provided: (specifier) => /^brunt(?:\/|$)/.test(specifier), cwd: folder, log })
  await endBundling()
  const source = options.source ?? inProcessWorkers((channel) => void runWorker(channel))
  const memory = memoryOutput()
  const session = openSession({
    bundle,
    env: options.env ?? {},
    source,
    outputs: [{ name: 'memory', output: memory, tap: undefined }],
    log,
    coreCount: 2,
    runId: 'engine-test',
  })
  try {
    const inspection = await session.inspect()
    const plan = parsePlan({
      layers: [
        { source: 'script', options: inspection.options },
        { source: 'command-line', options: { workers: options.workers ?? 1, ...options.options } },
      ],
      exports: inspection.exports,
      metrics: inspection.metrics,
      dialect: { whenBusy: 'queue', userAgent: 'brunt', isNoDataAPass: false },
      warn: (message) => log.log({ level: 'warn', source: 'engine', message }),
    })
    const run = session.start(plan)
    control = run.control
    const outcome = await run.outcome
    return { plan, outcome, snapshots: memory.snapshots, log: log.entries, said }
  } finally {
    await session.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function memoryOutput(): Output & { readonly snapshots: Snapshot[] } {
  const snapshots: Snapshot[] = []
  return {
    snapshots,
    start: () => Promise.resolve(),
    write(snapshot) {
      snapshots.push(snapshot)
      return Promise.resolve()
    },
    stop: () => Promise.resolve(),
  }
}

/** A metric of the summary: its count. */
export function countOf({ outcome }: EngineRun, metric: string): number | undefined {
  return outcome.summary.metrics[metric]?.values['count']
}

import type { Logger } from '../base/logger.ts'
import type { SeriesDelta, Snapshot } from '../metrics/snapshot.ts'
import { ThresholdJudge } from '../metrics/threshold-judge.ts'
import type { ThresholdVerdict } from '../metrics/threshold-judge.ts'
import type { MetricDefinition } from '../metrics/definition.ts'
import { Totals } from '../metrics/totals.ts'
import type { TestPlan } from '../plan/plan.ts'
import { HealthLog } from '../results/health-log.ts'
import { RateLog } from '../results/rate-log.ts'
import { Collector } from './collector.ts'
import type { OutputSet } from './output-set.ts'
import { ReportAudit } from './report-audit.ts'
import { ProblemBook } from './worker-log.ts'

export interface RunRecordOptions {
  readonly plan: TestPlan
  readonly metrics: readonly MetricDefinition[]
  readonly outputs: OutputSet
  readonly log: Logger
  /** Run time in ms. */
  nowMs(): number
  /** Called after each closed second. */
  closed(snapshot: Snapshot): void
  /** A threshold with `abortOnFail` failed. */
  thresholdAborted(failed: readonly ThresholdVerdict[]): void
}

/** Everything that is known of a run so far: merged totals, verdicts, health, exceptions. Fed with the workers' snapshots. */
export class RunRecord {
  readonly totals = new Totals()
  readonly health = new HealthLog()
  readonly rates: RateLog
  readonly problems: ProblemBook
  readonly judge: ThresholdJudge
  readonly #options: RunRecordOptions
  readonly #collector: Collector
  readonly #audits = new Map<string, ReportAudit>()
  #hasAborted = false

  constructor(options: RunRecordOptions) {
    this.#options = options
    this.rates = new RateLog(options.plan)
    this.problems = new ProblemBook(options.log)
    this.judge = new ThresholdJudge(options.plan.areThresholdsSkipped ? [] : options.plan.thresholds, {
      metrics: options.metrics,
      noData: options.plan.isNoDataAPass ? 'compatible' : 'native',
    })
    this.#collector = new Collector((snapshot) => this.#closeSecond(snapshot))
  }

  join(source: string): void {
    this.#collector.join(source)
  }
  leave(source: string): void {
    this.#collector.leave(source)
  }

  /** A worker's snapshot; its source is the worker. */
  add(snapshot: Snapshot): void {
    this.#auditOf(snapshot.source).add(snapshot.series)
    this.health.addSnapshot(snapshot)
    this.problems.add(snapshot.events)
    this.#collector.add(snapshot)
  }

  /** Names of the metrics of which a worker counted more, or less, than its snapshots held. */
  differences(source: string, totals: readonly SeriesDelta[]): string[] {
    return this.#auditOf(source).differences(totals)
  }

  #auditOf(source: string): ReportAudit {
    let audit = this.#audits.get(source)
    if (!audit) {
      audit = new ReportAudit()
      this.#audits.set(source, audit)
    }
    return audit
  }

  /** What the coordinator itself counted. */
  addOwn(series: readonly SeriesDelta[]): void {
    this.#collector.addOwn(series)
  }

  tick(): void {
    this.#collector.tick(this.#options.nowMs())
  }

  /** Closes what is open. After this nothing is added. */
  finish(): void {
    this.#collector.finish()
  }

  #closeSecond(snapshot: Snapshot): void {
    const { outputs, thresholdAborted, closed } = this.#options
    this.totals.add(snapshot.series, 'run')
    this.rates.add(snapshot.scenarios)
    outputs.write(snapshot)
    closed(snapshot)
    this.judge.closeSecond(snapshot.series, (snapshot.second + 1) * 1000)
    const failed = this.judge.abortedBy
    if (failed && !this.#hasAborted) {
      this.#hasAborted = true
      thresholdAborted(failed)
    }
  }
}

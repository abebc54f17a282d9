import { builtin, type MetricDefinition } from '../metrics/definition.ts'
import type { Snapshot } from '../metrics/snapshot.ts'

/** How one worker fared in one second. */
export interface WorkerSecond {
  readonly workerId: string
  /** Share (0 to 1) of the CPU that the worker may use: its core or its cgroup's quota. */
  readonly cpuRatio: number
  readonly loopUtilisation: number
  /** The cgroup throttled it, or it waited for a core. */
  readonly isThrottled: boolean
}

/** How one worker fared over the run. */
export interface WorkerHealth {
  readonly workerId: string
  readonly secondCount: number
  readonly meanCpuRatio: number
  /** Share of the seconds with over 90 % of the CPU, or an event loop that was busy while it had to wait for a core. */
  readonly saturatedRatio: number
  /** Share of the seconds in which it was throttled or waited for a core with a busy event loop. */
  readonly throttledRatio: number
}

/** Over this share of its CPU a worker has nothing to spare. */
const saturatedCpuRatio = 0.9
const busyLoopUtilisation = 0.95
/** Waiting for a core this share of a second is more than the scheduler's usual jitter. */
const throttledWaitRatio = 0.05

interface Account {
  seconds: number
  cpuSum: number
  saturated: number
  throttled: number
}

/** Keeps the health of every worker; memory follows the workers, not time. */
export class HealthLog {
  readonly #accounts = new Map<string, Account>()

  add(second: WorkerSecond): void {
    let account = this.#accounts.get(second.workerId)
    if (!account) {
      account = { seconds: 0, cpuSum: 0, saturated: 0, throttled: 0 }
      this.#accounts.set(second.workerId, account)
    }
    const isStarved = second.loopUtilisation > busyLoopUtilisation && second.isThrottled
    account.seconds += 1
    account.cpuSum += second.cpuRatio
    if (second.cpuRatio > saturatedCpuRatio || isStarved) account.saturated += 1
    if (isStarved) account.throttled += 1
  }

  /** Adds what one worker's own snapshot (before the merge) says; nothing when it carries no health. */
  addSnapshot(snapshot: Snapshot): void {
    const cpuRatio = meanOf(snapshot, builtin.cpuRatio)
    if (cpuRatio === undefined) return
    const waitRatio = meanOf(snapshot, builtin.coreWaitRatio) ?? 0
    const loopUtilisation = meanOf(snapshot, builtin.loopUtilisation) ?? 0
    this.add({ workerId: snapshot.source, cpuRatio, loopUtilisation, isThrottled: waitRatio > throttledWaitRatio })
  }

  workers(): readonly WorkerHealth[] {
    return [...this.#accounts].map(([workerId, account]) => ({
      workerId,
      secondCount: account.seconds,
      meanCpuRatio: account.cpuSum / account.seconds,
      saturatedRatio: account.saturated / account.seconds,
      throttledRatio: account.throttled / account.seconds,
    }))
  }
}

/** Mean of the samples of one metric in a snapshot. */
function meanOf(snapshot: Snapshot, metric: MetricDefinition): number | undefined {
  for (const series of snapshot.series) {
    if (series.metric.name !== metric.name || Object.keys(series.tags).length > 0) continue
    if (series.type === 'gauge') return series.value
    if (series.type === 'trend') {
      const count = series.histogram.counts.reduce((sum, bucket) => sum + bucket, 0)
      return count === 0 ? undefined : series.histogram.sum / count
    }
  }
  return undefined
}

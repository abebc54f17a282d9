import { readFileSync } from 'node:fs'
import { PerformanceObserver, performance } from 'node:perf_hooks'
import type { EventLoopUtilization } from 'node:perf_hooks'
import { builtin } from '../metrics/definition.ts'
import type { MetricRegistry } from '../metrics/registry.ts'

const probeMs = 20

/** Watches this worker's own health and records it as `generator_*` metrics: delay of its event loop, CPU, waiting for a core, GC pauses. */
export class HealthProbe {
  readonly #registry: MetricRegistry
  /** Cores that this worker may use, at most 1. */
  readonly #coreShare: number
  readonly #gc: PerformanceObserver
  #timer: NodeJS.Timeout | undefined
  #lastCpu = process.cpuUsage()
  #lastAtMs = performance.now()
  #lastUtilisation: EventLoopUtilization = performance.eventLoopUtilization()
  #lastWaitNs = runQueueWaitNs()

  constructor(registry: MetricRegistry, coreShare: number) {
    this.#registry = registry
    this.#coreShare = coreShare
    const pause = registry.define(builtin.gcPause)
    this.#gc = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) registry.record(pause, entry.duration, registry.root)
    })
  }

  start(): void {
    this.#gc.observe({ entryTypes: ['gc'] })
    this.#sample(false)
    const delay = this.#registry.define(builtin.loopDelay)
    const probe = (): void => {
      const dueAtMs = performance.now() + probeMs
      this.#timer = setTimeout(() => {
        this.#registry.record(delay, Math.max(0, performance.now() - dueAtMs), this.#registry.root)
        probe()
      }, probeMs)
    }
    probe()
  }

  /** Once a second. */
  sample(): void {
    this.#sample(true)
  }

  #sample(isRecorded: boolean): void {
    const nowMs = performance.now()
    const cpu = process.cpuUsage()
    const utilisation = performance.eventLoopUtilization()
    const waitNs = runQueueWaitNs()
    const elapsedMs = nowMs - this.#lastAtMs
    // A window cut short by the end of the run says little and divides by almost nothing.
    if (isRecorded && elapsedMs > 100) {
      const { root } = this.#registry
      const usedMs = (cpu.user - this.#lastCpu.user + cpu.system - this.#lastCpu.system) / 1000
      this.#registry.record(this.#registry.define(builtin.cpuRatio), usedMs / elapsedMs / this.#coreShare, root)
      this.#registry.record(
        this.#registry.define(builtin.loopUtilisation),
        performance.eventLoopUtilization(utilisation, this.#lastUtilisation).utilization,
        root,
      )
      if (waitNs !== undefined && this.#lastWaitNs !== undefined) {
        this.#registry.record(this.#registry.define(builtin.coreWaitRatio), (waitNs - this.#lastWaitNs) / 1e6 / elapsedMs, root)
      }
    }
    this.#lastAtMs = nowMs
    this.#lastCpu = cpu
    this.#lastUtilisation = utilisation
    this.#lastWaitNs = waitNs
  }

  stop(): void {
    this.#gc.disconnect()
    clearTimeout(this.#timer)
  }
}

/** Time that the main thread was runnable but not running (a busy machine or a throttled cgroup); `undefined` off Linux. */
function runQueueWaitNs(): number | undefined {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1])
  } catch {
    return undefined
  }
}

import { hostClock, hostNowMs } from '../base/clock.ts'
import { collectingLogger } from '../base/logger.ts'
import { createRegistry } from '../metrics/registry.ts'
import type { MetricRegistry } from '../metrics/registry.ts'
import { ProblemLog } from './problem-log.ts'
import type { VuWorld } from './world.ts'

/** A world for tests of single VUs: a real registry and clock, a log that is kept, no network. */
export function soloWorld(): VuWorld & {
  readonly registry: MetricRegistry
  readonly log: ReturnType<typeof collectingLogger>
  readonly requests: string[]
} {
  const requests: string[] = []
  const shared = new Map<symbol, unknown>()
  const noDialer: VuWorld['dialer'] = {
    dial: () => Promise.reject(new Error('this world has no network')),
    permit: () => undefined,
    httpProxyFor: () => undefined,
  }
  return {
    plan: undefined,
    registry: createRegistry({
      selectors: [],
      groupings: [
        { metric: 'checks', keys: ['check', 'group'] },
        { metric: 'group_duration', keys: ['group'] },
      ],
      keepAllTags: true,
    }),
    clock: hostClock(hostNowMs()),
    dialer: noDialer,
    log: collectingLogger(),
    env: { FROM: 'env' },
    view: {
      completedCount: 7,
      interruptedCount: 1,
      activeVuCount: 2,
      initializedVuCount: 3,
      progressOf: () => 0.25,
      startedAtEpochMs: () => 1000,
      abort: (message) => void requests.push(`abort ${message}`),
      fail: (message) => void requests.push(`fail ${message}`),
    },
    problems: new ProblemLog((error) => String(error)),
    initializing: undefined,
    shared<T>(key: symbol, make: () => T): T {
      if (!shared.has(key)) shared.set(key, make())
      return shared.get(key) as T
    },
    requests,
  }
}

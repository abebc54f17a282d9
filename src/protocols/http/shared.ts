import { builtin, type MetricId } from '../../metrics/definition.ts'
import { Http1Head } from '../../net/http1-head.ts'
import { TimerWheel } from '../../net/timer-wheel.ts'
import { appendHeader } from './header-fields.ts'
import type { ConnectionScratch } from './http1-connection.ts'
import { RateLimiter } from './rate-limiter.ts'
import { TemplateBook } from './request-template.ts'
import { ResolutionQueue } from './resolution-queue.ts'
import { SampleBook, type SampleRecorder } from './samples.ts'
import { Slab } from './slab.ts'
import type { HttpSettings } from './types.ts'

export interface HttpSharedOptions {
  /** Most bytes of a response body that is kept; 64 MB by default. Discarded bodies have no limit. */
  readonly maxBodyBytes?: number
  /** Request timeouts; a wheel of its own (20 ms ticks) by default. Its clock must be `performance.now`. */
  readonly wheel?: TimerWheel
}

const defaultMaxBodyBytes = 64 * 1_048_576
const maxWarnedTexts = 1000

/** What the HTTP clients of one worker have in common. Opaque to callers: pass it on to `createHttpClient`. */
export interface HttpShared {
  readonly settings: HttpSettings
  readonly scratch: ConnectionScratch
  readonly samples: SampleBook
  readonly templates: TemplateBook
  readonly queue: ResolutionQueue
  readonly wheel: TimerWheel
  readonly limiter: RateLimiter | undefined
  readonly localSocketErrors: MetricId
  /** True the first time a text is seen. */
  isNewText(text: string): boolean
}

/**
 * Made once per worker. `settings.rps` must be this worker's share; `recorder` is the worker's registry. Throws `UserError`
 * HTTP_HEADER_INVALID for a user agent that cannot be sent.
 */
export function createHttpShared(settings: HttpSettings, recorder: SampleRecorder, options: HttpSharedOptions = {}): HttpShared {
  if (settings.userAgent !== '') appendHeader('User-Agent', settings.userAgent, [])
  const samples = new SampleBook(recorder, settings.systemTags)
  const warned = new Set<string>()
  return {
    settings,
    scratch: {
      head: new Http1Head(),
      slab: new Slab(),
      maxBodyBytes: options.maxBodyBytes ?? defaultMaxBodyBytes,
      noConnectionReuse: settings.noConnectionReuse,
    },
    samples,
    templates: new TemplateBook(settings, samples),
    queue: new ResolutionQueue(),
    wheel: options.wheel ?? new TimerWheel({ tickMs: 20, nowMs: () => performance.now() }),
    limiter: settings.rps > 0 ? new RateLimiter(settings.rps) : undefined,
    localSocketErrors: recorder.define(builtin.localSocketErrors),
    isNewText(text) {
      if (warned.has(text) || warned.size >= maxWarnedTexts) return false
      warned.add(text)
      return true
    },
  }
}

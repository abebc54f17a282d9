import type { Duration, ScenarioOptions, StageOptions } from './scenario.ts'

/** `p(95)<300`, or the same with conditions. */
export type ThresholdOption =
  | string
  | {
      threshold: string
      abortOnFail?: boolean
      delayAbortEval?: Duration
      /** No samples is a pass. */
      optional?: boolean
      /** Judge the last so much time instead of the whole run. */
      window?: Duration
    }

/** What a script may export as `options`. */
export interface Options {
  scenarios?: Record<string, ScenarioOptions>
  vus?: number
  duration?: Duration
  iterations?: number
  stages?: StageOptions[]
  /** Metric, or `metric{tag:value}`, to conditions. */
  thresholds?: Record<string, ThresholdOption | ThresholdOption[]>
  /** What relative URLs are relative to. */
  baseUrl?: string
  /** Allow-list of hosts: names, `*.example.com`, addresses or CIDR. */
  targets?: string[]
  tags?: Record<string, string>
  systemTags?: string[]
  /** Source addresses, ranges or CIDR, shared among the VUs. */
  localIPs?: string[]
  hosts?: Record<string, string>
  blockHostnames?: string[]
  blacklistIPs?: string[]
  dns?: {
    ttl?: Duration
    select?: 'first' | 'random' | 'roundRobin'
    policy?: 'preferIPv4' | 'preferIPv6' | 'onlyIPv4' | 'onlyIPv6' | 'any'
  }
  userAgent?: string
  timeout?: Duration
  maxRedirects?: number
  discardResponseBodies?: boolean
  noConnectionReuse?: boolean
  noVUConnectionReuse?: boolean
  noCookiesReset?: boolean
  batch?: number
  batchPerHost?: number
  rps?: number
  http2?: boolean
  httpDebug?: boolean | 'full'
  throw?: boolean
  insecureSkipTLSVerify?: boolean
  tlsVersion?: string | { min?: string; max?: string }
  tlsCipherSuites?: string[]
  tlsAuth?: { domains?: string[]; cert: string; key: string; password?: string }[]
  /** More trusted roots, as PEM texts. */
  tlsCa?: string | string[]
  minIterationDuration?: Duration
  setupTimeout?: Duration
  teardownTimeout?: Duration
  noSetup?: boolean
  noTeardown?: boolean
  noThresholds?: boolean
  summaryTrendStats?: string[]
  summaryTimeUnit?: 's' | 'ms' | 'us'
  seed?: number
  workers?: number | 'auto'
  onWorkerLoss?: 'continue' | 'stop'
  strictGenerator?: boolean
}

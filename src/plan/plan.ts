import type { Tags } from '../metrics/definition.ts'

/** A test as data, parsed and frozen. Nothing past `parsePlan` checks for missing values. Times in ms. */
export interface TestPlan {
  readonly scenarios: readonly Scenario[]
  readonly thresholds: readonly ThresholdPlan[]
  readonly http: HttpPlan
  readonly network: NetworkPlan
  readonly setupTimeoutMs: number
  readonly teardownTimeoutMs: number
  /** 120 s when absent. */
  readonly handleSummaryTimeoutMs?: number
  readonly isSetupSkipped: boolean
  readonly isTeardownSkipped: boolean
  readonly areThresholdsSkipped: boolean
  /** A threshold over a metric without samples is judged as if it had zeros, instead of failing. */
  readonly isNoDataAPass?: boolean
  /** Tags of every sample of the run. */
  readonly tags: Tags
  /** Tag keys that the built-in protocols may set (`url`, `name`, `status`, …). */
  readonly systemTags: readonly string[]
  readonly minIterationDurationMs: number
  /** Turns request errors into exceptions. */
  readonly throwOnError: boolean
  readonly summaryTrendStats: readonly string[]
  readonly summaryTimeUnit: 's' | 'ms' | 'us' | undefined
  readonly seed: number
  readonly workers: 'auto' | number
  readonly onWorkerLoss: 'continue' | 'stop'
  readonly isGeneratorStrict: boolean
  readonly segment: SegmentPlan | undefined
}

export interface SegmentPlan {
  readonly segment: string
  readonly sequence: string | undefined
}

interface ScenarioBase {
  readonly name: string
  /** Name of the exported function to run. */
  readonly exec: string
  readonly startTimeMs: number
  readonly gracefulStopMs: number
  readonly env: Tags
  readonly tags: Tags
  /** Anything a protocol wants (`options.browser`), passed through. */
  readonly options: Readonly<Record<string, unknown>>
}

export interface Stage {
  readonly durationMs: number
  readonly target: number
}

export interface SharedIterations extends ScenarioBase {
  readonly executor: 'shared-iterations'
  readonly vus: number
  readonly iterations: number
  readonly maxDurationMs: number
}
export interface PerVuIterations extends ScenarioBase {
  readonly executor: 'per-vu-iterations'
  readonly vus: number
  readonly iterations: number
  readonly maxDurationMs: number
}
export interface ConstantVus extends ScenarioBase {
  readonly executor: 'constant-vus'
  readonly vus: number
  readonly durationMs: number
}
export interface RampingVus extends ScenarioBase {
  readonly executor: 'ramping-vus'
  readonly startVus: number
  readonly stages: readonly Stage[]
  readonly gracefulRampDownMs: number
}

/** `drop`: a due iteration without an idle VU is dropped. `queue`: it waits for a VU and keeps its due time. */
export type WhenBusy = 'queue' | 'drop'

interface ArrivalRateBase extends ScenarioBase {
  readonly timeUnitMs: number
  readonly preAllocatedVus: number
  readonly maxVus: number
  readonly whenBusy: WhenBusy
  /** Most iterations that may wait for a VU, over all workers; the rest is dropped and counted. */
  readonly maxQueue: number
}
export interface ConstantArrivalRate extends ArrivalRateBase {
  readonly executor: 'constant-arrival-rate'
  /** Iterations per `timeUnitMs`. */
  readonly rate: number
  readonly durationMs: number
}
export interface RampingArrivalRate extends ArrivalRateBase {
  readonly executor: 'ramping-arrival-rate'
  readonly startRate: number
  readonly stages: readonly Stage[]
}

export type Scenario = SharedIterations | PerVuIterations | ConstantVus | RampingVus | ConstantArrivalRate | RampingArrivalRate

export interface ThresholdPlan {
  /** Metric name, without the selector. */
  readonly metric: string
  /** Tags of the sub-metric; `{}` is the whole metric. */
  readonly selector: Tags
  /** As written: `p(95)<300`. */
  readonly source: string
  readonly abortOnFail: boolean
  readonly delayAbortEvalMs: number
  /** No samples is a pass. */
  readonly isOptional: boolean
  /** Judge the last so many ms instead of the whole run. */
  readonly windowMs: number | undefined
}

export interface HttpPlan {
  readonly baseUrl: string | undefined
  readonly userAgent: string
  readonly maxRedirects: number
  readonly timeoutMs: number
  readonly discardResponseBodies: boolean
  readonly noConnectionReuse: boolean
  /** Close a VU's connections after each iteration. */
  readonly noVuConnectionReuse: boolean
  readonly noCookiesReset: boolean
  /** `headers`: log heads; `full`: bodies as well. */
  readonly debug: 'off' | 'headers' | 'full'
  readonly batch: number
  readonly batchPerHost: number
  /** Requests a second over all VUs; 0 is no limit. */
  readonly rps: number
  readonly isHttp2Enabled: boolean
}

export interface NetworkPlan {
  /** `host[:port]` or `*.wild` to `ip[:port]`. */
  readonly hosts: Tags
  readonly blockHostnames: readonly string[]
  /** CIDR list. */
  readonly blacklistIps: readonly string[]
  /** Allow-list of hosts, names, `*.wild`, addresses or CIDR; `undefined` allows all. */
  readonly targets: readonly string[] | undefined
  readonly dns: DnsPlan
  readonly localIps: readonly string[]
  readonly tls: TlsPlan
  /** Proxies from the environment, already resolved; passwords never leave this object. */
  readonly proxy: { readonly http: string | undefined; readonly https: string | undefined; readonly noProxy: readonly string[] }
}

export interface DnsPlan {
  readonly ttlMs: number
  readonly select: 'first' | 'random' | 'roundRobin'
  readonly policy: 'preferIPv4' | 'preferIPv6' | 'onlyIPv4' | 'onlyIPv6' | 'any'
}

export interface TlsPlan {
  readonly isVerificationSkipped: boolean
  readonly minVersion: TlsVersion | undefined
  readonly maxVersion: TlsVersion | undefined
  /** OpenSSL or IANA names; empty allows all. */
  readonly cipherSuites: readonly string[]
  /** PEM texts of client certificates by domain pattern. */
  readonly auth: readonly {
    readonly domains: readonly string[]
    readonly cert: string
    readonly key: string
    readonly password: string | undefined
  }[]
  /** Extra PEM roots. */
  readonly ca: readonly string[]
}

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

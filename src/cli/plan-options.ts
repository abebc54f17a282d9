import type { FlagKind } from './arguments.ts'

/** How the text of a flag or a variable becomes the value of a plan option. */
export type OptionKind =
  | 'integer'
  | 'number'
  | 'duration'
  | 'switch'
  | 'text'
  | 'list'
  | 'stages'
  | 'pairs'
  | 'fields'
  | 'debug'
  | 'workers'

/** One option of the plan that may also be given as a flag, a variable or both. */
export interface PlanOption {
  /** Its name in a script's `options` and in a config file. */
  readonly option: string
  readonly kind: OptionKind
  readonly flag?: string
  readonly short?: string
  /** The variable without its prefix: `VUS` is read as BRUNT_VUS, then as K6_VUS. */
  readonly variable?: string
  readonly placeholder?: string
  readonly help: string
  readonly group: OptionGroup
}

type OptionGroup = 'Load' | 'HTTP' | 'Network' | 'Lifecycle' | 'Results' | 'Engine'

/** Flags and variables of the plan, in the order in which help shows them. Other options exist in scripts and config files only. */
export const planOptions: readonly PlanOption[] = [
  // What load.
  {
    option: 'vus',
    kind: 'integer',
    flag: 'vus',
    short: 'u',
    variable: 'VUS',
    placeholder: 'N',
    group: 'Load',
    help: 'virtual users',
  },
  {
    option: 'duration',
    kind: 'duration',
    flag: 'duration',
    short: 'd',
    variable: 'DURATION',
    placeholder: 'TIME',
    group: 'Load',
    help: 'how long, as 30s or 1h5m',
  },
  {
    option: 'iterations',
    kind: 'integer',
    flag: 'iterations',
    short: 'i',
    variable: 'ITERATIONS',
    placeholder: 'N',
    group: 'Load',
    help: 'iterations over all VUs',
  },
  {
    option: 'stages',
    kind: 'stages',
    flag: 'stage',
    short: 's',
    variable: 'STAGES',
    placeholder: 'TIME:VUS',
    group: 'Load',
    help: 'a ramp, once for each stage: -s 30s:50 -s 1m:50',
  },
  {
    option: 'rps',
    kind: 'number',
    flag: 'rps',
    variable: 'RPS',
    placeholder: 'N',
    group: 'Load',
    help: 'most requests a second over all VUs',
  },
  {
    option: 'minIterationDuration',
    kind: 'duration',
    flag: 'min-iteration-duration',
    variable: 'MIN_ITERATION_DURATION',
    placeholder: 'TIME',
    group: 'Load',
    help: 'an iteration that ends earlier waits',
  },
  {
    option: 'executionSegment',
    kind: 'text',
    flag: 'execution-segment',
    placeholder: 'FROM:TO',
    group: 'Load',
    help: 'run this share of the test, as 0:1/2',
  },
  {
    option: 'executionSegmentSequence',
    kind: 'text',
    flag: 'execution-segment-sequence',
    placeholder: 'LIST',
    group: 'Load',
    help: 'all shares, as 0,1/2,1',
  },
  // How it speaks HTTP.
  {
    option: 'baseUrl',
    kind: 'text',
    flag: 'base-url',
    variable: 'BASE_URL',
    placeholder: 'URL',
    group: 'HTTP',
    help: 'what relative URLs of the script stand on',
  },
  {
    option: 'userAgent',
    kind: 'text',
    flag: 'user-agent',
    variable: 'USER_AGENT',
    placeholder: 'TEXT',
    group: 'HTTP',
    help: 'the User-Agent header; empty sends none',
  },
  {
    option: 'timeout',
    kind: 'duration',
    flag: 'timeout',
    variable: 'TIMEOUT',
    placeholder: 'TIME',
    group: 'HTTP',
    help: 'time limit of a request that names none (60s)',
  },
  {
    option: 'maxRedirects',
    kind: 'integer',
    flag: 'max-redirects',
    variable: 'MAX_REDIRECTS',
    placeholder: 'N',
    group: 'HTTP',
    help: 'most redirects to follow (10)',
  },
  {
    option: 'batch',
    kind: 'integer',
    flag: 'batch',
    variable: 'BATCH',
    placeholder: 'N',
    group: 'HTTP',
    help: 'most parallel requests of a batch (20)',
  },
  {
    option: 'batchPerHost',
    kind: 'integer',
    flag: 'batch-per-host',
    variable: 'BATCH_PER_HOST',
    placeholder: 'N',
    group: 'HTTP',
    help: 'the same for one host (6)',
  },
  {
    option: 'httpDebug',
    kind: 'debug',
    flag: 'http-debug',
    variable: 'HTTP_DEBUG',
    group: 'HTTP',
    help: 'log heads of requests and responses; =full with bodies',
  },
  {
    option: 'discardResponseBodies',
    kind: 'switch',
    flag: 'discard-response-bodies',
    variable: 'DISCARD_RESPONSE_BODIES',
    group: 'HTTP',
    help: 'read bodies, keep none',
  },
  {
    option: 'noConnectionReuse',
    kind: 'switch',
    flag: 'no-connection-reuse',
    variable: 'NO_CONNECTION_REUSE',
    group: 'HTTP',
    help: 'a new connection for each request',
  },
  {
    option: 'noVUConnectionReuse',
    kind: 'switch',
    flag: 'no-vu-connection-reuse',
    variable: 'NO_VU_CONNECTION_REUSE',
    group: 'HTTP',
    help: 'new connections for each iteration',
  },
  {
    option: 'noCookiesReset',
    kind: 'switch',
    variable: 'NO_COOKIES_RESET',
    group: 'HTTP',
    help: 'keep cookies from one iteration to the next',
  },
  {
    option: 'throw',
    kind: 'switch',
    flag: 'throw',
    short: 'w',
    variable: 'THROW',
    group: 'HTTP',
    help: 'a failed request throws',
  },
  // Where it may go.
  {
    option: 'targets',
    kind: 'list',
    flag: 'target',
    variable: 'TARGETS',
    placeholder: 'HOST',
    group: 'Network',
    help: 'talk to this host only, as api.example.com, *.example.com or 10.0.0.0/8; may be repeated',
  },
  {
    option: 'insecureSkipTLSVerify',
    kind: 'switch',
    flag: 'insecure-skip-tls-verify',
    variable: 'INSECURE_SKIP_TLS_VERIFY',
    group: 'Network',
    help: 'accept any certificate',
  },
  {
    option: 'blacklistIPs',
    kind: 'list',
    flag: 'blacklist-ip',
    variable: 'BLACKLIST_IPS',
    placeholder: 'CIDR',
    group: 'Network',
    help: 'never connect to these addresses; may be repeated',
  },
  {
    option: 'blockHostnames',
    kind: 'list',
    flag: 'block-hostnames',
    variable: 'BLOCK_HOSTNAMES',
    placeholder: 'HOST',
    group: 'Network',
    help: 'never talk to these hosts, as *.example.com; may be repeated',
  },
  {
    option: 'dns',
    kind: 'fields',
    flag: 'dns',
    variable: 'DNS',
    placeholder: 'SETTINGS',
    group: 'Network',
    help: 'as ttl=5m,select=random,policy=preferIPv4',
  },
  {
    option: 'localIPs',
    kind: 'list',
    flag: 'local-ips',
    variable: 'LOCAL_IPS',
    placeholder: 'LIST',
    group: 'Network',
    help: 'source addresses, dealt out to the VUs',
  },
  // What runs around the load.
  { option: 'noSetup', kind: 'switch', flag: 'no-setup', variable: 'NO_SETUP', group: 'Lifecycle', help: 'leave out setup()' },
  {
    option: 'noTeardown',
    kind: 'switch',
    flag: 'no-teardown',
    variable: 'NO_TEARDOWN',
    group: 'Lifecycle',
    help: 'leave out teardown()',
  },
  {
    option: 'noThresholds',
    kind: 'switch',
    flag: 'no-thresholds',
    variable: 'NO_THRESHOLDS',
    group: 'Lifecycle',
    help: 'judge no thresholds',
  },
  {
    option: 'setupTimeout',
    kind: 'duration',
    variable: 'SETUP_TIMEOUT',
    group: 'Lifecycle',
    help: 'time limit of setup() (60s)',
  },
  {
    option: 'teardownTimeout',
    kind: 'duration',
    variable: 'TEARDOWN_TIMEOUT',
    group: 'Lifecycle',
    help: 'time limit of teardown() (60s)',
  },
  // What is recorded and shown.
  {
    option: 'tags',
    kind: 'pairs',
    flag: 'tag',
    placeholder: 'NAME=VALUE',
    group: 'Results',
    help: 'a tag for every sample of the run; may be repeated',
  },
  {
    option: 'systemTags',
    kind: 'list',
    flag: 'system-tags',
    variable: 'SYSTEM_TAGS',
    placeholder: 'LIST',
    group: 'Results',
    help: 'tags that the engine sets: url,name,status,…',
  },
  {
    option: 'summaryTrendStats',
    kind: 'list',
    flag: 'summary-trend-stats',
    variable: 'SUMMARY_TREND_STATS',
    placeholder: 'LIST',
    group: 'Results',
    help: 'columns for times: avg,min,med,max,p(95),count',
  },
  {
    option: 'summaryTimeUnit',
    kind: 'text',
    flag: 'summary-time-unit',
    variable: 'SUMMARY_TIME_UNIT',
    placeholder: 'UNIT',
    group: 'Results',
    help: 's, ms or us for all times',
  },
  // How the engine works.
  {
    option: 'workers',
    kind: 'workers',
    flag: 'workers',
    variable: 'WORKERS',
    placeholder: 'N',
    group: 'Engine',
    help: 'worker processes; auto (the default) takes as many as the load needs',
  },
  {
    option: 'onWorkerLoss',
    kind: 'text',
    flag: 'on-worker-loss',
    variable: 'ON_WORKER_LOSS',
    placeholder: 'WHAT',
    group: 'Engine',
    help: 'continue (the default) or stop when a worker dies',
  },
  {
    option: 'strictGenerator',
    kind: 'switch',
    flag: 'strict-generator',
    variable: 'STRICT_GENERATOR',
    group: 'Engine',
    help: 'fail with exit code 120 when this machine spoilt the numbers',
  },
  {
    option: 'seed',
    kind: 'integer',
    flag: 'seed',
    variable: 'SEED',
    placeholder: 'N',
    group: 'Engine',
    help: 'seed of random choices, for a run that repeats',
  },
]

/** How the command line takes an option of this kind. */
export function flagKindOf(kind: OptionKind): FlagKind {
  if (kind === 'switch') return 'switch'
  if (kind === 'debug') return 'optional'
  return kind === 'list' || kind === 'pairs' || kind === 'stages' ? 'values' : 'value'
}

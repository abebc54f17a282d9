/** Local to one Registry; never leaves a process. */
export type MetricId = number & { readonly __metric: true }
/** Local to one Registry; never leaves a process. */
export type TagSetId = number & { readonly __tagSet: true }

export type Tags = Readonly<Record<string, string>>

export type MetricType = 'counter' | 'gauge' | 'rate' | 'trend' | 'ledger'

/** `contains` is the unit for display: `time` is milliseconds, `data` is bytes. */
export interface MetricDefinition {
  readonly name: string
  readonly type: MetricType
  readonly contains: 'default' | 'time' | 'data'
}

function define(name: string, type: MetricType, contains: MetricDefinition['contains'] = 'default'): MetricDefinition {
  return { name, type, contains }
}

/** Every metric that the engine itself emits. Times are in milliseconds, data in bytes. */
export const builtin = {
  vus: define('vus', 'gauge'),
  vusMax: define('vus_max', 'gauge'),
  iterations: define('iterations', 'counter'),
  iterationDuration: define('iteration_duration', 'trend', 'time'),
  /** From the due time of an open-model iteration to its end: what a user who cannot wait would have seen. */
  iterationResponseTime: define('iteration_response_time', 'trend', 'time'),
  droppedIterations: define('dropped_iterations', 'counter'),
  /** Iterations that threw; they count in `iterations` as well. */
  iterationErrors: define('iteration_errors', 'counter'),
  interruptedIterations: define('interrupted_iterations', 'counter'),
  checks: define('checks', 'rate'),
  groupDuration: define('group_duration', 'trend', 'time'),
  dataSent: define('data_sent', 'counter', 'data'),
  dataReceived: define('data_received', 'counter', 'data'),
  httpReqs: define('http_reqs', 'counter'),
  httpReqFailed: define('http_req_failed', 'rate'),
  httpReqDuration: define('http_req_duration', 'trend', 'time'),
  httpReqBlocked: define('http_req_blocked', 'trend', 'time'),
  httpReqConnecting: define('http_req_connecting', 'trend', 'time'),
  httpReqTlsHandshaking: define('http_req_tls_handshaking', 'trend', 'time'),
  httpReqSending: define('http_req_sending', 'trend', 'time'),
  httpReqWaiting: define('http_req_waiting', 'trend', 'time'),
  httpReqReceiving: define('http_req_receiving', 'trend', 'time'),
  /** Due time of the iteration to the end of its first request. */
  httpReqResponseTime: define('http_req_response_time', 'trend', 'time'),
  /** Bytes of request and response bodies as they crossed the wire, heads and framing left out. */
  httpReqBodyBytes: define('http_req_body_bytes', 'counter', 'data'),
  httpResBodyBytes: define('http_res_body_bytes', 'counter', 'data'),
  /** Generator health: how late an iteration started although a VU was idle when it fell due. */
  lateStart: define('generator_start_lateness', 'trend', 'time'),
  loopDelay: define('generator_loop_delay', 'trend', 'time'),
  /** Share (0 to 1) of the CPU that one worker may use, one sample a second and worker. */
  cpuRatio: define('generator_cpu_ratio', 'trend'),
  loopUtilisation: define('generator_loop_utilisation', 'trend'),
  /** Share (0 to 1) of a second in which the worker was throttled by its cgroup or waited for a core. */
  coreWaitRatio: define('generator_core_wait_ratio', 'trend'),
  gcPause: define('generator_gc_pause', 'trend', 'time'),
  /** Failures of our own machine: EMFILE, EADDRNOTAVAIL, ENOBUFS. */
  localSocketErrors: define('generator_local_socket_errors', 'counter'),
} as const satisfies Record<string, MetricDefinition>

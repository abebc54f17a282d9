import type { MetricDefinition } from '../metrics/definition.ts'
import type { HistogramDelta, RunEvent, ScenarioState, SeriesDelta, Snapshot } from '../metrics/snapshot.ts'
import type { Segment } from '../plan/command.ts'
import type { ScriptBundle } from '../script/bundle.ts'
import * as is from './checks.ts'
import type {
  Assignment,
  FromWorker,
  Inspection,
  ScriptFailure,
  SharedData,
  StopReason,
  ToWorker,
  WorkerRequest,
} from './messages.ts'

/** One member of a union, by its `type`. */
type Variant<Union extends { readonly type: string }, Type extends Union['type']> = Extract<Union, { readonly type: Type }>

function variant<Union extends { readonly type: string }, Type extends Union['type']>(
  type: Type,
  fields: Omit<is.FieldChecks<Variant<Union, Type>>, 'type'>,
): is.Check {
  return is.objectOf({ ...fields, type: is.oneOf(type) })
}

const tags = is.recordOf(is.isText)
const range = is.both(is.tupleOf(is.isCount, is.isCount), (value) => {
  const [from, to] = value as [number, number]
  return from <= to ? undefined : ': the range ends before it begins'
})

const metric = is.objectOf<MetricDefinition>({
  name: is.isText,
  type: is.oneOf('counter', 'gauge', 'rate', 'trend', 'ledger'),
  contains: is.oneOf('default', 'time', 'data'),
})

const histogram = is.both(
  is.objectOf<HistogramDelta>({
    indexes: is.isCounts,
    counts: is.isCounts,
    sum: is.isNumber,
    min: is.isNumber,
    max: is.isNumber,
  }),
  (value) => {
    const { indexes, counts } = value as HistogramDelta
    if (indexes.length !== counts.length) return '.counts: not as many as indexes'
    for (let at = 1; at < indexes.length; at++) {
      if ((indexes[at] ?? 0) < (indexes[at - 1] ?? 0)) return '.indexes: not ascending'
    }
    return undefined
  },
)

const rateCounts: is.Check = (value) => {
  const { trueCount, count } = value as { trueCount: number; count: number }
  return trueCount <= count ? undefined : '.trueCount: more than count'
}

const base = { metric, tags }
const seriesType: is.Check = (value) => {
  const series = value as SeriesDelta
  return series.type === series.metric.type ? undefined : '.type: not the type of the metric'
}
const series = is.both(
  is.unionOf({
    counter: variant<SeriesDelta, 'counter'>('counter', { ...base, sum: is.isNumber }),
    gauge: variant<SeriesDelta, 'gauge'>('gauge', {
      ...base,
      value: is.isNumber,
      min: is.isNumber,
      max: is.isNumber,
      atMs: is.isNumber,
    }),
    rate: is.both(variant<SeriesDelta, 'rate'>('rate', { ...base, trueCount: is.isCount, count: is.isCount }), rateCounts),
    trend: variant<SeriesDelta, 'trend'>('trend', { ...base, histogram }),
    ledger: variant<SeriesDelta, 'ledger'>('ledger', { ...base, entries: is.listOf(is.isAnything) }),
  } satisfies Record<SeriesDelta['type'], is.Check>),
  seriesType,
)

const scenarioState = is.objectOf<ScenarioState>({
  scenario: is.isText,
  activeVus: is.isCount,
  initializedVus: is.isCount,
  completed: is.isCount,
  interrupted: is.isCount,
  dropped: is.isCount,
  doneRatio: is.isNumber,
})

const event = is.objectOf<RunEvent>({
  type: is.oneOf('log', 'exemplar', 'annotation'),
  atMs: is.isNumber,
  text: is.isLongText,
  tags,
})

const snapshot = is.objectOf<Snapshot>({
  version: is.oneOf(1),
  source: is.isText,
  second: is.isInteger,
  series: is.listOf(series),
  scenarios: is.listOf(scenarioState, 10_000),
  events: is.listOf(event, 10_000),
})

const sharedData = is.listOf(is.objectOf<SharedData>({ name: is.isText, file: is.isText, offsets: is.isCounts }), 10_000)

const inspection = is.objectOf<Inspection>({
  options: is.isAnything,
  exports: is.listOf(is.isText, 100_000),
  metrics: is.listOf(metric, 100_000),
  sharedData,
  files: is.listOf(is.isText, 100_000),
})

const failure = is.objectOf<ScriptFailure>({
  kind: is.oneOf('threw', 'timeout', 'aborted'),
  message: is.isLongText,
  stack: is.isLongText,
})

const ending = is.objectOf<Extract<WorkerRequest, { readonly message: string }>>({
  type: is.oneOf('abort', 'fail'),
  message: is.isLongText,
})
const request = is.unionOf({
  abort: ending,
  fail: ending,
  fault: variant<WorkerRequest, 'fault'>('fault', { name: is.isText, action: is.oneOf('inject', 'heal') }),
} satisfies Record<WorkerRequest['type'], is.Check>)

/** Every field of every message that a worker may send: workers run user code, agents are remote. */
export const fromWorkerCheck = is.unionOf({
  hello: variant<FromWorker, 'hello'>('hello', {
    protocol: is.oneOf(1),
    workerId: is.isText,
    // A cgroup may allow half a core.
    cores: is.isFinite,
    token: is.isText,
  }),
  loaded: variant<FromWorker, 'loaded'>('loaded', {}),
  inspected: variant<FromWorker, 'inspected'>('inspected', { inspection }),
  ready: variant<FromWorker, 'ready'>('ready', { vus: is.isCount }),
  result: variant<FromWorker, 'result'>('result', {
    callId: is.isCount,
    json: is.optional(is.isLongText),
    error: is.optional(failure),
  }),
  snapshot: variant<FromWorker, 'snapshot'>('snapshot', { sequence: is.isCount, snapshot }),
  tap: variant<FromWorker, 'tap'>('tap', { output: is.isText, bytes: is.isBytes }),
  log: variant<FromWorker, 'log'>('log', { entries: is.listOf(event, 100_000) }),
  'wants-iterations': variant<FromWorker, 'wants-iterations'>('wants-iterations', { scenario: is.isText }),
  request: variant<FromWorker, 'request'>('request', { requestId: is.isCount, request }),
  failed: variant<FromWorker, 'failed'>('failed', {
    phase: is.oneOf('load', 'init', 'run'),
    code: is.isText,
    message: is.isLongText,
    hint: is.optional(is.isLongText),
    stack: is.isLongText,
  }),
  finished: variant<FromWorker, 'finished'>('finished', {
    totals: is.listOf(series),
    droppedSampleCount: is.optional(is.isCount),
  }),
} satisfies Record<FromWorker['type'], is.Check>)

const bundle = is.objectOf<ScriptBundle>({
  dialect: is.isText,
  entry: is.isText,
  code: is.isLongText,
  sourceMap: is.isLongText,
  externals: is.recordOf(is.isText),
  provided: is.listOf(is.isText),
  files: is.listOf(is.isText),
  hash: is.isText,
})

const segment = is.objectOf<Segment>({ index: is.isCount, count: is.isCount })

const assignment = is.objectOf<Assignment>({
  runId: is.isText,
  // The coordinator parsed it.
  plan: is.isAnything,
  scenarios: is.listOf(is.isText),
  segment,
  instance: segment,
  firstVuId: is.isCount,
  sharedData,
  taps: is.listOf(is.isText),
  clockOffsetMs: is.isFinite,
})

const stopReasons = {
  finished: true,
  interrupted: true,
  threshold: true,
  'script-abort': true,
  remote: true,
  'lost-worker': true,
  emergency: true,
} satisfies Record<StopReason, true>

/** The shape of what a coordinator may send; the contents of a plan and of a command are trusted. */
export const toWorkerCheck = is.unionOf({
  load: variant<ToWorker, 'load'>('load', { runId: is.isText, bundle, env: is.recordOf(is.isLongText) }),
  inspect: variant<ToWorker, 'inspect'>('inspect', {}),
  assign: variant<ToWorker, 'assign'>('assign', { assignment }),
  call: variant<ToWorker, 'call'>('call', {
    callId: is.isCount,
    name: is.oneOf('setup', 'teardown', 'handleSummary'),
    input: is.optional(is.isLongText),
    timeoutMs: is.isFinite,
  }),
  start: variant<ToWorker, 'start'>('start', {
    zeroEpochMs: is.isFinite,
    zeroHostMs: is.isFinite,
    setupJson: is.optional(is.isLongText),
    grants: is.recordOf(is.listOf(range)),
  }),
  command: variant<ToWorker, 'command'>('command', { scenario: is.isText, command: is.isAnything }),
  totals: variant<ToWorker, 'totals'>('totals', {
    completed: is.isCount,
    interrupted: is.isCount,
    activeVus: is.isCount,
    initializedVus: is.isCount,
  }),
  stop: variant<ToWorker, 'stop'>('stop', { reason: is.oneOf(...Object.keys(stopReasons)), now: is.isBoolean }),
  answer: variant<ToWorker, 'answer'>('answer', { requestId: is.isCount, error: is.optional(is.isLongText) }),
  close: variant<ToWorker, 'close'>('close', {}),
} satisfies Record<ToWorker['type'], is.Check>)

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { builtin } from '../metrics/definition.ts'
import type { SeriesDelta, Snapshot } from '../metrics/snapshot.ts'
import { decodeFromWorker, decodeToWorker, encodeMessage, maxFrameBytes } from './codec.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { WireError } from './wire-error.ts'

function bodyOf(message: ToWorker | FromWorker): Uint8Array {
  return encodeMessage(message).subarray(4)
}

const series: readonly SeriesDelta[] = [
  { type: 'counter', metric: builtin.httpReqs, tags: {}, sum: 12.5 },
  { type: 'gauge', metric: builtin.vus, tags: {}, value: -0, min: Number.NEGATIVE_INFINITY, max: Number.NaN, atMs: 1000.25 },
  { type: 'rate', metric: builtin.checks, tags: { check: 'is 200 ✓', group: '' }, trueCount: 3, count: 4 },
  {
    type: 'trend',
    metric: builtin.httpReqDuration,
    tags: { url: 'http://127.0.0.1/' },
    histogram: {
      indexes: Uint32Array.of(1, 5, 5, 0xffffffff),
      counts: Uint32Array.of(1, 2, 3, 4),
      sum: 1e300,
      min: 5e-324,
      max: 9.5,
    },
  },
  {
    type: 'ledger',
    metric: { name: 'sent', type: 'ledger', contains: 'default' },
    tags: {},
    entries: [{ room: 'a', ranges: [[1, 2]], none: null }],
  },
]
const snapshot: Snapshot = {
  version: 1,
  source: 'w0',
  second: -1,
  series,
  scenarios: [{ scenario: 'browse', activeVus: 1, initializedVus: 2, completed: 3, interrupted: 0, dropped: 0, doneRatio: 0.5 }],
  events: [{ type: 'exemplar', atMs: 1.5, text: 'slow', tags: { url: '/' } }],
}

const fromWorker: readonly FromWorker[] = [
  { type: 'hello', protocol: 1, workerId: 'w0', cores: 1.5, token: '' },
  { type: 'loaded' },
  {
    type: 'inspected',
    inspection: {
      options: { vus: 1, nested: [null, { a: -0 }] },
      exports: ['default'],
      metrics: [builtin.checks],
      sharedData: [{ name: 'users', file: '/tmp/x', offsets: Uint32Array.of(0, 10) }],
      files: [],
    },
  },
  { type: 'ready', vus: 10 },
  { type: 'result', callId: 1, json: '{"a":1}', error: undefined },
  { type: 'result', callId: 1, json: undefined, error: { kind: 'threw', message: 'm', stack: 's' } },
  { type: 'snapshot', sequence: 7, snapshot },
  { type: 'tap', output: 'json', bytes: Uint8Array.of(1, 2, 3) },
  { type: 'log', entries: [{ type: 'log', atMs: 0, text: 'hi', tags: { level: 'info' } }] },
  { type: 'wants-iterations', scenario: 'browse' },
  { type: 'request', requestId: 1, request: { type: 'abort', message: 'enough' } },
  { type: 'request', requestId: 1, request: { type: 'fail', message: 'enough' } },
  { type: 'request', requestId: 2, request: { type: 'fault', name: 'slow', action: 'heal' } },
  { type: 'failed', phase: 'init', code: 'X', message: 'm', hint: undefined, stack: 's' },
  { type: 'finished', totals: series },
]

const bundle = {
  dialect: 'native',
  entry: '-',
  code: 'return {}',
  sourceMap: '{}',
  externals: { fs: 'node:fs' },
  provided: ['brunt'],
  files: [],
  hash: 'ab',
}
const toWorker: readonly ToWorker[] = [
  { type: 'load', runId: 'r', bundle, env: { A: 'b' } },
  { type: 'inspect' },
  { type: 'call', callId: 1, name: 'setup', input: undefined, timeoutMs: 60_000 },
  {
    type: 'start',
    zeroEpochMs: 1.5e12,
    zeroHostMs: 123.456,
    setupJson: undefined,
    grants: {
      shared: [
        [0, 10],
        [10, 10],
      ],
    },
  },
  { type: 'command', scenario: 's', command: { type: 'grant', iterations: [[1, 2]] } },
  { type: 'totals', completed: 1, interrupted: 2, activeVus: 3, initializedVus: 4 },
  { type: 'stop', reason: 'threshold', now: false },
  { type: 'answer', requestId: 3, error: undefined },
  { type: 'close' },
]

describe('round trip', () => {
  test.each(fromWorker.map((message) => [message.type, message] as const))('%s comes back as it was sent', (_, message) => {
    expect(decodeFromWorker(bodyOf(message))).toEqual(message)
  })

  test.each(toWorker.map((message) => [message.type, message] as const))('%s reaches the worker as it was sent', (_, message) => {
    expect(decodeToWorker(bodyOf(message))).toEqual(message)
  })

  test('any number, text and list of 32-bit numbers survives', () => {
    fc.assert(
      fc.property(
        fc.double(),
        fc.string({ unit: 'binary' }),
        fc.uint32Array(),
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          fc.string(),
        ),
        (sum, text, numbers, tags) => {
          const indexes = numbers.sort()
          const histogram = { indexes, counts: numbers, sum, min: sum, max: sum }
          const message: FromWorker = {
            type: 'finished',
            totals: [{ type: 'trend', metric: { ...builtin.lateStart, name: text }, tags, histogram }],
          }
          const back = decodeFromWorker(bodyOf(message))
          expect(back).toEqual(message)
        },
      ),
    )
  })

  test('a message over the limit is refused by its sender', () => {
    expect(() => encodeMessage({ type: 'tap', output: 'json', bytes: new Uint8Array(maxFrameBytes) })).toThrow(
      /^tap: 65 MB is more than one message may be \(64 MB\)$/,
    )
  })

  test('options that hold a cycle or a function are refused by their sender', () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    const inspection = { options: cycle, exports: [], metrics: [], sharedData: [], files: [] }
    expect(() => encodeMessage({ type: 'inspected', inspection })).toThrow(WireError)
    expect(() => encodeMessage({ type: 'inspected', inspection: { ...inspection, options: () => 1 } })).toThrow(WireError)
  })
})

describe('validation', () => {
  const counter = { type: 'counter', metric: builtin.httpReqs, tags: {}, sum: 1 }
  const trend = (histogram: object): object => ({
    type: 'trend',
    metric: builtin.lateStart,
    tags: {},
    histogram: { sum: 0, min: 0, max: 0, ...histogram },
  })
  const inSnapshot = (more: object): object => ({ type: 'snapshot', sequence: 0, snapshot: { ...snapshot, ...more } })

  test.each<[string, object]>([
    ['type: unknown type "nonsense"', { type: 'nonsense' }],
    ['type: unknown type "toString"', { type: 'toString' }],
    ['type: unknown type "undefined"', {}],
    ['protocol: expected 1', { type: 'hello', protocol: 2, workerId: 'w', cores: 1, token: '' }],
    ['workerId: expected text', { type: 'hello', protocol: 1, workerId: 1, cores: 1, token: '' }],
    [
      'workerId: longer than 1048576 characters',
      { type: 'hello', protocol: 1, workerId: 'w'.repeat(1_100_000), cores: 1, token: '' },
    ],
    ['vus: expected a count', { type: 'ready', vus: -1 }],
    ['vus: expected a count', { type: 'ready', vus: 1.5 }],
    ['vus: expected a count', { type: 'ready', vus: Number.NaN }],
    ['bytes: expected bytes', { type: 'tap', output: 'json', bytes: 'text' }],
    [
      'error.kind: expected "threw" or "timeout" or "aborted"',
      { type: 'result', callId: 1, error: { kind: 'x', message: '', stack: '' } },
    ],
    ['request.type: unknown type "inject"', { type: 'request', requestId: 1, request: { type: 'inject' } }],
    ['snapshot: expected an object', { type: 'snapshot', sequence: 0, snapshot: [] }],
    ['snapshot.version: expected 1', inSnapshot({ version: 2 })],
    ['snapshot.second: expected a whole number', inSnapshot({ second: 0.5 })],
    ['snapshot.series: expected a list', inSnapshot({ series: {} })],
    ['snapshot.series[1].sum: expected a number', inSnapshot({ series: [counter, { ...counter, sum: '1' }] })],
    ['snapshot.series[0].tags.url: expected text', inSnapshot({ series: [{ ...counter, tags: { url: 1 } }] })],
    [
      'snapshot.series[0].metric.type: expected "counter" or "gauge" or "rate" or "trend" or "ledger"',
      inSnapshot({ series: [{ ...counter, metric: { ...builtin.httpReqs, type: 'sum' } }] }),
    ],
    ['snapshot.series[0].type: not the type of the metric', inSnapshot({ series: [{ ...counter, metric: builtin.lateStart }] })],
    [
      'snapshot.series[0].trueCount: more than count',
      inSnapshot({ series: [{ type: 'rate', metric: builtin.checks, tags: {}, trueCount: 2, count: 1 }] }),
    ],
    [
      'snapshot.series[0].histogram.counts: not as many as indexes',
      inSnapshot({ series: [trend({ indexes: Uint32Array.of(1), counts: Uint32Array.of() })] }),
    ],
    [
      'snapshot.series[0].histogram.indexes: not ascending',
      inSnapshot({ series: [trend({ indexes: Uint32Array.of(2, 1), counts: Uint32Array.of(1, 1) })] }),
    ],
    [
      'snapshot.series[0].histogram.indexes: expected 32-bit numbers',
      inSnapshot({ series: [trend({ indexes: [1], counts: [1] })] }),
    ],
    [
      'snapshot.scenarios[0].dropped: expected a count',
      inSnapshot({ scenarios: [{ ...snapshot.scenarios[0], dropped: undefined }] }),
    ],
    ['snapshot.events: more than 10000 entries', inSnapshot({ events: Array.from({ length: 10_001 }, () => null) })],
  ])('%s', (message, value) => {
    expect(() => decodeFromWorker(bodyOf(value as FromWorker))).toThrow(
      new RegExp(`^${message.replaceAll(/[[\]().]/g, '\\$&')}$`),
    )
  })

  test('options nested without end are refused', () => {
    let options: unknown = 1
    for (let depth = 0; depth < 101; depth++) options = [options]
    const inspection = { options, exports: [], metrics: [], sharedData: [], files: [] }
    expect(() => decodeFromWorker(bodyOf({ type: 'inspected', inspection }))).toThrow('inspection.options: nested too deeply')
  })

  test('a grant that ends before it begins is refused by the worker', () => {
    const message: ToWorker = { type: 'start', zeroEpochMs: 0, zeroHostMs: 0, setupJson: undefined, grants: { a: [[5, 4]] } }
    expect(() => decodeToWorker(bodyOf(message))).toThrow('grants.a[0]: the range ends before it begins')
  })

  test('random bytes are refused with a WireError and never with anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        expect(() => decodeFromWorker(bytes)).toThrow(WireError)
        expect(() => decodeToWorker(bytes)).toThrow(WireError)
      }),
      { numRuns: 2000 },
    )
  })

  test('a message with changed bytes is either a valid message or a WireError', () => {
    const bodies = fromWorker.map(bodyOf)
    const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) })
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.array(change, { minLength: 1, maxLength: 4 }), (body, changes) => {
        const changed = Uint8Array.from(body)
        for (const { at, byte } of changes) changed[at % changed.length] = byte
        try {
          expect(fromWorker.map(({ type }) => type)).toContain(decodeFromWorker(changed).type)
        } catch (error) {
          expect(error).toBeInstanceOf(WireError)
        }
      }),
      { numRuns: 5000 },
    )
  })

  test('a message cut off anywhere is a WireError', () => {
    for (const body of fromWorker.map(bodyOf)) {
      for (let length = 0; length < body.length; length++)
        expect(() => decodeFromWorker(body.subarray(0, length))).toThrow(WireError)
    }
  })
})

test('lists that claim to be longer than their message are refused without making room for them', () => {
  const nested = Uint8Array.from(Array.from({ length: 50_000 }, () => [0xdd, 0, 0x0f, 0x42, 0x40]).flat())
  expect(() => decodeFromWorker(nested)).toThrow(WireError)
})

import { describe, expect, test } from 'vitest'
import { builtin, type MetricDefinition, type Tags } from './definition.ts'
import { Histogram } from './histogram.ts'
import type { SeriesDelta } from './snapshot.ts'
import type { ThresholdSpec } from './threshold.ts'
import { type NoDataRule, ThresholdJudge } from './threshold-judge.ts'

const metrics: readonly MetricDefinition[] = Object.values(builtin)

function spec(metric: string, source: string, more: Partial<ThresholdSpec> = {}): ThresholdSpec {
  return {
    metric,
    source,
    selector: {},
    abortOnFail: false,
    delayAbortEvalMs: 0,
    isOptional: false,
    windowMs: undefined,
    ...more,
  }
}

function judgeOf(thresholds: readonly ThresholdSpec[], noData: NoDataRule = 'native'): ThresholdJudge {
  return new ThresholdJudge(thresholds, { metrics, noData })
}

function durations(values: readonly number[], tags: Tags = {}): SeriesDelta {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return { metric: builtin.httpReqDuration, tags, type: 'trend', histogram: histogram.toDelta() }
}

function requests(sum: number): SeriesDelta {
  return { metric: builtin.httpReqs, tags: {}, type: 'counter', sum }
}

function failures(trueCount: number, count: number): SeriesDelta {
  return { metric: builtin.httpReqFailed, tags: {}, type: 'rate', trueCount, count }
}

function vus(value: number, atMs: number): SeriesDelta {
  return { metric: builtin.vus, tags: {}, type: 'gauge', value, min: value, max: value, atMs }
}

/** Closes one second after the other. */
function feed(judge: ThresholdJudge, seconds: readonly (readonly SeriesDelta[])[]): void {
  for (const [second, deltas] of seconds.entries()) judge.closeSecond(deltas, (second + 1) * 1000)
}

describe('over the whole run', () => {
  test('all seconds count together', () => {
    const judge = judgeOf([
      spec('http_req_duration', 'avg<5'),
      spec('http_reqs', 'rate>=2'),
      spec('http_reqs', 'count<6'),
      spec('http_req_failed', 'rate<0.5'),
    ])
    feed(judge, [[durations([1]), requests(4), failures(0, 4)], [durations([5])], [durations([6]), requests(2), failures(2, 2)]])
    expect(judge.finish([], 3000)).toEqual([
      { metric: 'http_req_duration', source: 'avg<5', ok: true, value: 4, noData: false, aborted: false },
      { metric: 'http_reqs', source: 'rate>=2', ok: true, value: 2, noData: false, aborted: false },
      { metric: 'http_reqs', source: 'count<6', ok: false, value: 6, noData: false, aborted: false },
      { metric: 'http_req_failed', source: 'rate<0.5', ok: true, value: 1 / 3, noData: false, aborted: false },
    ])
  })

  test('what arrives after the last closed second still counts', () => {
    const judge = judgeOf([spec('http_reqs', 'count==5')])
    feed(judge, [[requests(4)]])
    expect(judge.finish([requests(1)], 1500)).toEqual([expect.objectContaining({ ok: true, value: 5 })])
  })

  test('a selector judges its own series only, however its tags are ordered', () => {
    const judge = judgeOf([
      spec('http_req_duration', 'max<5', { selector: { status: '200', method: 'GET' } }),
      spec('http_req_duration', 'max<5'),
    ])
    feed(judge, [[durations([1], { method: 'GET', status: '200' }), durations([9], { status: '500' }), durations([1, 9])]])
    expect(judge.finish([], 1000).map((verdict) => [verdict.metric, verdict.ok, verdict.value])).toEqual([
      ['http_req_duration{status:200,method:GET}', true, 1],
      ['http_req_duration', false, 9],
    ])
  })
})

describe('without data', () => {
  test.each([
    // The established tool's outcomes, measured with six thresholds over metrics without samples.
    { metric: 'http_req_failed', source: 'rate>0.9', native: false, compatible: true },
    { metric: 'http_req_duration', source: 'p(95)<1', native: false, compatible: true },
    { metric: 'http_req_duration', source: 'avg>5', native: false, compatible: false },
    { metric: 'http_reqs', source: 'count>0', native: false, compatible: false },
    { metric: 'http_reqs', source: 'rate<1', native: false, compatible: true },
    { metric: 'vus', source: 'value>1', native: false, compatible: false },
  ])('$metric $source: native $native, compatible $compatible', ({ metric, source, native, compatible }) => {
    const noData = { metric, source, value: undefined, noData: true, aborted: false }
    expect(judgeOf([spec(metric, source)], 'native').finish([], 1000)).toEqual([{ ...noData, ok: native }])
    expect(judgeOf([spec(metric, source)], 'compatible').finish([], 1000)).toEqual([{ ...noData, ok: compatible }])
  })

  test('an optional threshold passes', () => {
    expect(judgeOf([spec('http_reqs', 'count>0', { isOptional: true })]).finish([], 1000)).toEqual([
      expect.objectContaining({ ok: true, noData: true }),
    ])
  })

  test.each(['dropped_iterations', 'iteration_errors', 'interrupted_iterations', 'generator_local_socket_errors'])(
    'nothing counted in %s is zero, not missing data',
    (metric) => {
      expect(judgeOf([spec(metric, 'count==0')]).finish([], 1000)).toEqual([
        expect.objectContaining({ ok: true, value: 0, noData: false }),
      ])
      expect(judgeOf([spec(metric, 'count>0')]).finish([], 1000)).toEqual([
        expect.objectContaining({ ok: false, value: 0, noData: false }),
      ])
    },
  )

  test('nothing is aborted', () => {
    const judge = judgeOf([spec('http_reqs', 'count>0', { abortOnFail: true })])
    feed(judge, [[], []])
    expect(judge.abortedBy).toBeUndefined()
  })
})

describe('abortOnFail', () => {
  test('stops at the first failure from the delay on, and remembers by what', () => {
    const judge = judgeOf([
      spec('http_req_failed', 'rate<0.1', { abortOnFail: true, delayAbortEvalMs: 3000 }),
      spec('http_req_duration', 'max<1'),
      spec('http_reqs', 'count<100', { abortOnFail: true }),
    ])
    feed(judge, [[failures(1, 1), durations([5]), requests(1)], []])
    expect(judge.abortedBy).toBeUndefined()
    judge.closeSecond([], 3000)
    const stopped = { metric: 'http_req_failed', source: 'rate<0.1', ok: false, value: 1, noData: false, aborted: true }
    expect(judge.abortedBy).toEqual([stopped])
    judge.closeSecond([requests(500)], 4000)
    expect(judge.abortedBy).toEqual([stopped])
    expect(judge.finish([], 4000).map((verdict) => [verdict.ok, verdict.aborted])).toEqual([
      [false, true],
      [false, false],
      [false, false],
    ])
  })

  test('the verdicts of a second say so too', () => {
    const judge = judgeOf([spec('http_reqs', 'count<1', { abortOnFail: true })])
    expect(judge.closeSecond([requests(1)], 1000)).toEqual([expect.objectContaining({ ok: false, aborted: true })])
  })
})

describe('over a sliding window', () => {
  const windowed = (metric: string, source: string, windowMs: number, more: Partial<ThresholdSpec> = {}): ThresholdSpec =>
    spec(metric, source, { windowMs, ...more })

  test('only what is inside counts', () => {
    const judge = judgeOf([windowed('http_req_duration', 'max<5', 2000)])
    const values = [9, 1, 1, 6, 1, 1].map(
      (value, second) => judge.closeSecond([durations([value])], (second + 1) * 1000)[0]?.value,
    )
    expect(values).toEqual([9, 9, 1, 6, 6, 1])
  })

  test('one full window that crossed fails the run, with the value at that time', () => {
    const judge = judgeOf([windowed('http_req_duration', 'max<5', 2000)])
    feed(judge, [[durations([1])], [durations([1])], [durations([8])], [durations([9])], [durations([1])], [durations([1])]])
    expect(judge.closeSecond([durations([1])], 7000)).toEqual([expect.objectContaining({ ok: true, value: 1 })])
    expect(judge.finish([], 7000)).toEqual([expect.objectContaining({ ok: false, value: 8, noData: false })])
  })

  test('a window that is not full yet is not judged, unless the run ends before', () => {
    const judge = judgeOf([windowed('http_req_duration', 'avg<5', 3000, { abortOnFail: true })])
    feed(judge, [[durations([9])], [durations([1])]])
    expect(judge.abortedBy).toBeUndefined()
    expect(judge.finish([], 2000)).toEqual([expect.objectContaining({ ok: false, value: 5 })])

    const longer = judgeOf([windowed('http_req_duration', 'avg<5', 3000, { abortOnFail: true })])
    feed(longer, [[durations([9])], [durations([1])], [durations([1])]])
    expect(longer.finish([], 3000)).toEqual([expect.objectContaining({ ok: true })])
  })

  test('abortOnFail looks at full windows', () => {
    const judge = judgeOf([windowed('http_req_duration', 'avg<5', 2000, { abortOnFail: true })])
    feed(judge, [[durations([1])], [durations([1])], [durations([20])]])
    expect(judge.abortedBy).toEqual([expect.objectContaining({ value: 10.5 })])
  })

  test('rates are per second of the window, and silence of a counter is zero', () => {
    const judge = judgeOf([windowed('http_reqs', 'rate>=10', 2000)])
    const values = [[requests(30)], [requests(10)], [requests(20)], [], []].map(
      (deltas, second) => judge.closeSecond(deltas, (second + 1) * 1000)[0]?.value,
    )
    expect(values).toEqual([30, 20, 15, 10, 0])
    expect(judge.finish([], 5000)).toEqual([expect.objectContaining({ ok: false, value: 0 })])
  })

  test('a second that never closed does not distort the rate of its window', () => {
    const judge = judgeOf([windowed('http_reqs', 'rate>=10', 2000)])
    judge.closeSecond([requests(10)], 1000)
    expect(judge.closeSecond([requests(30)], 4000)).toEqual([expect.objectContaining({ value: 10 })])
  })

  test('a trend that is silent for a window is not judged then', () => {
    const judge = judgeOf([windowed('http_req_duration', 'max<5', 1000)])
    feed(judge, [[durations([1])], []])
    expect(judge.finish([], 2000)).toEqual([expect.objectContaining({ ok: true, noData: false })])
    const silent = judgeOf([windowed('http_req_duration', 'max<5', 1000)])
    feed(silent, [[], []])
    expect(silent.finish([], 2000)).toEqual([expect.objectContaining({ ok: false, noData: true })])
  })

  test('a gauge keeps its level while nobody changes it', () => {
    const judge = judgeOf([windowed('vus', 'value<5', 1000)])
    feed(judge, [[vus(3, 500)], [], []])
    expect(judge.finish([], 3000)).toEqual([expect.objectContaining({ ok: true, value: 3 })])
  })

  test('the rest of a second at the end is judged with the window that it completes', () => {
    const judge = judgeOf([windowed('http_reqs', 'rate<=10', 2000)])
    feed(judge, [[requests(10)], [requests(10)]])
    expect(judge.finish([requests(5)], 2500)).toEqual([expect.objectContaining({ ok: true, value: 10 })])
    const busy = judgeOf([windowed('http_req_duration', 'max<5', 2000)])
    feed(busy, [[durations([1])], [durations([1])]])
    expect(busy.finish([durations([7])], 2500)).toEqual([expect.objectContaining({ ok: false, value: 7 })])
  })
})

test('thresholds that cannot be judged are refused at once', () => {
  expect(() => judgeOf([spec('nope', 'count>1')])).toThrow('no metric name "nope" found')
})

import { expect, test } from 'vitest'
import { exampleSummary } from '../../results/example-run.conformance.ts'
import type { MetricSummary, Summary, ThresholdSummary } from '../../results/summary.ts'
import { renderSummary } from './summary.ts'
import { widthOf } from './text.ts'

function trend(changes: Partial<MetricSummary> = {}): MetricSummary {
  const values = { count: 23, sum: 21.3, min: 0.11291, max: 1.9, avg: 0.92681, med: 0.97386, 'p(90)': 1.43, 'p(95)': 1.53 }
  return { type: 'trend', contains: 'time', values, ...changes }
}

function counter(count: number, contains: MetricSummary['contains'] = 'default'): MetricSummary {
  return { type: 'counter', contains, values: { count, rate: count / 10 } }
}

function threshold(changes: Partial<ThresholdSummary> = {}): ThresholdSummary {
  return { metric: 'http_req_duration', source: 'p(95)<500', ok: true, value: 1.53, noData: false, aborted: false, ...changes }
}

function render(changes: Partial<Summary>, columns = 120): string {
  return renderSummary(exampleSummary(changes), { hasColor: false, columns })
}

function run(status: Summary['run']['status'], exitCode: number, partial = false): Summary['run'] {
  return { ...exampleSummary().run, status, exitCode, partial }
}

/** The lines of one section, without its title. */
function section(text: string, title: string): string[] {
  const lines = text.split('\n')
  const from = lines.findIndex((line) => line.trim() === title) + 1
  const length = lines.slice(from).findIndex((line) => /^ {2}[A-Z]/.test(line) || line === '')
  return lines.slice(from, from + length)
}

test.each<{ name: string; changes: Partial<Summary>; line: string }>([
  {
    name: 'passed',
    changes: { thresholds: [threshold(), threshold({ source: 'avg<200' })] },
    line: '✓ Passed: all 2 thresholds hold',
  },
  { name: 'nothing judged', changes: {}, line: '✓ Finished: no thresholds were set, so nothing was judged' },
  {
    name: 'thresholds failed',
    changes: {
      run: run('failed', 99),
      metrics: { http_req_duration: trend() },
      thresholds: [threshold({ ok: false }), threshold({ source: 'avg<200' })],
    },
    line: '✗ Failed: 1 of 2 thresholds: http_req_duration p(95)<500, measured p(95)=1.53ms (exit code 99)',
  },
  {
    name: 'no data',
    changes: { run: run('failed', 99), thresholds: [threshold({ ok: false, value: undefined, noData: true })] },
    line: '✗ Failed: the threshold http_req_duration p(95)<500, no data (exit code 99)',
  },
  {
    name: 'lost workers',
    changes: { run: run('failed', 123, true) },
    line: '✗ Failed: workers were lost (exit code 123) (partial: some workers were lost)',
  },
  { name: 'interrupted', changes: { run: run('aborted', 105) }, line: '✗ Aborted: interrupted (exit code 105)' },
  {
    name: 'script error',
    changes: { run: run('error', 107) },
    line: '✗ Error: the script threw in init, setup or teardown (exit code 107)',
  },
])('the verdict comes first: $name', ({ changes, line }) => {
  expect(
    render(changes)
      .split('\n')
      .find((text) => text !== ''),
  ).toBe(line)
})

test('thresholds stand with their values, by metric', () => {
  const thresholds = [
    threshold(),
    threshold({ source: 'avg<200', value: 0.92681 }),
    threshold({ metric: 'checks', source: 'rate>0.9', ok: false, value: 0.5 }),
    threshold({ metric: 'myc', source: 'count>3', value: 6, aborted: true }),
    threshold({ metric: 'http_req_duration{scenario:b}', source: 'max<1', ok: false, value: undefined, noData: true }),
  ]
  const metrics: Summary['metrics'] = {
    http_req_duration: trend(),
    checks: { type: 'rate', contains: 'default', values: { rate: 0.5, passes: 6, fails: 6 } },
    myc: counter(6),
  }
  expect(section(render({ thresholds, metrics }), 'THRESHOLDS')).toEqual([
    '    checks',
    '      ✗ rate>0.9  rate=50.00%',
    '    http_req_duration',
    '      ✓ p(95)<500  p(95)=1.53ms',
    '      ✓ avg<200    avg=926.81µs',
    '    http_req_duration{scenario:b}',
    '      ✗ max<1  no data',
    '    myc',
    '      ✓ count>3  count=6  stopped the run',
  ])
})

test('a quantile with too few samples is marked, with the number that it needs', () => {
  const metrics = { http_req_duration: trend({ insufficient: ['p(90)', 'p(95)'] }) }
  const text = render({ metrics, thresholds: [threshold()] })
  expect(text).toContain('p(95)≈1.53ms (n=23 < 59)')
  expect(text).toMatch(/med=973\.86µs max=1\.9ms p\(90\)≈1\.43ms p\(95\)≈1\.53ms \(n=23 < 59\)/)
})

test('checks that failed come first, with counts and the path of their group', () => {
  const checks = [
    { name: 'is 200', group: '', passes: 6, fails: 0 },
    { name: 'never', group: '::front::inner', passes: 0, fails: 6 },
  ]
  expect(section(render({ checks }), 'CHECKS')).toEqual([
    '    50.00% passed: 6 out of 12',
    '    ✗ front › inner › never  0% — ✓ 0 / ✗ 6',
    '    ✓ is 200',
  ])
})

test('metrics stand by section, aligned, parts below the whole', () => {
  const metrics: Summary['metrics'] = {
    http_reqs: counter(23),
    http_req_duration: trend(),
    http_req_blocked: trend(),
    generator_cpu_ratio: trend({ contains: 'default' }),
    checks_of_mine: counter(5),
    data_sent: counter(21_000, 'data'),
    vus: { type: 'gauge', contains: 'default', values: { value: 0, min: 0, max: 5 } },
    http_req_failed: { type: 'rate', contains: 'default', values: { rate: 11 / 23, passes: 11, fails: 12 } },
  }
  const part = { ...trend({ values: { ...trend().values, 'p(95)': 12.34 } }), tags: { scenario: 'b' } }
  const text = render({ metrics, submetrics: { 'http_req_duration{scenario:b}': part } })
  expect(text).not.toMatch(/http_req_blocked|generator_cpu/)
  expect(text).toContain(
    [
      '    CUSTOM',
      '    checks_of_mine.....: 5      0.5/s',
      '',
      '    HTTP',
      '    http_req_duration..: avg=926.81µs min=112.91µs med=973.86µs max=1.9ms p(90)=1.43ms p(95)=1.53ms',
      '      {scenario:b}.....: avg=926.81µs min=112.91µs med=973.86µs max=1.9ms p(90)=1.43ms p(95)=12.34ms',
      '    http_req_failed....: 47.82% 11 out of 23',
      '    http_reqs..........: 23     2.3/s',
      '',
      '    EXECUTION',
      '    vus................: 0 min=0 max=5',
      '',
      '    NETWORK',
      '    data_sent..........: 21 kB  2.1 kB/s',
    ]
      .join('\n')
      .replaceAll('..:', '...:'),
  )
})

test('statuses and errors of requests are counted in a line each', () => {
  const submetrics = {
    'http_reqs{status:200}': { ...counter(20), tags: { status: '200' } },
    'http_reqs{status:"0"}': { ...counter(3), tags: { status: '0' } },
    'http_reqs{error:x}': { ...counter(3), tags: { error: 'connection refused\u001b[2J', error_code: '1212' } },
    'http_reqs{error:""}': { ...counter(20), tags: { error: '', error_code: '' } },
  }
  const text = render({ metrics: { http_reqs: counter(23) }, submetrics })
  expect(text).toContain('    statuses: 200 ×20 · no answer ×3\n    errors: connection refused␛[2J (1212) ×3\n')
})

test('the generator verdict stands with its reasons, then the notes', () => {
  const generator = { ...exampleSummary().generator, verdict: 'unreliable' as const, reasons: ['Sockets failed.'] }
  const text = render({ generator, notes: ['2,800 users are missing.'] })
  expect(section(text, 'GENERATOR')).toEqual([
    '    ✗ unreliable: the latency is partly ours, not the target’s',
    '      1 worker · CPU 20% · event-loop delay p99 1.5ms · 0 late starts',
    '    • Sockets failed.',
  ])
  expect(section(text, 'NOTES')).toEqual(['    • 2,800 users are missing.'])
})

test('the end says where the result lies and what to do next', () => {
  const text = renderSummary(exampleSummary(), { hasColor: false, columns: 100, storedIn: '.brunt/runs/x' })
  expect(text).toMatch(/result: \.brunt\/runs\/x .*\n {2}next: set thresholds/)
})

test('40 columns are enough for metrics, reasons and notes', () => {
  const generator = {
    ...exampleSummary().generator,
    reasons: ['a longer sentence about something that went wrong and what to do'],
  }
  const notes = [`a_word_that_is_longer_than_any_line_${'x'.repeat(60)}`]
  const metrics = { http_req_duration: trend(), a_metric_with_a_name_that_is_longer_than_forty_columns: counter(5) }
  const lines = render({ generator, notes, metrics }, 40).split('\n')
  const wide = lines.filter((line) => widthOf(line) > 40)
  expect(wide.filter((line) => !/^ {2}next:|^✓|✓ ok/.test(line))).toEqual([])
})

test('without colour there is no escape, with colour there are only colours', () => {
  const checks = [{ name: 'a\u001b[2Jb', group: '', passes: 0, fails: 1 }]
  expect(render({ checks })).not.toContain('\u001b')
  const coloured = renderSummary(exampleSummary({ checks }), { hasColor: true, columns: 100 })
  expect(coloured).toContain('\u001b[31m✗\u001b[0m')
  expect(
    coloured
      .split('\u001b')
      .slice(1)
      .filter((part) => !/^\[\d+m/.test(part)),
  ).toEqual([])
})

test('a summary without anything in it is still a text', () => {
  expect(render({}, 80)).toContain('GENERATOR')
})

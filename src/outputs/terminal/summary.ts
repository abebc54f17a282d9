import type { Summary } from '../../results/summary.ts'
import { checkLines } from './check-lines.ts'
import { bullet, generatorLines } from './generator-lines.ts'
import { httpLines } from './http-lines.ts'
import { metricLines } from './metric-lines.ts'
import { styleFor } from './style.ts'
import { neutralised } from './text.ts'
import { thresholdLines } from './threshold-lines.ts'
import { verdictLines } from './verdict-line.ts'

export interface SummaryTextOptions {
  readonly hasColor: boolean
  readonly columns: number
  /** Folder in which the result lies; `undefined` when it was not stored. */
  readonly storedIn?: string | undefined
}

/** The end of a run as text: the verdict first, then what it rests on, then what to know and to do. Ends with a line break. */
export function renderSummary(summary: Summary, options: SummaryTextOptions): string {
  const style = styleFor(options.hasColor)
  const layout = { style, columns: Math.max(20, options.columns) }
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`  ${style.bold(title)}`, ...lines, '']
  const lines = [
    '',
    ...verdictLines(summary, style),
    '',
    ...section('THRESHOLDS', thresholdLines(summary, style)),
    ...section('CHECKS', summary.checks.length === 0 ? [] : checkLines(summary, style)),
    ...section('RESULTS', withoutLast([...metricLines(summary, layout), ...httpLines(summary, layout)])),
    ...section('GENERATOR', generatorLines(summary, layout)),
    ...section(
      'NOTES',
      summary.notes.flatMap((note) => bullet(neutralised(note), layout.columns)),
    ),
    ...closingLines(summary, options).map((line) => style.faint(`  ${line}`)),
  ]
  return `${lines.join('\n')}\n`
}

/** The section itself ends with an empty line. */
function withoutLast(lines: readonly string[]): readonly string[] {
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

function closingLines({ run, thresholds }: Summary, { storedIn }: SummaryTextOptions): string[] {
  const lines: string[] = []
  if (storedIn !== undefined) lines.push(`result: ${neutralised(storedIn)} (summary.json, snapshots.ndjson)`)
  if (run.status === 'passed' && thresholds.length === 0) {
    lines.push("next: set thresholds, for example  thresholds: { http_req_duration: ['p(95)<300'], checks: ['rate>0.99'] }")
  }
  return lines
}

import { minimumCountOf } from '../../results/metric-summary.ts'
import type { MetricSummary, Summary } from '../../results/summary.ts'
import { formatCount, formatNumber, formatRatio, formatValue, type TimeUnit } from './format.ts'
import { metricSections, type MetricRow } from './metric-sections.ts'
import type { Style } from './style.ts'
import { clipped, neutralised, padded, widthOf } from './text.ts'

export interface MetricLinesOptions {
  readonly style: Style
  readonly columns: number
}

interface Row {
  readonly label: string
  readonly cells: readonly string[]
  /** Doubts about the cells, not aligned. */
  readonly remark: string
}

const indent = '    '

/** Metrics by section, values aligned in columns; below their names where the terminal is too narrow. */
export function metricLines(summary: Summary, options: MetricLinesOptions): string[] {
  const sections = metricSections(summary).map(({ title, rows }) => ({ title, rows: rows.map((row) => rowOf(row, summary)) }))
  const all = sections.flatMap(({ rows }) => rows)
  const labelColumns = Math.max(0, ...all.map(({ label }) => widthOf(label))) + 4
  return sections.flatMap(({ title, rows }) => [
    `${indent}${options.style.bold(title)}`,
    ...rows.flatMap((row) =>
      rowLines(row, { peers: all.filter(({ cells }) => cells.length === row.cells.length), labelColumns, ...options }),
    ),
    '',
  ])
}

/** Rows of the same number of values share their columns; a row that does not fit is stacked. */
function rowLines(
  row: Row,
  { peers, labelColumns, style, columns }: MetricLinesOptions & { peers: readonly Row[]; labelColumns: number },
): string[] {
  const widths = row.cells.map((_, at) => Math.max(...peers.map(({ cells }) => widthOf(cells[at] ?? ''))))
  const total = indent.length + labelColumns + widths.reduce((sum, width) => sum + width + 1, 0)
  if (total > columns) return stackedRow(row, { style, columns })
  const dots = style.faint(`${'.'.repeat(labelColumns - widthOf(row.label) - 1)}:`)
  const cells = row.cells.map((cell, at) => style.value(padded(cell, widths[at] ?? 0))).join(' ')
  return [`${indent}${row.label}${dots} ${cells}${row.remark === '' ? '' : ` ${style.doubtful(row.remark)}`}`.trimEnd()]
}

function stackedRow(row: Row, { style, columns }: MetricLinesOptions): string[] {
  const room = Math.max(12, columns - indent.length - 2)
  const lines: string[] = []
  let line = ''
  for (const cell of [...row.cells, row.remark].filter((text) => text !== '')) {
    if (line !== '' && widthOf(line) + widthOf(cell) + 2 > room) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? cell : `${line}  ${cell}`
  }
  return [
    `${indent}${clipped(row.label, room)}`,
    ...[...lines, line].map((text) => `${indent}  ${style.value(clipped(text, room))}`),
  ]
}

function rowOf({ name, isPart, metric }: MetricRow, summary: Summary): Row {
  const label = isPart ? `  ${neutralised(name)}` : neutralised(name)
  const unit = summary.plan.summaryTimeUnit
  const stats = summary.plan.summaryTrendStats.filter((stat) => metric.values[stat] !== undefined)
  return { label, cells: cellsOf(metric, { unit, stats }), remark: remarkOf(metric, stats) }
}

function cellsOf(metric: MetricSummary, { unit, stats }: { unit: TimeUnit | undefined; stats: readonly string[] }): string[] {
  const value = (key: string): number => metric.values[key] ?? 0
  const format = (number: number): string => formatValue(number, metric.contains, unit)
  switch (metric.type) {
    case 'counter': {
      const count = metric.contains === 'default' ? formatCount(value('count')) : format(value('count'))
      return [count, `${format(value('rate'))}/s`]
    }
    case 'gauge':
      return [format(value('value')), `min=${format(value('min'))}`, `max=${format(value('max'))}`]
    case 'rate':
      return [
        formatRatio(value('rate')),
        `${formatCount(value('passes'))} out of ${formatCount(value('passes') + value('fails'))}`,
      ]
    case 'trend':
      return stats.map((stat) => {
        const sign = metric.insufficient?.includes(stat) ? '≈' : '='
        return `${stat}${sign}${stat === 'count' ? formatCount(value(stat)) : format(value(stat))}`
      })
    case 'ledger':
      return []
  }
}

/** `(n=20 < 59)`: samples there were, and samples that the most demanding of the shown quantiles needs. */
function remarkOf(metric: MetricSummary, stats: readonly string[]): string {
  const needed = Math.max(0, ...stats.filter((stat) => metric.insufficient?.includes(stat)).map(minimumCountOf))
  return needed === 0 ? '' : `(n=${formatNumber(metric.values['count'] ?? 0)} < ${formatCount(needed)})`
}

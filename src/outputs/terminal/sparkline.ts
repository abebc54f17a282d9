const bars = '▁▂▃▄▅▆▇█'

/** The last `columns` values as bars from 0 to their maximum; `undefined` is a gap. */
export function sparkline(values: readonly (number | undefined)[], columns: number): string {
  const shown = columns > 0 ? values.slice(-columns) : []
  const max = Math.max(0, ...shown.map((value) => value ?? 0))
  return shown.map((value) => (value === undefined ? ' ' : barOf(value, max))).join('')
}

function barOf(value: number, max: number): string {
  const step = max > 0 ? Math.ceil((value / max) * bars.length) - 1 : 0
  return bars.charAt(Math.min(bars.length - 1, Math.max(0, step)))
}

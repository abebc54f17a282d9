import { exportHdr } from '../../metrics/hdr-export.ts'
import { Histogram } from '../../metrics/histogram.ts'
import { formatSelector } from '../../metrics/selector.ts'
import type { SeriesDelta, Snapshot } from '../../metrics/snapshot.ts'
import type { RunHeader, RunOutcome } from '../../results/run-outcome.ts'
import { GrowingFile, type GrowingFileTarget } from '../growing-file.ts'
import type { Output } from '../output.ts'

/** The log counts in microseconds; its column Interval_Max is in milliseconds. */
const unitsPerMs = 1000

type TrendDelta = Extract<SeriesDelta, { type: 'trend' }>

/**
 * Latency distributions second by second in the HdrHistogram log format, version 1.3: `hdr=FILE`, `hdr=FILE.gz`, `hdr=-`.
 * One line per second and time trend, tagged with the trend's name; readers of that format merge and plot them. Times are
 * whole microseconds; what is negative cannot be encoded and is left out.
 */
export function hdrOutput(target: GrowingFileTarget): Output {
  return new HdrOutput(target)
}

class HdrOutput implements Output {
  readonly #target: GrowingFileTarget
  #file: GrowingFile | undefined

  constructor(target: GrowingFileTarget) {
    this.#target = target
  }

  async start(run: RunHeader): Promise<void> {
    this.#file = await GrowingFile.open(this.#target)
    this.#append(headLines(run.startedAtEpochMs))
  }

  async write(snapshot: Snapshot): Promise<void> {
    const lines = snapshot.series.filter((series) => series.type === 'trend' && series.metric.contains === 'time')
    this.#append(lines.map((series) => intervalLine(snapshot.second, series as TrendDelta)).join(''))
    await this.#file?.check()
  }

  async stop(_outcome: RunOutcome): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  #append(text: string): void {
    this.#file?.append(Buffer.from(text))
  }
}

function headLines(startedAtEpochMs: number): string {
  const seconds = (startedAtEpochMs / 1000).toFixed(3)
  return [
    '#[Histogram log format version 1.3]',
    '#[Values are microseconds, Interval_Max is in milliseconds]',
    `#[StartTime: ${seconds} (seconds since epoch), ${new Date(startedAtEpochMs).toISOString()}]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    '',
  ].join('\n')
}

/** Start and length in seconds since the start of the run. A tag may hold no comma, blank or line break. */
function intervalLine(second: number, { metric, tags, histogram: delta }: TrendDelta): string {
  const histogram = new Histogram()
  histogram.merge(delta)
  if (histogram.count === 0) return ''
  const tag = formatSelector(metric.name, tags).replace(/[\s,\p{Cc}]/gu, '_')
  const { text } = exportHdr(histogram, { unitsPerValue: unitsPerMs })
  return `Tag=${tag},${second.toFixed(3)},1.000,${histogram.max.toFixed(3)},${text}\n`
}

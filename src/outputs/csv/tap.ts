import type { MetricId, TagSetId, Tags } from '../../metrics/definition.ts'
import type { SampleBatch, Tap } from '../output.ts'
import { csvField, tagColumns } from './columns.ts'
import { csvNumber, timeWriter, type CsvTimeFormat } from './value.ts'

export interface CsvTapOptions {
  /** Tag keys that the run may set: each has a column, all other tags share one. */
  readonly systemTags: readonly string[]
  readonly timeFormat: CsvTimeFormat
}

/** Tag texts kept at most: runs with endless tag values must not grow. */
const maxCachedTagSets = 20_000

/** Encodes samples as rows under the columns of `headerLine`. */
export function csvTap(options: CsvTapOptions): Tap {
  const columns = tagColumns(options.systemTags)
  const writeTime = timeWriter(options.timeFormat)
  const heads = new Map<MetricId, string>()
  const tails = new Map<TagSetId, string>()
  const headOf = (batch: SampleBatch, id: MetricId): string => {
    let head = heads.get(id)
    if (head === undefined) {
      head = csvField(batch.metricOf(id).name)
      heads.set(id, head)
    }
    return head
  }
  const tailOf = (batch: SampleBatch, id: TagSetId): string => {
    let tail = tails.get(id)
    if (tail === undefined) {
      if (tails.size >= maxCachedTagSets) tails.clear()
      tail = tagFields(batch.tagsOf(id), columns)
      tails.set(id, tail)
    }
    return tail
  }
  return {
    encode(batch) {
      let text = ''
      for (let at = 0; at < batch.length; at++) {
        const head = headOf(batch, batch.metrics[at] as MetricId)
        const tail = tailOf(batch, batch.tags[at] as TagSetId)
        text += `${head},${writeTime(batch.epochMs[at] as number)},${csvNumber(batch.values[at] as number)},${tail}\n`
      }
      return Buffer.from(text)
    },
  }
}

function tagFields(tags: Tags, columns: readonly string[]): string {
  const extra = Object.keys(tags)
    .filter((key) => !columns.includes(key))
    .sort()
    .map((key) => `${key}=${tags[key]}`)
    .join('&')
  return `${[...columns.map((column) => tags[column] ?? ''), extra].map(csvField).join(',')},`
}

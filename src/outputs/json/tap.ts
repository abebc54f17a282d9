import type { MetricDefinition, MetricId, TagSetId, Tags } from '../../metrics/definition.ts'
import type { SampleBatch, Tap } from '../output.ts'
import { Rfc3339Writer } from '../timestamp.ts'
import { LineBuffer } from './line-buffer.ts'
import { jsonNumber, jsonString } from './number.ts'
import { packBatch } from './packed-batch.ts'

export interface JsonTapOptions {
  /** Tag keys that the run may set; with `group` among them a sample outside of groups says `"group":""`. */
  readonly systemTags: readonly string[]
}

/** Tag texts kept at most: runs with endless tag values must not grow. */
const maxCachedTagSets = 20_000
/** Time, value and what stands between them, with room to spare. */
const maxMiddleBytes = 100

/** Encodes samples as one JSON object a line; metrics seen for the first time travel in the head of their batch. */
export function jsonTap(options: JsonTapOptions): Tap {
  const isGroupKept = options.systemTags.includes('group')
  const heads = new Map<MetricId, Uint8Array>()
  const tails = new Map<TagSetId, Uint8Array>()
  const lines = new LineBuffer()
  const times = new Rfc3339Writer()
  const tailOf = (batch: SampleBatch, id: TagSetId): Uint8Array => {
    let tail = tails.get(id)
    if (tail === undefined) {
      if (tails.size >= maxCachedTagSets) tails.clear()
      tail = Buffer.from(`,"tags":${tagsJson(batch.tagsOf(id), isGroupKept)}}}\n`)
      tails.set(id, tail)
    }
    return tail
  }
  return {
    encode(batch) {
      const fresh: MetricDefinition[] = []
      for (let at = 0; at < batch.length; at++) {
        const metric = batch.metrics[at] as MetricId
        let head = heads.get(metric)
        if (head === undefined) {
          const definition = batch.metricOf(metric)
          head = Buffer.from(`{"metric":${jsonString(definition.name)},"type":"Point","data":{"time":"`)
          heads.set(metric, head)
          fresh.push(definition)
        }
        const tail = tailOf(batch, batch.tags[at] as TagSetId)
        lines.reserve(head.length + maxMiddleBytes + tail.length)
        lines.bytes(head)
        lines.ascii(`${times.write(batch.epochMs[at] as number)}","value":${jsonNumber(batch.values[at] as number)}`)
        lines.bytes(tail)
      }
      return packBatch(fresh, lines.take())
    },
  }
}

function tagsJson(tags: Tags, isGroupKept: boolean): string {
  const keys = Object.keys(tags)
  if (isGroupKept && tags['scenario'] !== undefined && tags['group'] === undefined) keys.push('group')
  return `{${keys
    .sort()
    .map((key) => `${jsonString(key)}:${jsonString(tags[key] ?? '')}`)
    .join(',')}}`
}

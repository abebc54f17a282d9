import { UserError } from '../base/user-error.ts'
import { csvOutput } from './csv/output.ts'
import { csvTap } from './csv/tap.ts'
import { parseCsvTimeFormat } from './csv/value.ts'
import { hdrOutput } from './hdr/output.ts'
import { jsonOutput } from './json/output.ts'
import { jsonTap } from './json/tap.ts'
import type { Output, SampleOutput, Tap } from './output.ts'

/** What outputs may use of the process that they run in. */
export interface OutputSurroundings {
  readonly stdout: NodeJS.WritableStream
  /** Environment variables: settings of outputs. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** An output under the name the user gave it. `tap` goes to `createTap` in every worker. */
export interface CreatedOutput {
  readonly name: string
  readonly output: Output | SampleOutput
  readonly tap: string | undefined
}

interface OutputFactory {
  readonly usage: string
  create(target: string, surroundings: OutputSurroundings): Omit<CreatedOutput, 'name'>
}

const outputs: Readonly<Record<string, OutputFactory>> = {
  json: {
    usage: 'json=FILE, json=FILE.gz or json=-',
    create: (target, { stdout }) => ({ output: jsonOutput({ path: target || '-', stdout }), tap: 'json' }),
  },
  csv: {
    usage: 'csv=FILE, csv=FILE.gz or csv=-',
    create: (target, { stdout, env }) => {
      const timeFormat = parseCsvTimeFormat(env['BRUNT_CSV_TIME_FORMAT'] || env['K6_CSV_TIME_FORMAT'])
      const path = target || env['BRUNT_CSV_FILENAME'] || env['K6_CSV_FILENAME'] || 'file.csv'
      return { output: csvOutput({ path, stdout }), tap: `csv:${timeFormat}` }
    },
  },
  hdr: {
    usage: 'hdr=FILE, hdr=FILE.gz or hdr=-',
    create: (target, { stdout }) => ({ output: hdrOutput({ path: target || 'latency.hlog', stdout }), tap: undefined }),
  },
}

/** Outputs of k6 that people will ask for. */
const laterOutputs = [
  'influxdb',
  'experimental-prometheus-rw',
  'prometheus',
  'opentelemetry',
  'otlp',
  'web-dashboard',
  'statsd',
  'datadog',
  'kafka',
  'cloud',
]

/** Makes the output that `--out` names: `json=results.json`. Throws `OUTPUT_UNKNOWN` or `OUTPUT_ARGUMENT_INVALID`. */
export function createOutput(argument: string, surroundings: OutputSurroundings): CreatedOutput {
  const [kind = '', ...rest] = argument.split('=')
  const factory = Object.hasOwn(outputs, kind) ? outputs[kind] : undefined
  if (!factory) throw unknownOutput(kind)
  return { name: argument, ...factory.create(rest.join('='), surroundings) }
}

function unknownOutput(kind: string): UserError {
  const usages = Object.values(outputs).map((factory) => factory.usage)
  const message = laterOutputs.includes(kind) ? `the output "${kind}" comes with a later release` : `there is no output "${kind}"`
  return new UserError('OUTPUT_UNKNOWN', message, { hint: `use ${usages.join(', ')}` })
}

export interface TapSettings {
  /** Tag keys of the plan (`plan.systemTags`). */
  readonly systemTags: readonly string[]
}

/** The encoder behind `CreatedOutput.tap`, one per worker and run. */
export function createTap(name: string, settings: TapSettings): Tap {
  const [kind, setting] = name.split(':')
  if (kind === 'json') return jsonTap(settings)
  if (kind === 'csv') return csvTap({ ...settings, timeFormat: parseCsvTimeFormat(setting) })
  throw new Error(`no output has a tap named "${name}"`)
}

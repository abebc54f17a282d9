import { UserError } from '../../base/user-error.ts'
import { Rfc3339Writer } from '../timestamp.ts'

export const csvTimeFormats = ['unix', 'unix_milli', 'unix_micro', 'unix_nano', 'rfc3339', 'rfc3339_nano'] as const

export type CsvTimeFormat = (typeof csvTimeFormats)[number]

/** Throws `OUTPUT_ARGUMENT_INVALID`; an empty or missing text is `unix`. */
export function parseCsvTimeFormat(text: string | undefined): CsvTimeFormat {
  const format = csvTimeFormats.find((known) => known === (text || 'unix'))
  if (format) return format
  throw new UserError('OUTPUT_ARGUMENT_INVALID', `"${text}" is no time format of the csv output`, {
    hint: `set BRUNT_CSV_TIME_FORMAT (or K6_CSV_TIME_FORMAT) to one of ${csvTimeFormats.join(', ')}`,
  })
}

/** A function from wall-clock ms to the text of the timestamp column. Whole seconds are rounded down, as the calendar does. */
export function timeWriter(format: CsvTimeFormat): (epochMs: number) => string {
  const rfc3339 = new Rfc3339Writer()
  switch (format) {
    case 'unix':
      return (epochMs) => String(Math.floor(epochMs / 1000))
    case 'unix_milli':
      return (epochMs) => String(Math.floor(epochMs))
    case 'unix_micro':
      return (epochMs) => String(Math.round(epochMs * 1000))
    case 'unix_nano':
      return (epochMs) => `${Math.round(epochMs * 1000)}000`
    case 'rfc3339':
      return (epochMs) => rfc3339.write(Math.floor(epochMs / 1000) * 1000)
    case 'rfc3339_nano':
      return (epochMs) => rfc3339.write(epochMs)
  }
}

/** Six decimals, never an exponent. */
export function csvNumber(value: number): string {
  if (Math.abs(value) < 1e21) return value === 0 ? '0.000000' : value.toFixed(6)
  if (Number.isFinite(value)) return `${BigInt(value)}.000000`
  return value > 0 ? '+Inf' : '-Inf'
}

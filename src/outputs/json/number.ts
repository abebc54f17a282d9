/**
 * A number as Go's shortest `%g` spells it: plain from 0.0001 up to a million, with a two-digit exponent outside
 * (`1e+06`). JSON has no infinities; they become `null`.
 */
export function jsonNumber(value: number): string {
  const size = value < 0 ? -value : value
  if ((size >= 1e-4 && size < 1e6) || value === 0) return String(value)
  if (!Number.isFinite(value)) return 'null'
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  return exponent.length > 2 ? `${mantissa}e${exponent}` : `${mantissa}e${exponent[0]}0${exponent.slice(1)}`
}

const escapes: Readonly<Record<string, string>> = {
  '&': '\\u0026',
  '<': '\\u003c',
  '>': '\\u003e',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

/** A JSON string that is safe inside HTML as well, as Go's encoders write it. */
export function jsonString(text: string): string {
  const plain = JSON.stringify(text)
  return /[&<>\u2028\u2029]/.test(plain) ? plain.replace(/[&<>\u2028\u2029]/g, (char) => escapes[char] ?? char) : plain
}

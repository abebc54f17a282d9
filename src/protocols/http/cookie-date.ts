const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const delimiters = /[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/
const timeToken = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D.*)?$/
const dayToken = /^(\d{1,2})(?:\D.*)?$/
const yearToken = /^(\d{2,4})(?:\D.*)?$/

/** Unix epoch ms of a cookie's Expires value, by the forgiving grammar of RFC 6265 §5.1.1; `undefined` when it is no date. */
export function parseCookieDate(text: string): number | undefined {
  let time: RegExpExecArray | null = null
  let day: number | undefined
  let month: number | undefined
  let year: number | undefined
  for (const token of text.split(delimiters)) {
    if (token === '') continue
    let match: RegExpExecArray | null
    if (time === null && (match = timeToken.exec(token))) time = match
    else if (day === undefined && (match = dayToken.exec(token))) day = Number(match[1])
    else if (month === undefined && months.includes(token.slice(0, 3).toLowerCase()))
      month = months.indexOf(token.slice(0, 3).toLowerCase())
    else if (year === undefined && (match = yearToken.exec(token))) year = fullYear(Number(match[1]))
  }
  if (time === null || day === undefined || month === undefined || year === undefined) return undefined
  const [hour, minute, second] = [Number(time[1]), Number(time[2]), Number(time[3])]
  if (day < 1 || day > 31 || year < 1601 || hour > 23 || minute > 59 || second > 59) return undefined
  const atMs = Date.UTC(year, month, day, hour, minute, second)
  // 31 February is not a date.
  return new Date(atMs).getUTCDate() === day ? atMs : undefined
}

function fullYear(year: number): number {
  if (year >= 70 && year <= 99) return year + 1900
  return year <= 69 ? year + 2000 : year
}

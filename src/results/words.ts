/** `3 iterations`, `1 iteration`, `12,000 iterations`. */
export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}

/** `3.1 %`; small shares keep a digit that is not zero, and only all of it is `100 %`. */
export function percentText(ratio: number): string {
  const percent = ratio * 100
  if (percent > 0 && percent < 0.1) return `${percent.toPrecision(1)} %`
  if (percent < 100 && percent > 99.9) return 'over 99.9 %'
  return `${Number(percent.toFixed(1))} %`
}

/** `12.3 ms`, `1.27 s`. */
export function timeText(ms: number): string {
  return ms < 1000 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms / 1000).toPrecision(3))} s`
}

/** `a`, `a and b`, `a, b and c`. */
export function listText(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

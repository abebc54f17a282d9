/** Colours of the terminal texts; each is the identity where colours are off. */
export interface Style {
  bold(text: string): string
  faint(text: string): string
  good(text: string): string
  bad(text: string): string
  doubtful(text: string): string
  value(text: string): string
}

export function styleFor(hasColor: boolean): Style {
  const paint = (code: number) => (text: string) => (hasColor && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text)
  return { bold: paint(1), faint: paint(2), good: paint(32), bad: paint(31), doubtful: paint(33), value: paint(36) }
}

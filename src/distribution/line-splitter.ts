import type { Readable } from 'node:stream'

const maxLineLength = 8192

/** Calls `onLine` for each line of a stream of text, without line breaks; a longer line comes in pieces of 8,192 characters. */
export function splitLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line)
    while (rest.length > maxLineLength) {
      onLine(rest.slice(0, maxLineLength))
      rest = rest.slice(maxLineLength)
    }
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
    rest = ''
  })
}

/** How a worker process ended, and what its standard error said last. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: string | null
  /** The last lines of standard error. */
  readonly lastLines: readonly string[]
  readonly memoryMb: number | undefined
}

/** Why a worker ended, in words for people. */
export function exitReason(end: ProcessEnd): string {
  if (end.lastLines.some((line) => line.includes('JavaScript heap out of memory'))) {
    return end.memoryMb === undefined ? 'ran out of memory' : `ran out of memory (heap limit ${end.memoryMb} MB)`
  }
  const said = lastWords(end.lastLines)
  const tail = said === undefined ? '' : `: ${said}`
  if (end.signal === 'SIGKILL') return 'killed by SIGKILL (by hand, or by the system when memory ran out)'
  if (end.signal !== null) return `killed by ${end.signal}${tail}`
  if (end.code === 0) return 'closed'
  return `exited with code ${end.code}${tail}`
}

/** The line that says most: the last one that is no stack frame, brace or version of Node. */
function lastWords(lines: readonly string[]): string | undefined {
  const telling = lines.filter((line) => line.trim() !== '' && !/^\s+at |^Node\.js v|^\s*[{}\]^]|^\s+\w+: /.test(line))
  return (telling.findLast((line) => /^\w*Error\b/.test(line)) ?? telling.at(-1))?.trim().slice(0, 300)
}

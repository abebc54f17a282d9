/** Tells by an offset in a bundle whose code it is: `user`, `helpers` (esbuild's) or `library:name`. */
export function partitionFinder(code: string): (offset: number) => string {
  const starts: number[] = []
  const names: string[] = []
  // esbuild writes the path of each file above its code.
  for (const match of code.matchAll(/^(?: {2})?\/\/ ([^\n]+\.(?:[cm]?[jt]sx?|json|es6)|[^\n]*:[^\n]+|<stdin>)$/gm)) {
    starts.push(match.index)
    names.push(partitionOf(match[1] ?? ''))
  }
  return (offset) => {
    let low = 0
    let high = starts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle + 1
      else high = middle
    }
    return names[low - 1] ?? (starts.length > 0 ? 'helpers' : 'user')
  }
}

export function isLibrary(partition: string): boolean {
  return partition.startsWith('library:')
}

function partitionOf(file: string): string {
  const packageName = /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]
  if (packageName !== undefined) return `library:${packageName}`
  return file.endsWith('.min.js') ? `library:${file}` : 'user'
}

/** Freezes a tree of plain data, as JSON makes it, from top to bottom. Returns it. */
export function deepFreeze<T>(data: T): T {
  const left: unknown[] = [data]
  while (left.length > 0) {
    const value = left.pop()
    if (typeof value !== 'object' || value === null) continue
    Object.freeze(value)
    for (const child of Object.values(value)) left.push(child)
  }
  return data
}

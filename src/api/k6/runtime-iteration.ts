/** An iterator whose `next` may give tokens, for `for await`. */
export function waitingIterable(source: Iterable<unknown>): AsyncIterable<unknown> {
  const iterator = source[Symbol.iterator]()
  const waited = async (result: unknown): Promise<IteratorResult<unknown>> => (await result) as IteratorResult<unknown>
  const steps: AsyncIterator<unknown> = { next: () => waited(iterator.next()) }
  if (iterator.return) steps.return = (value: unknown) => waited(iterator.return?.(value))
  return { [Symbol.asyncIterator]: () => steps }
}

/** An iterator whose every result goes through `check`, which may throw. */
export function checkedIterable(source: Iterable<unknown>, check: (result: unknown) => unknown): Iterable<unknown> {
  if (Array.isArray(source)) return source
  const iterator = source[Symbol.iterator]()
  return { [Symbol.iterator]: () => ({ next: () => check(iterator.next()) as IteratorResult<unknown> }) }
}

/** The script's own `for await`: each step goes through the script's `await`, which lets other jobs run. */
export function yieldingIterable(
  source: AsyncIterable<unknown> | Iterable<unknown>,
  userAwait: (value: unknown) => Promise<unknown>,
): AsyncIterable<unknown> {
  const isAsync = Symbol.asyncIterator in source
  const iterator = isAsync ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  const next = async (): Promise<IteratorResult<unknown>> => {
    const result = (isAsync ? await userAwait(iterator.next()) : iterator.next()) as IteratorResult<unknown>
    return isAsync || result.done ? result : { done: false, value: await userAwait(result.value) }
  }
  const close = async (value: unknown): Promise<IteratorResult<unknown>> =>
    (await iterator.return?.(value)) ?? { done: true, value }
  return { [Symbol.asyncIterator]: () => ({ next, return: close }) }
}

import { isToken, unbox } from './runtime-promise.ts'

type Steps<T> = Generator<unknown, T, unknown>
type Callback = (...args: unknown[]) => unknown
type List = ArrayLike<unknown> & Record<number, unknown>

/** Runs a generator that yields results of callbacks; goes on without delay until one of them is a token. */
export function drive<T>(steps: Steps<T>): T | Promise<T> {
  let step = steps.next()
  while (!step.done) {
    if (isToken(step.value)) return driveOn(steps, step.value)
    step = steps.next(step.value)
  }
  return step.value
}

async function driveOn<T>(steps: Steps<T>, token: Promise<unknown>): Promise<T> {
  let waited: unknown = token
  for (;;) {
    let step: IteratorResult<unknown, T>
    if (isToken(waited)) {
      let value: unknown
      try {
        value = unbox(await waited)
      } catch (error) {
        step = steps.throw(error)
        if (step.done) return step.value
        waited = step.value
        continue
      }
      step = steps.next(value)
    } else step = steps.next(waited)
    if (step.done) return step.value
    waited = step.value
  }
}

/** `receiver.name(...args)`, one callback after the other. Methods that are not the built-in ones are called as they are. */
export function callMethod(name: string, receiver: unknown, args: readonly unknown[]): unknown {
  const own = (receiver as Record<string, unknown>)[name]
  const isList = Array.isArray(receiver) || ArrayBuffer.isView(receiver)
  const isBuiltIn =
    isList && (own === (Array.prototype as unknown as Record<string, unknown>)[name] || ArrayBuffer.isView(receiver))
  const steps = isBuiltIn ? listMethods[name] : undefined
  if (steps && typeof args[0] === 'function') return drive(steps(receiver as List, args[0] as Callback, args))
  if (typeof receiver === 'string' && (name === 'replace' || name === 'replaceAll') && typeof args[1] === 'function') {
    return drive(replaceSteps(receiver, name, args[0] as string | RegExp, args[1] as Callback))
  }
  if ((receiver instanceof Map || receiver instanceof Set) && name === 'forEach' && typeof args[0] === 'function') {
    return drive(forEachEntry(receiver, args[0] as Callback, args[1]))
  }
  return (own as Callback).apply(receiver, args as unknown[])
}

/** `Array.from(source, callback, thisArg)`. */
export function arrayFrom(source: unknown, callback: unknown, thisArg?: unknown): unknown {
  if (typeof callback !== 'function') return Array.from(source as Iterable<unknown>)
  return drive(
    (function* () {
      const made: unknown[] = []
      for (const value of Array.from(source as Iterable<unknown>)) {
        made.push(yield (callback as Callback).call(thisArg, value, made.length))
      }
      return made
    })(),
  )
}

const listMethods: Readonly<Record<string, (list: List, callback: Callback, args: readonly unknown[]) => Steps<unknown>>> = {
  *forEach(list, callback, [, thisArg]) {
    const count = list.length
    for (let i = 0; i < count; i++) if (i in list) yield callback.call(thisArg, list[i], i, list)
  },
  *map(list, callback, [, thisArg]) {
    const made: unknown[] = []
    const count = list.length
    // Holes stay holes.
    made.length = count
    for (let i = 0; i < count; i++) if (i in list) made[i] = yield callback.call(thisArg, list[i], i, list)
    return made
  },
  *filter(list, callback, [, thisArg]) {
    const made: unknown[] = []
    const count = list.length
    for (let i = 0; i < count; i++) {
      if (!(i in list)) continue
      const value = list[i]
      if (yield callback.call(thisArg, value, i, list)) made.push(value)
    }
    return made
  },
  *some(list, callback, [, thisArg]) {
    const count = list.length
    for (let i = 0; i < count; i++) if (i in list && (yield callback.call(thisArg, list[i], i, list))) return true
    return false
  },
  *every(list, callback, [, thisArg]) {
    const count = list.length
    for (let i = 0; i < count; i++) if (i in list && !(yield callback.call(thisArg, list[i], i, list))) return false
    return true
  },
  *find(list, callback, [, thisArg]) {
    const at = yield* indexSteps(list, callback, thisArg, false)
    return at < 0 ? undefined : list[at]
  },
  *findIndex(list, callback, [, thisArg]) {
    return yield* indexSteps(list, callback, thisArg, false)
  },
  *findLast(list, callback, [, thisArg]) {
    const at = yield* indexSteps(list, callback, thisArg, true)
    return at < 0 ? undefined : list[at]
  },
  *findLastIndex(list, callback, [, thisArg]) {
    return yield* indexSteps(list, callback, thisArg, true)
  },
  *flatMap(list, callback, [, thisArg]) {
    const made: unknown[] = []
    const count = list.length
    for (let i = 0; i < count; i++) {
      if (!(i in list)) continue
      const value = yield callback.call(thisArg, list[i], i, list)
      if (Array.isArray(value)) for (const each of value as unknown[]) made.push(each)
      else made.push(value)
    }
    return made
  },
  *reduce(list, callback, args) {
    const indices = presentIndices(list)
    return yield* reduceSteps(list, callback, args, indices)
  },
  *reduceRight(list, callback, args) {
    return yield* reduceSteps(list, callback, args, presentIndices(list).reverse())
  },
  *sort(list, callback) {
    const values = presentIndices(list).map((index) => list[index])
    const undefinedCount = values.filter((value) => value === undefined).length
    const sorted = yield* mergeSort(
      values.filter((value) => value !== undefined),
      callback,
    )
    sorted.forEach((value, index) => {
      list[index] = value
    })
    for (let i = 0; i < undefinedCount; i++) list[sorted.length + i] = undefined
    for (let i = sorted.length + undefinedCount; i < list.length; i++) delete list[i]
    return list
  },
  *toSorted(list, callback) {
    return yield* mergeSort(Array.from(list), callback)
  },
}

function presentIndices(list: List): number[] {
  return Array.from({ length: list.length }, (_, index) => index).filter((index) => index in list)
}

function* indexSteps(list: List, callback: Callback, thisArg: unknown, isBackward: boolean): Steps<number> {
  const count = list.length
  for (let n = 0; n < count; n++) {
    const i = isBackward ? count - 1 - n : n
    if (yield callback.call(thisArg, list[i], i, list)) return i
  }
  return -1
}

function* reduceSteps(list: List, callback: Callback, args: readonly unknown[], indices: readonly number[]): Steps<unknown> {
  let rest = indices
  let result: unknown = args[1]
  if (args.length < 2) {
    const [first, ...others] = indices
    if (first === undefined) throw new TypeError('Reduce of empty array with no initial value')
    result = list[first]
    rest = others
  }
  for (const index of rest) result = yield callback(result, list[index], index, list)
  return result
}

function* mergeSort(values: readonly unknown[], compare: Callback): Steps<unknown[]> {
  if (values.length < 2) return [...values]
  const middle = values.length >> 1
  const left = yield* mergeSort(values.slice(0, middle), compare)
  const right = yield* mergeSort(values.slice(middle), compare)
  const made: unknown[] = []
  let l = 0
  let r = 0
  while (l < left.length && r < right.length) {
    if (Number(yield compare(right[r], left[l])) < 0) made.push(right[r++])
    else made.push(left[l++])
  }
  return [...made, ...left.slice(l), ...right.slice(r)]
}

/** Finds all matches first, as the built-in method does, then calls back for each. */
function* replaceSteps(
  text: string,
  name: 'replace' | 'replaceAll',
  pattern: string | RegExp,
  callback: Callback,
): Steps<string> {
  const matches: unknown[][] = []
  const collect = (...match: unknown[]): string => {
    matches.push(match)
    return ''
  }
  if (name === 'replace') text.replace(pattern, collect)
  else text.replaceAll(pattern, collect)
  let made = ''
  let from = 0
  for (const match of matches) {
    // The last argument is the object of named groups, where there are any.
    const offset = match.findLast((each) => typeof each === 'number') as number
    made += text.slice(from, offset) + String(yield callback(...match))
    from = offset + String(match[0]).length
  }
  return made + text.slice(from)
}

function* forEachEntry(entries: Map<unknown, unknown> | Set<unknown>, callback: Callback, thisArg: unknown): Steps<undefined> {
  for (const [key, value] of entries.entries()) yield callback.call(thisArg, value, key, entries)
  return undefined
}

import type { Vu } from '../../../vu/vu.ts'
import { deepFreeze } from '../deep-freeze.ts'
import { GoError } from '../go-error.ts'
import type { K6Host, K6Module } from '../host.ts'

const arraysKey = Symbol('shared arrays')
const inInit = 'make it at the top level of the script'

/** The module `k6/data`: arrays that all VUs of a worker share. */
export const dataModule: K6Module = (vu, host) => {
  // Called with `new`: what a constructor returns is what the script gets.
  function SharedArray(name: unknown, make: unknown): readonly unknown[] {
    return sharedArray(vu, host, name, make)
  }
  const members = { SharedArray }
  return { ...members, default: members }
}

/** The rows made by the first VU of this worker that asked for the name; JSON all through, and frozen. */
function sharedArray(vu: Vu, host: K6Host, name: unknown, make: unknown): readonly unknown[] {
  if (vu.phase !== 'init') throw new GoError('a SharedArray was made outside init', inInit)
  if (typeof name !== 'string' || name === '') throw new GoError('a SharedArray was given no name', 'give it a name of its own')
  if (typeof make !== 'function')
    throw new GoError(`SharedArray "${name}" was given no function`, 'give one that returns the rows')
  const arrays = vu.world.shared(arraysKey, () => new Map<string, readonly unknown[]>())
  const known = arrays.get(name)
  if (known) return known
  const rows = rowsOf(name, (make as () => unknown)(), host)
  arrays.set(name, rows)
  return rows
}

function rowsOf(name: string, made: unknown, host: K6Host): readonly unknown[] {
  if (host.isToken(made)) {
    made.catch(() => undefined)
    throw new GoError(`the function of SharedArray "${name}" makes a blocking call`, 'read files with open() instead')
  }
  if (!Array.isArray(made)) {
    throw new GoError(
      `the function of SharedArray "${name}" returned no array`,
      'return an array; async functions cannot be used',
    )
  }
  let text: string
  try {
    text = JSON.stringify(made)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    throw new GoError(`the rows of SharedArray "${name}" are no JSON: ${why}`, 'return plain data without cycles')
  }
  return deepFreeze(JSON.parse(text) as unknown[])
}

import { UserError } from '../../base/user-error.ts'
import type { Vu } from '../../vu/vu.ts'
import { tagText } from './metric-tags.ts'

type TextsByName = Record<string, string>

/** `exec.vu.tags`: `all` reads and writes the VU's tags; this adds what scripts were promised of the object. */
export function scriptTags(all: TextsByName): TextsByName {
  return new Proxy(all, {
    has: (target, name) => Reflect.getOwnPropertyDescriptor(target, name) !== undefined,
    set(target, name, value) {
      target[String(name)] = tagText(String(name), value)
      return true
    },
    deleteProperty(_target, name) {
      throw new UserError('K6_NOT_YET', `the tag "${String(name)}" cannot be removed yet`, {
        hint: 'tags of an iteration go when it ends; give another value until then',
      })
    },
  })
}

const warnedKey = Symbol('metadata')

/** `exec.vu.metrics.metadata`: kept for the iteration, for the script to read; no output has a place for it. */
export function scriptMetadata(vu: Vu): TextsByName {
  const kept: TextsByName = {}
  let iteration = vu.iterationInInstance
  const current = (): TextsByName => {
    if (iteration !== vu.iterationInInstance) for (const name of Object.keys(kept)) delete kept[name]
    iteration = vu.iterationInInstance
    return kept
  }
  return new Proxy(kept, {
    get: (_target, name) => (typeof name === 'string' ? current()[name] : undefined),
    has: (_target, name) => name in current(),
    ownKeys: () => Object.keys(current()),
    getOwnPropertyDescriptor: (_target, name) => Reflect.getOwnPropertyDescriptor(current(), name),
    set(_target, name, value) {
      current()[String(name)] = tagText(String(name), value)
      const warned = vu.world.shared(warnedKey, () => ({ isOver: false }))
      if (!warned.isOver) vu.warn('metadata of samples does not reach any output; use tags')
      warned.isOver = true
      return true
    },
  })
}

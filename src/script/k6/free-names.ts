import type { Insertions } from './insertions.ts'
import type { FreeReference } from './scopes.ts'

/** Names of the language itself, the same for all VUs. */
const language = new Set(
  (
    'undefined NaN Infinity Object Function Array String Number Boolean Symbol BigInt Math JSON Date RegExp Map Set WeakMap ' +
    'WeakSet WeakRef FinalizationRegistry Proxy Reflect Error TypeError RangeError SyntaxError ReferenceError EvalError ' +
    'URIError AggregateError ArrayBuffer SharedArrayBuffer DataView Atomics Int8Array Uint8Array Uint8ClampedArray Int16Array ' +
    'Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array parseInt parseFloat isNaN ' +
    'isFinite encodeURI encodeURIComponent decodeURI decodeURIComponent escape unescape eval arguments require __require ' +
    'Intl WebAssembly'
  ).split(' '),
)

/** Names that every VU has: no look first whether they exist. */
const always = new Set(
  '__ENV __VU __ITER Promise console open setTimeout clearTimeout setInterval clearInterval crypto'.split(' '),
)

/** Sends uses of undeclared names to `$g`, the object of the VU that stands for the global one. */
export function rewriteFreeName({ node, parent }: FreeReference, partition: string, into: Insertions): void {
  const { name, start, end } = node
  if (partition === 'helpers' || language.has(name)) return
  if (name === 'globalThis' || name === 'global') return into.replace(start, end, shorthand(parent, name) + '$g')
  // Packages were written for Node as well.
  if (partition !== 'user' && !always.has(name)) return
  const isTested = parent.type === 'UnaryExpression' && parent.operator === 'typeof'
  const read = isTested || always.has(name) ? `$g.${name}` : `$rt.global(${JSON.stringify(name)}).${name}`
  const isCalled = parent.type === 'CallExpression' && parent.callee === node
  into.replace(start, end, shorthand(parent, name) + (isCalled ? `(0, ${read})` : read))
}

function shorthand(parent: FreeReference['parent'], name: string): string {
  return parent.type === 'Property' && parent.shorthand ? `${name}: ` : ''
}

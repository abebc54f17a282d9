import { exitCode } from '../../base/exit-code.ts'
import { UserError } from '../../base/user-error.ts'
import type { Dialect } from '../../vu/dialect.ts'
import type { Vu } from '../../vu/vu.ts'
import { k6Modules } from './registry.ts'
import { VuRuntime } from './runtime.ts'

/** By this specifier the rewritten code finds its run-time; no script can name it by accident. */
const runtimeSpecifier = 'k6:runtime'
const runtimesKey = Symbol('runtimes')
const lifecycle = new Set(['options'])

/** Scripts that were written for k6, rewritten by script/k6. */
export const k6Dialect: Dialect = {
  name: 'compat',
  provides: (specifier) => specifier === 'k6' || specifier.startsWith('k6/') || specifier === runtimeSpecifier,
  bind(specifier, vu) {
    const runtime = runtimeOf(vu)
    if (specifier === runtimeSpecifier) return runtime
    const make = k6Modules[specifier]
    if (make) return make(vu, runtime)
    throw new UserError('K6_MODULE_UNSUPPORTED', `the module "${specifier}" is not supported yet`, {
      hint: `there are ${Object.keys(k6Modules).join(', ')}`,
      exitCode: exitCode.scriptException,
    })
  },
  wrapExports(exports, vu) {
    const runtime = runtimeOf(vu)
    const wrap = ([name, value]: [string, unknown]): [string, unknown] => {
      if (typeof value !== 'function' || lifecycle.has(name)) return [name, value]
      const body = value as (...args: unknown[]) => unknown
      return [name, (...args: unknown[]) => runtime.run(body, args)]
    }
    return Object.fromEntries(Object.entries(exports).map(wrap))
  },
}

function runtimeOf(vu: Vu): VuRuntime {
  const runtimes = vu.world.shared(runtimesKey, () => new WeakMap<Vu, VuRuntime>())
  const known = runtimes.get(vu) ?? new VuRuntime(vu)
  runtimes.set(vu, known)
  return known
}

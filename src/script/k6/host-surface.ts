/** What the analysis knows of the modules that the program provides. */

const blocking: Readonly<Record<string, ReadonlySet<string>>> = {
  k6: new Set(['sleep']),
  'k6/http': new Set(['get', 'post', 'put', 'patch', 'del', 'head', 'options', 'request', 'batch']),
  'k6/ws': new Set(['connect']),
}

/** Functions whose second argument is called before they return. */
const takingCallbacks: Readonly<Record<string, ReadonlySet<string>>> = { k6: new Set(['group', 'check']) }

/** Methods of objects that a module hands out: known by their name alone, where nothing better is known of the receiver. */
const blockingMethods: Readonly<Record<string, readonly string[]>> = {
  'k6/http': ['submitForm', 'clickLink'],
  'k6/net/grpc': ['connect', 'invoke', 'healthCheck'],
  'k6/experimental/grpc': ['connect', 'invoke', 'healthCheck'],
}

const promiseModules =
  /^k6\/(?:browser|websockets|timers|secrets|experimental\/(?:redis|fs|browser|csv|streams|websockets|webcrypto|timers))$|^k6\/x\//

/** Array and string methods with a callback that the run-time can run step by step. */
export const steppedMethods: ReadonlySet<string> = new Set(
  (
    'forEach map filter some every find findIndex findLast findLastIndex flatMap reduce reduceRight sort toSorted ' +
    'replace replaceAll each'
  ).split(' '),
)

export type HostFunctionKind = 'blocking' | 'taking callbacks' | 'plain'

/** `path`: the imported name, `*` or `default` for the module as a whole, `[dynamic]` for a computed member. */
export function kindOfHostFunction(module: string, path: string): HostFunctionKind {
  if (path === '[dynamic]') return blocking[module] ? 'blocking' : 'plain'
  if (blocking[module]?.has(path)) return 'blocking'
  return takingCallbacks[module]?.has(path) ? 'taking callbacks' : 'plain'
}

export function isWholeModule(path: string): boolean {
  return path === '*' || path === 'default'
}

export function blockingMethodsOf(modules: Iterable<string>): ReadonlySet<string> {
  return new Set([...modules].flatMap((module) => blockingMethods[module] ?? []))
}

/** Does importing this module let callbacks run outside of calls? */
export function isPromiseModule(module: string): boolean {
  return promiseModules.test(module)
}

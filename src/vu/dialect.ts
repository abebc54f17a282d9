import type { ScriptExports, Vu } from './vu.ts'

/** A family of scripts: which modules it may import from the program, and what it finds there. */
export interface Dialect {
  readonly name: string
  /** Specifiers that resolve to the running program. */
  provides(specifier: string): boolean
  /** The module's namespace, bound to one VU. Called once per VU and import; throws a UserError for one that it does not have. */
  bind(specifier: string, vu: Vu): unknown
  /** What the engine calls in place of the script's own exports. Called once per VU, after its init. */
  wrapExports?(exports: ScriptExports, vu: Vu): ScriptExports
}

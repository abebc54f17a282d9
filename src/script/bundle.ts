/** A script made ready to travel: evaluated once per VU through `compileBundle` (script/compile.ts). */
export interface ScriptBundle {
  /** Script family: `native` scripts import `brunt`, all others are `compat`. */
  readonly dialect: string
  /** Absolute path of the entry file, or `-` for standard input. */
  readonly entry: string
  /** Body of a (possibly async) function of `$brunt`, a `ModuleHost`; see script/module-to-function.ts and script/compile.ts. */
  readonly code: string
  /** Source map (JSON, absolute `sources`) from `code` to the user's files. */
  readonly sourceMap: string
  /**
   * Modules that stay outside and are loaded once per worker: key -> file URL or `node:` URL. A plain key is the
   * specifier as imported, loaded before any VU starts; `require:x` and `dynamic:x` are loaded on first use.
   */
  readonly externals: Readonly<Record<string, string>>
  /** Specifiers that the program itself provides (`brunt`, `brunt/http`), as imported. */
  readonly provided: readonly string[]
  /** Files that went into the bundle, absolute. */
  readonly files: readonly string[]
  /** SHA-256 of `code`, hex. */
  readonly hash: string
}

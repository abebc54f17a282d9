/** A script made ready to travel: evaluated once per VU through `compileBundle` (script/compile.ts). */
export interface ScriptBundle {
  /** Script family; `native` scripts import `brunt`. */
  readonly dialect: string
  /** Absolute path of the entry file, or `-` for standard input. */
  readonly entry: string
  /** Body of an async function of `$import` and `$exports`; see script/compile.ts. */
  readonly code: string
  /** Source map (JSON) from `code` to the user's files. */
  readonly sourceMap: string
  /** npm packages loaded once per worker: specifier as imported -> file URL. */
  readonly externals: Readonly<Record<string, string>>
  /** Specifiers that the program itself provides (`brunt`, `brunt/http`), as imported. */
  readonly provided: readonly string[]
  /** Files that went into the bundle, absolute. */
  readonly files: readonly string[]
  /** SHA-256 of `code`, hex. */
  readonly hash: string
}

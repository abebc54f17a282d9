import { nativeDialect } from '../api/native-dialect.ts'
import { UserError } from '../base/user-error.ts'
import type { Dialect } from '../vu/dialect.ts'

/** Script families by the name that a bundle carries. */
const dialects: Readonly<Record<string, Dialect>> = {
  native: nativeDialect,
}

export function dialectOf(name: string): Dialect {
  const dialect = dialects[name]
  if (!dialect) {
    throw new UserError('SCRIPT_DIALECT_UNSUPPORTED', 'this script does not import brunt: k6 scripts cannot be run yet', {
      hint: "write a native script:  import http from 'brunt/http'",
    })
  }
  return dialect
}

import { k6Dialect } from '../api/k6/dialect.ts'
import { nativeDialect } from '../api/native-dialect.ts'
import { UserError } from '../base/user-error.ts'
import type { Dialect } from '../vu/dialect.ts'

/** Script families by the name that a bundle carries. */
const dialects: Readonly<Record<string, Dialect>> = {
  native: nativeDialect,
  compat: k6Dialect,
}

export function dialectOf(name: string): Dialect {
  const dialect = dialects[name]
  if (!dialect) {
    throw new UserError('SCRIPT_DIALECT_UNSUPPORTED', `this worker does not know scripts of the family "${name}"`, {
      hint: 'run the same version of brunt everywhere',
    })
  }
  return dialect
}

import { UserError } from '../base/user-error.ts'
import type { Dialect } from '../vu/dialect.ts'

/** Script families by the name that a bundle carries. */
const dialects: Readonly<Record<string, () => Promise<Dialect>>> = {
  native: async () => (await import('../api/native-dialect.ts')).nativeDialect,
  compat: async () => (await import('../api/k6/dialect.ts')).k6Dialect,
}

/** Loads what only this family needs. */
export async function dialectOf(name: string): Promise<Dialect> {
  const load = dialects[name]
  if (!load) {
    throw new UserError('SCRIPT_DIALECT_UNSUPPORTED', `this worker does not know scripts of the family "${name}"`, {
      hint: 'run the same version of brunt everywhere',
    })
  }
  return await load()
}

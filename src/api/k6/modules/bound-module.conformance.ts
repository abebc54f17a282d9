import { Vu } from '../../../vu/vu.ts'
import { soloWorld } from '../../../vu/world.conformance.ts'
import { k6Dialect } from '../dialect.ts'

/** A module as a script finds it during init, with the VU that it belongs to. For tests. */
export function boundModule<Module>(
  specifier: string,
  world: ReturnType<typeof soloWorld> = soloWorld(),
): { readonly module: Module; readonly vu: Vu; readonly world: ReturnType<typeof soloWorld> } {
  const vu = new Vu({ id: 1, idInInstance: 1 }, world)
  return { module: k6Dialect.bind(specifier, vu) as Module, vu, world }
}

import type { K6Module } from './host.ts'
import { httpModule } from './modules/http.ts'
import { k6Module } from './modules/k6.ts'

/** Modules by the specifier that scripts import them by. */
export const k6Modules: Readonly<Record<string, K6Module>> = {
  k6: k6Module,
  'k6/http': httpModule,
}

import type { K6Module } from './host.ts'
import { cryptoModule } from './modules/crypto.ts'
import { dataModule } from './modules/data.ts'
import { encodingModule } from './modules/encoding.ts'
import { executionModule } from './modules/execution.ts'
import { httpModule } from './modules/http.ts'
import { k6Module } from './modules/k6.ts'
import { metricsModule } from './modules/metrics.ts'
import { timersModule } from './modules/timers.ts'

/** Modules by the specifier that scripts import them by. */
export const k6Modules: Readonly<Record<string, K6Module>> = {
  k6: k6Module,
  'k6/crypto': cryptoModule,
  'k6/data': dataModule,
  'k6/encoding': encodingModule,
  'k6/execution': executionModule,
  'k6/http': httpModule,
  'k6/metrics': metricsModule,
  'k6/timers': timersModule,
}

import { UserError } from '../base/user-error.ts'
import { exitCode } from '../base/exit-code.ts'
import type { Dialect } from '../vu/dialect.ts'
import type { Vu } from '../vu/vu.ts'
import { bindCheck } from './check.ts'
import type { Check } from './check.ts'
import { VuExecution } from './execution.ts'
import type { Execution } from './execution.ts'
import { bindFail, bindGroup, bindSleep } from './flow.ts'
import type { Fail, Group, Sleep } from './flow.ts'
import { VuHttp } from './http.ts'
import { metricsModule } from './metrics.ts'
import { scenario } from './scenario.ts'

/** The module `brunt` of one VU. Each member is made when a script first reads it. */
class BruntModule {
  readonly #vu: Vu
  #check: Check | undefined
  #sleep: Sleep | undefined
  #group: Group | undefined
  #execution: Execution | undefined

  constructor(vu: Vu) {
    this.#vu = vu
  }

  get check(): Check {
    this.#check ??= bindCheck(this.#vu)
    return this.#check
  }
  get sleep(): Sleep {
    this.#sleep ??= bindSleep(this.#vu)
    return this.#sleep
  }
  get group(): Group {
    this.#group ??= bindGroup(this.#vu)
    return this.#group
  }
  get fail(): Fail {
    return bindFail()
  }
  get execution(): Execution {
    this.#execution ??= new VuExecution(this.#vu)
    return this.#execution
  }
  /** Variables of `-e` and the environment, those of the running scenario over them. */
  get env(): Readonly<Record<string, string | undefined>> {
    const vu = this.#vu
    return new Proxy(
      {},
      { get: (_target, name) => (typeof name === 'string' ? (vu.scenario?.env[name] ?? vu.world.env[name]) : undefined) },
    )
  }
  get scenario(): typeof scenario {
    return scenario
  }
}

// Enumerable, so that whoever lists the module's names finds them.
for (const name of Object.getOwnPropertyNames(BruntModule.prototype)) {
  if (name !== 'constructor') Object.defineProperty(BruntModule.prototype, name, { enumerable: true })
}

const modules: Readonly<Record<string, (vu: Vu) => unknown>> = {
  brunt: (vu) => new BruntModule(vu),
  'brunt/http': (vu) => ({ default: new VuHttp(vu) }),
  'brunt/metrics': (vu) => metricsModule(vu.world),
}

/** Scripts that import `brunt`. */
export const nativeDialect: Dialect = {
  name: 'native',
  provides: (specifier) => specifier === 'brunt' || specifier.startsWith('brunt/'),
  bind(specifier, vu) {
    const make = modules[specifier]
    if (!make) {
      throw new UserError('MODULE_UNKNOWN', `there is no module "${specifier}"`, {
        hint: `there are ${Object.keys(modules).join(', ')}`,
        exitCode: exitCode.scriptException,
      })
    }
    return make(vu)
  },
}

import { exitCode } from '../base/exit-code.ts'
import { optionValue } from './option-values.ts'
import { planOptions } from './plan-options.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** BRUNT_<name>, else K6_<name>; an empty variable counts as unset. */
export function variable(env: Variables, name: string): { readonly spelled: string; readonly value: string } | undefined {
  for (const prefix of ['BRUNT_', 'K6_']) {
    const value = env[prefix + name]
    if (value !== undefined && value !== '') return { spelled: prefix + name, value }
  }
  return undefined
}

/** The environment layer of the plan. Throws ENV_VALUE_INVALID (exit code 104). */
export function optionsFromEnvironment(env: Variables): Record<string, unknown> {
  const options: Record<string, unknown> = {}
  for (const { option, variable: name, kind } of planOptions) {
    const found = name === undefined ? undefined : variable(env, name)
    if (!found) continue
    const origin = { spelled: found.spelled, code: 'ENV_VALUE_INVALID', exitCode: exitCode.invalidConfig } as const
    options[option] = optionValue(kind, [found.value], origin)
  }
  return options
}

/** The process environment as scripts see it: without what is unset. */
export function scriptEnvironment(env: Variables): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

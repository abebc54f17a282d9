import { exitCode } from '../base/exit-code.ts'
import type { FlagSpec, ParsedArguments } from './arguments.ts'
import { optionValue } from './option-values.ts'
import { flagKindOf, planOptions } from './plan-options.ts'

/** The flags that set options of the plan. */
export const planFlags: readonly FlagSpec[] = planOptions.flatMap((option) => {
  if (option.flag === undefined) return []
  const { flag, short, kind, placeholder, help, group } = option
  const spec: FlagSpec = { name: flag, kind: flagKindOf(kind), help, group }
  return [{ ...spec, ...(short === undefined ? {} : { short }), ...(placeholder === undefined ? {} : { placeholder }) }]
})

/** The command-line layer of the plan. Throws FLAG_VALUE_INVALID. */
export function optionsFromFlags(given: ParsedArguments): Record<string, unknown> {
  const options: Record<string, unknown> = {}
  for (const { option, flag, kind } of planOptions) {
    if (flag === undefined || !given.has(flag)) continue
    const origin = { spelled: `--${flag}`, code: 'FLAG_VALUE_INVALID', exitCode: exitCode.other } as const
    options[option] = optionValue(kind, given.texts(flag), origin)
  }
  return options
}

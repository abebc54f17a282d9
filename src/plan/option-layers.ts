import { invalidOption } from './option-bag.ts'

/** One place that options come from; `options` is whatever it holds. */
export interface OptionLayer {
  readonly source: 'config' | 'script' | 'environment' | 'command-line'
  readonly options: unknown
}

const executionKeys = ['duration', 'iterations', 'stages', 'scenarios'] as const

const levelNames: Readonly<Record<OptionLayer['source'], string>> = {
  config: 'config',
  script: 'script',
  environment: 'env',
  'command-line': 'cli',
}

/**
 * Merges layers, lowest first: a higher one replaces whole values. One that says anything about duration, iterations, stages
 * or scenarios erases all that lower ones said about them, with a warning when scenarios are lost.
 */
export function mergeLayers(layers: readonly OptionLayer[], warn: (text: string) => void): Readonly<Record<string, unknown>> {
  const merged: Record<string, unknown> = {}
  for (const { source, options } of layers) {
    const given = givenOptions(source, options)
    if (executionKeys.some((key) => given.has(key))) {
      if (isSet(merged['scenarios']))
        warn(`"${levelNames[source]}" level configuration overrode scenarios configuration entirely`)
      for (const key of executionKeys) delete merged[key]
    }
    for (const [key, value] of given) merged[key] = value
  }
  return merged
}

function givenOptions(source: OptionLayer['source'], options: unknown): ReadonlyMap<string, unknown> {
  if (!isSet(options)) return new Map()
  if (typeof options !== 'object' || Array.isArray(options)) {
    throw invalidOption({
      path: 'options',
      value: options,
      expected: `an object (from ${source})`,
      hint: 'write  export const options = { … }',
    })
  }
  return new Map(Object.entries(options as object).filter(([, value]: [string, unknown]) => isSet(value)))
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null
}

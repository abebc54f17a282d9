import type { Check } from '../check.ts'
import type { Execution } from '../execution.ts'
import type { Fail, Group, Sleep } from '../flow.ts'
import { outsideRun } from './outside-run.ts'

export { scenario } from '../scenario.ts'
export type { Check, CheckSet } from '../check.ts'
export type { Execution } from '../execution.ts'
export type { Options, ThresholdOption } from '../options.ts'
export type { Duration, ScenarioOptions, StageOptions } from '../scenario.ts'

export const check: Check = outsideRun('check()')
export const group: Group = outsideRun('group()')
export const sleep: Sleep = outsideRun('sleep()')
export const fail: Fail = outsideRun('fail()')
export const execution: Execution = outsideRun('execution')
/** Variables of `-e` and the environment, those of the running scenario over them. */
export const env: Readonly<Record<string, string | undefined>> = outsideRun('env')

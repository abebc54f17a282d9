import { readFileSync } from 'node:fs'
import { exitCode } from '../base/exit-code.ts'
import { messageOf, UserError } from '../base/user-error.ts'

/** The options in a `--config` file (JSON, one object). Throws CONFIG_UNREADABLE and CONFIG_INVALID. */
export function readConfigFile(path: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new UserError('CONFIG_UNREADABLE', `the config file "${path}" cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: 'check the path after --config',
    })
  }
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>
  } catch (cause) {
    throw invalid(path, messageOf(cause), cause)
  }
  throw invalid(path, 'it must hold one JSON object', undefined)
}

function invalid(path: string, why: string, cause: unknown): UserError {
  return new UserError('CONFIG_INVALID', `the config file "${path}" is not usable: ${why}`, {
    cause,
    hint: 'write options as JSON, for example  {"vus": 10, "duration": "30s"}',
    exitCode: exitCode.invalidConfig,
  })
}

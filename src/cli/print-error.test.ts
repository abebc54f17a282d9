import { expect, test } from 'vitest'
import { UserError } from '../base/user-error.ts'
import { ScriptError } from '../run/seat.ts'
import { errorText, exitCodeOfError } from './print-error.ts'

test('an error of the user is a message, a hint and a code', () => {
  const error = new UserError('PLAN_RATE_MISSING', 'scenario "a" has no rate', {
    hint: 'add  rate: 50\nor remove it',
    exitCode: 104,
  })
  expect(errorText(error)).toBe(
    'error: scenario "a" has no rate\n  hint: add  rate: 50\n        or remove it\n  code: PLAN_RATE_MISSING\n',
  )
  expect(exitCodeOfError(error)).toBe(104)
})

test('without an exit code of its own it ends with 255', () => {
  expect(exitCodeOfError(new UserError('FLAG_UNKNOWN', 'x'))).toBe(255)
})

test.each([{ thrown: new Error('outer', { cause: new TypeError('inner') }) }, { thrown: 'inner' }])(
  'a bug shows its stack and asks for a report',
  ({ thrown }) => {
    const text = errorText(thrown)
    expect(text).toMatch(/bug in brunt/)
    expect(text).toMatch(/inner/)
    expect(text).toMatch(/please report/)
    expect(exitCodeOfError(thrown)).toBe(109)
  },
)

test('an exception of the script shows where it was thrown', () => {
  const error = new ScriptError('SCRIPT_INIT_FAILED', 'no data', {
    hint: undefined,
    stack: 'Error: no data\n    at load (test.ts:3:9)',
  })
  expect(errorText(error)).toBe('error: no data\n    at load (test.ts:3:9)\n  code: SCRIPT_INIT_FAILED\n')
  expect(exitCodeOfError(error)).toBe(107)
})

import { expect, test } from 'vitest'
import { exitCode } from '../base/exit-code.ts'
import { UserError } from '../base/user-error.ts'
import { RunEnding } from './run-ending.ts'

test('a run that nobody stops has no code of its own and its teardown is due', () => {
  const ending = new RunEnding()
  expect([ending.stopCode, ending.isStopped, ending.isTeardownDue]).toEqual([undefined, false, true])
})

test.each([
  { reason: 'interrupted', code: exitCode.interrupted },
  { reason: 'threshold', code: exitCode.thresholdsFailed },
  { reason: 'script-abort', code: exitCode.scriptAborted },
  { reason: 'remote', code: exitCode.stoppedRemotely },
  { reason: 'lost-worker', code: exitCode.partial },
] as const)('stopping for $reason ends with $code', ({ reason, code }) => {
  const ending = new RunEnding()
  ending.stop(reason)
  expect(ending.stopCode).toBe(code)
})

test('the first reason to stop stays', () => {
  const ending = new RunEnding()
  ending.stop('threshold')
  ending.stop('interrupted')
  expect(ending.stopCode).toBe(exitCode.thresholdsFailed)
})

test('waiting ends as soon as the run is stopped, without an error and without teardown', async () => {
  const ending = new RunEnding()
  const waiting = ending.unlessStopped(new Promise(() => undefined))
  ending.stop('interrupted')
  await waiting.catch((error: unknown) => ending.fail(error))
  expect([ending.error, ending.stopCode, ending.isTeardownDue]).toEqual([undefined, exitCode.interrupted, false])
})

test.each([
  { name: 'setup', kind: 'timeout', code: exitCode.setupTimeout, isTeardownDue: false },
  { name: 'setup', kind: 'threw', code: exitCode.scriptException, isTeardownDue: false },
  { name: 'setup', kind: 'aborted', code: exitCode.scriptAborted, isTeardownDue: false },
  { name: 'teardown', kind: 'timeout', code: exitCode.teardownTimeout, isTeardownDue: true },
  { name: 'teardown', kind: 'threw', code: exitCode.scriptException, isTeardownDue: true },
] as const)('$name that $kind ends with $code', ({ name, kind, code, isTeardownDue }) => {
  const ending = new RunEnding()
  ending.failLifecycle(name, { kind, message: 'why', stack: '' })
  expect([ending.stopCode, ending.isTeardownDue]).toEqual([code, isTeardownDue])
})

test('an error of the user keeps its code and hint, a bug asks for a report', () => {
  const user = new RunEnding()
  user.fail(new UserError('X_CODE', 'what', { hint: 'do this', exitCode: exitCode.invalidConfig }))
  expect([user.stopCode, user.error?.code, user.error?.hint]).toEqual([exitCode.invalidConfig, 'X_CODE', 'do this'])
  const bug = new RunEnding()
  bug.fail(new TypeError('x is undefined'))
  expect(bug.error?.hint).toMatch(/report/)
  expect(bug.error?.stack).toContain('run-ending.test.ts')
})

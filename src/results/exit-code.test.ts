import { expect, test } from 'vitest'
import { exitCode } from '../base/exit-code.ts'
import { exitCodeFor, statusFor, type ExitFacts } from './exit-code.ts'

const nothing: ExitFacts = {
  stopCode: undefined,
  isMarkedFailed: false,
  areThresholdsFailed: false,
  isPartial: false,
  isInconclusive: false,
  isGeneratorUnreliable: false,
  isGeneratorStrict: false,
}
const everything: ExitFacts = {
  stopCode: exitCode.interrupted,
  isMarkedFailed: true,
  areThresholdsFailed: true,
  isPartial: true,
  isInconclusive: true,
  isGeneratorUnreliable: true,
  isGeneratorStrict: true,
}

test.each([
  { name: 'nothing', facts: nothing, code: 0 },
  { name: 'all at once', facts: everything, code: 105 },
  { name: 'all but a stop', facts: { ...everything, stopCode: undefined }, code: 110 },
  { name: 'thresholds on a partial run', facts: { ...everything, stopCode: undefined, isMarkedFailed: false }, code: 99 },
  {
    name: 'a lost worker and an unreliable generator',
    facts: { ...nothing, isPartial: true, isGeneratorUnreliable: true, isGeneratorStrict: true },
    code: 123,
  },
  {
    name: 'an inconclusive and unreliable run',
    facts: { ...nothing, isInconclusive: true, isGeneratorUnreliable: true, isGeneratorStrict: true },
    code: 121,
  },
  {
    name: 'an unreliable generator under --strict-generator',
    facts: { ...nothing, isGeneratorUnreliable: true, isGeneratorStrict: true },
    code: 120,
  },
  { name: 'an unreliable generator', facts: { ...nothing, isGeneratorUnreliable: true }, code: 0 },
])('$name ends with code $code', ({ facts, code }) => {
  expect(exitCodeFor(facts)).toBe(code)
})

test.each([
  [exitCode.ok, 'passed'],
  [exitCode.thresholdsFailed, 'failed'],
  [exitCode.partial, 'failed'],
  [exitCode.interrupted, 'aborted'],
  [exitCode.scriptException, 'error'],
] as const)('a run with exit code %d is called %s', (code, status) => {
  expect(statusFor(code)).toBe(status)
})

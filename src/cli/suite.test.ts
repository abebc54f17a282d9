import { expect, test } from 'vitest'
import { type SuiteEntry, judgeSuite, suiteText } from './suite.ts'

function entry(code: number, script = 'a.ts'): SuiteEntry {
  return { script, exitCode: code, status: code === 0 ? 'passed' : 'failed', error: undefined, summary: undefined }
}

test.each([
  { codes: [0, 0], code: 0 },
  { codes: [0, 99], code: 99 },
  { codes: [99, 107], code: 107 },
  { codes: [107, 105], code: 107 },
  { codes: [120, 121, 123], code: 123 },
  { codes: [123, 99], code: 99 },
  { codes: [99, 110], code: 99 },
  { codes: [0, 255, 99], code: 255 },
])('scripts that end with $codes make a suite that ends with $code', ({ codes, code }) => {
  expect(judgeSuite(codes.map((each) => entry(each))).suite).toEqual({ status: code === 0 ? 'passed' : 'failed', exitCode: code })
})

test('the text names each script and why it failed', () => {
  const broken: SuiteEntry = {
    script: 'broken.ts',
    exitCode: 107,
    status: 'error',
    error: 'Expected ";"\nmore',
    summary: undefined,
  }
  expect(suiteText(judgeSuite([entry(0), broken]))).toBe(
    '\nSuite failed: 1 of 2 scripts (exit code 107)\n  passed   a.ts\n  error    broken.ts  Expected ";"\n',
  )
})

import { expect, test } from 'vitest'
import { exitReason } from './exit-reason.ts'

test.each([
  [{ code: 0, signal: null, lastLines: [] }, 'closed'],
  [
    {
      code: 1,
      signal: null,
      lastLines: [
        'file:///x.js:3',
        "import 'x'",
        '^',
        "Error [ERR_X]: Cannot find package 'x'",
        '    at a (b:1:1)',
        "  code: 'ERR_X'",
        '}',
        '',
        'Node.js v20.0.0',
      ],
    },
    "exited with code 1: Error [ERR_X]: Cannot find package 'x'",
  ],
  [{ code: 9, signal: null, lastLines: ['node: bad option: --nope'] }, 'exited with code 9: node: bad option: --nope'],
  [{ code: null, signal: 'SIGSEGV', lastLines: [] }, 'killed by SIGSEGV'],
  [
    {
      code: null,
      signal: 'SIGABRT',
      lastLines: ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'],
    },
    'ran out of memory',
  ],
])('%j ended because it %s', (end, reason) => {
  expect(exitReason({ ...end, memoryMb: undefined })).toBe(reason)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UserError } from '../base/user-error.ts'
import { type FlagSpec, parseArguments } from './arguments.ts'

const specs: readonly FlagSpec[] = [
  { name: 'vus', short: 'u', kind: 'value', placeholder: 'N', help: '' },
  { name: 'env', short: 'e', kind: 'values', help: '' },
  { name: 'quiet', short: 'q', kind: 'switch', help: '' },
  { name: 'http-debug', kind: 'optional', help: '' },
  { name: 'secret', kind: 'switch', help: '', isHidden: true },
]

test.each([
  { args: ['--vus', '5', 'a.ts'], vus: '5', positionals: ['a.ts'] },
  { args: ['--vus=5', 'a.ts'], vus: '5', positionals: ['a.ts'] },
  { args: ['-u', '5', 'a.ts'], vus: '5', positionals: ['a.ts'] },
  { args: ['-u5', 'a.ts'], vus: '5', positionals: ['a.ts'] },
  { args: ['-u=5', 'a.ts'], vus: '5', positionals: ['a.ts'] },
  { args: ['-qu', '5', 'a.ts'], vus: '5', positionals: ['a.ts'] },
  { args: ['a.ts', '-u', '1', '-u', '5'], vus: '5', positionals: ['a.ts'] },
  { args: ['-u', '-5'], vus: '-5', positionals: [] },
  { args: ['-', '--vus=a=b'], vus: 'a=b', positionals: ['-'] },
  { args: ['--', '--vus', '-q'], vus: undefined, positionals: ['--vus', '-q'] },
])('$args gives vus $vus and positionals $positionals', ({ args, vus, positionals }) => {
  const parsed = parseArguments(args, specs)
  expect(parsed.text('vus')).toBe(vus)
  expect(parsed.positionals).toEqual(positionals)
})

test('a flag of the values kind keeps every value in order', () => {
  expect(parseArguments(['-e', 'A=1', '--env=B=2', '-eC=3'], specs).texts('env')).toEqual(['A=1', 'B=2', 'C=3'])
})

test('a switch can be turned off again', () => {
  expect(parseArguments(['-q', '--quiet=false'], specs).isOn('quiet')).toBe(false)
})

test('an optional value is only taken after an equals sign', () => {
  const parsed = parseArguments(['--http-debug', 'full'], specs)
  expect([parsed.text('http-debug'), parsed.positionals]).toEqual(['', ['full']])
  expect(parseArguments(['--http-debug=full'], specs).text('http-debug')).toBe('full')
})

test.each([
  { args: ['--vsu', '5'], code: 'FLAG_UNKNOWN', hint: 'did you mean --vus?' },
  { args: ['--secrte'], code: 'FLAG_UNKNOWN', hint: 'add --help to see the flags of this command' },
  { args: ['-x'], code: 'FLAG_UNKNOWN', hint: 'add --help to see the flags of this command' },
  { args: ['--vus'], code: 'FLAG_VALUE_MISSING', hint: 'write  --vus N' },
  { args: ['--quiet=maybe'], code: 'FLAG_VALUE_INVALID', hint: 'write  --quiet=true  or  --quiet=false' },
])('$args is refused with $code', ({ args, code, hint }) => {
  expect(() => parseArguments(args, specs)).toThrow(expect.objectContaining({ code, hint }))
})

test('any command line is either taken apart or refused with a UserError', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (args) => {
      try {
        parseArguments(args, specs)
        return true
      } catch (thrown) {
        return thrown instanceof UserError
      }
    }),
  )
})

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parseArguments } from './arguments.ts'
import { readConfigFile } from './config-file.ts'
import { optionsFromEnvironment, scriptEnvironment } from './environment.ts'
import { optionsFromFlags, planFlags } from './flags.ts'
import { planOptions } from './plan-options.ts'

test.each([
  { args: ['-u', '10', '-d', '30s'], options: { vus: 10, duration: '30s' } },
  { args: ['-i', '100'], options: { iterations: 100 } },
  {
    args: ['-s', '5s:10', '--stage', '10s:0'],
    options: {
      stages: [
        { duration: '5s', target: 10 },
        { duration: '10s', target: 0 },
      ],
    },
  },
  {
    args: ['-s', '5s:10,10s:0'],
    options: {
      stages: [
        { duration: '5s', target: 10 },
        { duration: '10s', target: 0 },
      ],
    },
  },
  { args: ['--rps', '0.5'], options: { rps: 0.5 } },
  { args: ['--tag', 'a=b=c', '--tag', 'd='], options: { tags: { a: 'b=c', d: '' } } },
  { args: ['--http-debug'], options: { httpDebug: 'headers' } },
  { args: ['--http-debug=full'], options: { httpDebug: 'full' } },
  { args: ['--no-setup', '--throw=false'], options: { noSetup: true, throw: false } },
  { args: ['--summary-trend-stats', 'avg, p(99.9),max'], options: { summaryTrendStats: ['avg', 'p(99.9)', 'max'] } },
  { args: ['--dns', 'ttl=0,select=first'], options: { dns: { ttl: '0', select: 'first' } } },
  { args: ['--workers', 'auto'], options: { workers: 'auto' } },
  { args: ['--workers', '4'], options: { workers: 4 } },
  { args: ['--target', 'a.test', '--target=10.0.0.0/8,b.test'], options: { targets: ['a.test', '10.0.0.0/8', 'b.test'] } },
  { args: ['--execution-segment', '0:1/2'], options: { executionSegment: '0:1/2' } },
  { args: ['--user-agent', ''], options: { userAgent: '' } },
])('the flags $args set $options', ({ args, options }) => {
  expect(optionsFromFlags(parseArguments(args, planFlags))).toEqual(options)
})

test.each([
  { args: ['-u', 'ten'], says: '--vus must be a whole number, not "ten"', hint: 'write for example  --vus 10' },
  { args: ['-u', '1.5'], says: '--vus must be a whole number, not "1.5"', hint: 'write for example  --vus 10' },
  { args: ['-u', ''], says: '--vus must be a whole number, not ""', hint: 'write for example  --vus 10' },
  {
    args: ['-d', 'soon'],
    says: '--duration must be a duration, not "soon"',
    hint: 'write for example  --duration 30s, 1m30s or 2h',
  },
  {
    args: ['-s', '10:5s'],
    says: '--stage must be a stage, duration:target, not "10:5s"',
    hint: 'write for example  --stage 30s:50',
  },
  { args: ['-s', '10s'], says: '--stage must be a stage, duration:target, not "10s"', hint: 'write for example  --stage 30s:50' },
  { args: ['--tag', 'x'], says: '--tag must be NAME=VALUE, not "x"', hint: 'write for example  --tag name=value' },
  {
    args: ['--http-debug=most'],
    says: '--http-debug must be empty, headers or full, not "most"',
    hint: 'write for example  --http-debug full',
  },
  {
    args: ['--workers', 'many'],
    says: '--workers must be "auto" or a whole number, not "many"',
    hint: 'write for example  --workers 10',
  },
])('$args is refused: $says', ({ args, says, hint }) => {
  const parse = (): unknown => optionsFromFlags(parseArguments(args, planFlags))
  expect(parse).toThrow(expect.objectContaining({ code: 'FLAG_VALUE_INVALID', message: says, hint, exitCode: 255 }))
})

test('a BRUNT_ variable wins over its K6_ twin, and an empty one counts as unset', () => {
  expect(
    optionsFromEnvironment({ K6_VUS: '5', BRUNT_VUS: '7', K6_DURATION: '10s', BRUNT_DURATION: '', K6_NO_SETUP: 'true' }),
  ).toEqual({
    vus: 7,
    duration: '10s',
    noSetup: true,
  })
})

test('stages in a variable are separated by commas', () => {
  expect(optionsFromEnvironment({ K6_STAGES: '5s:10,1m:0' })).toEqual({
    stages: [
      { duration: '5s', target: 10 },
      { duration: '1m', target: 0 },
    ],
  })
})

test('a wrong variable is named as it was spelled and is an invalid configuration', () => {
  const parse = (): unknown => optionsFromEnvironment({ K6_VUS: 'many' })
  const expected = {
    code: 'ENV_VALUE_INVALID',
    message: 'K6_VUS must be a whole number, not "many"',
    hint: 'write for example  K6_VUS=10',
    exitCode: 104,
  }
  expect(parse).toThrow(expect.objectContaining(expected))
})

test('unset variables do not reach scripts', () => {
  expect(scriptEnvironment({ A: '1', B: undefined, C: '' })).toEqual({ A: '1', C: '' })
})

test('no two options share a flag, a letter or a variable', () => {
  for (const key of ['option', 'flag', 'short', 'variable'] as const) {
    const names = planOptions.flatMap((option) => option[key] ?? [])
    expect(names).toEqual([...new Set(names)])
  }
})

const folder = mkdtempSync(path.join(tmpdir(), 'brunt-config-'))

test('a config file holds the options of a script as JSON', () => {
  const file = path.join(folder, 'good.json')
  writeFileSync(file, '{"vus": 3, "thresholds": {"checks": ["rate>0.9"]}}')
  expect(readConfigFile(file)).toEqual({ vus: 3, thresholds: { checks: ['rate>0.9'] } })
})

test.each([
  { name: 'broken.json', text: '{"vus": }', code: 'CONFIG_INVALID', exit: 104 },
  { name: 'list.json', text: '[]', code: 'CONFIG_INVALID', exit: 104 },
  { name: 'null.json', text: 'null', code: 'CONFIG_INVALID', exit: 104 },
])('the config file $name is refused with $code', ({ name, text, code, exit }) => {
  const file = path.join(folder, name)
  writeFileSync(file, text)
  expect(() => readConfigFile(file)).toThrow(expect.objectContaining({ code, exitCode: exit }))
})

test('a config file that is not there is named', () => {
  const file = path.join(folder, 'absent.json')
  expect(() => readConfigFile(file)).toThrow(
    expect.objectContaining({ code: 'CONFIG_UNREADABLE', message: expect.stringContaining(file) as unknown }),
  )
})

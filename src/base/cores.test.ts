import { expect, test } from 'vitest'
import { cfsCores, cgroupPathIn, cgroupQuotaCores, cpuMaxCores, usableCoreCount } from './cores.ts'

const hybrid = `12:pids:/user.slice
11:cpu,cpuacct:/docker/abc:1
10:cpuset:/
1:name=systemd:/user.slice
0::/system.slice/run.scope
`

test.each([
  { name: 'a v1 controller beside another', text: hybrid, controller: 'cpu', path: '/docker/abc:1' },
  { name: 'the unified hierarchy', text: hybrid, controller: '', path: '/system.slice/run.scope' },
  { name: 'a controller at the root', text: hybrid, controller: 'cpuset', path: '' },
  { name: 'a controller that is not there', text: hybrid, controller: 'memory', path: '' },
  { name: 'a controller whose name another one starts with', text: '3:cpuset:/a', controller: 'cpu', path: '' },
  { name: 'a system with v2 only', text: '0::/\n', controller: '', path: '' },
  { name: 'a system without cgroups', text: '', controller: '', path: '' },
  { name: 'a text that is something else', text: 'no such\nthing: here', controller: '', path: '' },
])('the cgroup path of $name is "$path"', ({ text, controller, path }) => {
  expect(cgroupPathIn(text, controller)).toBe(path)
})

test.each([
  ['150000 100000', 1.5],
  ['50000 100000\n', 0.5],
  ['400000 50000', 8],
  ['max 100000', undefined],
  ['max', undefined],
  ['100000', undefined],
  ['100000 0', undefined],
  ['', undefined],
  [undefined, undefined],
  ['x y', undefined],
])('cpu.max %j is a quota of %j cores', (text, cores) => {
  expect(cpuMaxCores(text)).toBe(cores)
})

test.each([
  { quotaText: '200000', periodText: '100000', cores: 2 },
  { quotaText: '-1', periodText: '100000', cores: undefined },
  { quotaText: '200000', periodText: undefined, cores: undefined },
  { quotaText: undefined, periodText: '100000', cores: undefined },
  { quotaText: '200000', periodText: '0', cores: undefined },
])('a v1 quota of $quotaText in $periodText us is $cores cores', ({ cores, ...texts }) => {
  expect(cfsCores(texts)).toBe(cores)
})

test('what may be used is never more than the quota', () => {
  expect(usableCoreCount()).toBeGreaterThan(0)
  expect(usableCoreCount()).toBeLessThanOrEqual(cgroupQuotaCores() ?? Number.POSITIVE_INFINITY)
})

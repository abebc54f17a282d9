import { expect, test } from 'vitest'
import { cgroupCores, usableCores } from './usable-cores.ts'

test.each<{ name: string; files: Readonly<Record<string, string>>; cores: number | undefined }>([
  {
    name: 'version 2, in a container',
    files: { '/sys/fs/cgroup/cpu.max': '150000 100000', '/proc/self/cgroup': '0::/' },
    cores: 1.5,
  },
  {
    name: 'version 2, no limit',
    files: { '/sys/fs/cgroup/cpu.max': 'max 100000', '/proc/self/cgroup': '0::/' },
    cores: undefined,
  },
  {
    name: 'version 2, a limit on a folder above',
    files: { '/proc/self/cgroup': '0::/user.slice/app.scope', '/sys/fs/cgroup/user.slice/cpu.max': '50000 100000' },
    cores: 0.5,
  },
  {
    name: 'version 1',
    files: {
      '/proc/self/cgroup': '4:cpu,cpuacct:/docker/abc\n0::/',
      '/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us': '200000',
      '/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us': '100000',
    },
    cores: 2,
  },
  { name: 'version 1, no limit', files: { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1' }, cores: undefined },
  { name: 'no cgroups at all', files: {}, cores: undefined },
])('cgroup quota: $name gives $cores', ({ files, cores }) => {
  expect(cgroupCores((path) => files[path])).toBe(cores)
})

test('a quota above the cores of the machine does not invent cores', () => {
  expect(usableCores((path) => (path === '/sys/fs/cgroup/cpu.max' ? '800000 100000' : undefined), 2)).toBe(2)
})

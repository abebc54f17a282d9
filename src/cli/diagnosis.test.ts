import { expect, test } from 'vitest'
import { type Finding, diagnose } from './diagnosis.ts'
import { type Machine, readMachine } from './machine.ts'

const good: Machine = {
  platform: 'linux',
  nodeVersion: '20.19.0',
  cores: 4,
  quotaCores: undefined,
  openFilesSoft: 65_536,
  openFilesHard: 65_536,
  ephemeralPorts: { from: 32_768, to: 60_999 },
  acceptBacklog: 4096,
  freeMemoryBytes: 8 * 2 ** 30,
  memoryLimitBytes: undefined,
  loadAverage: 0.2,
  extraCertificates: undefined,
}

test('a good machine has nothing to change', () => {
  expect(diagnose(good).filter((finding) => finding.state !== 'ok' || finding.advice !== undefined)).toEqual([])
})

test.each<{ change: Partial<Machine>; what: string; state: Finding['state']; advice: RegExp }>([
  { change: { nodeVersion: '20.18.3' }, what: 'Node.js', state: 'problem', advice: /20\.19/ },
  { change: { nodeVersion: '18.20.0' }, what: 'Node.js', state: 'problem', advice: /20\.19/ },
  { change: { quotaCores: 0.5 }, what: 'CPU', state: 'problem', advice: /--cpus/ },
  { change: { quotaCores: 2 }, what: 'CPU', state: 'note', advice: /quota/ },
  { change: { loadAverage: 3.5 }, what: 'Load now', state: 'note', advice: /stop them/ },
  { change: { freeMemoryBytes: 100 * 2 ** 20 }, what: 'Memory', state: 'problem', advice: /fewer VUs/ },
  { change: { memoryLimitBytes: 512 * 2 ** 20 }, what: 'Memory', state: 'note', advice: /12 KB/ },
  { change: { openFilesHard: 1000 }, what: 'Open files', state: 'problem', advice: /ulimit -n/ },
  { change: { openFilesHard: 4096 }, what: 'Open files', state: 'note', advice: /about 4096 connections/ },
  { change: { openFilesHard: 4096, platform: 'darwin' }, what: 'Open files', state: 'note', advice: /launchctl/ },
  { change: { ephemeralPorts: { from: 50_000, to: 60_000 } }, what: 'Local ports', state: 'note', advice: /ip_local_port_range/ },
  { change: { acceptBacklog: 128 }, what: 'Accept backlog', state: 'note', advice: /somaxconn/ },
  { change: { extraCertificates: '/etc/ca.pem' }, what: 'NODE_EXTRA_CA_CERTS', state: 'note', advice: /50 ms/ },
])('$change is a $state of $what', ({ change, what, state, advice }) => {
  const found = diagnose({ ...good, ...change }).find((finding) => finding.what === what)
  expect(found).toMatchObject({ state, advice: expect.stringMatching(advice) as unknown })
})

test('what the system does not tell is left out', () => {
  const windows: Machine = {
    ...good,
    platform: 'win32',
    openFilesSoft: undefined,
    openFilesHard: undefined,
    ephemeralPorts: undefined,
    acceptBacklog: undefined,
  }
  expect(diagnose(windows).map((finding) => finding.what)).toEqual(['Node.js', 'CPU', 'Memory'])
})

test('limits are read from the files of the system', () => {
  const files: Readonly<Record<string, string>> = {
    '/proc/self/limits':
      'Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 unlimited            files',
    '/proc/sys/net/ipv4/ip_local_port_range': '32768\t60999',
    '/proc/sys/net/core/somaxconn': '4096',
    '/proc/meminfo': 'MemTotal: 100 kB\nMemAvailable:   2048 kB',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
  }
  expect(readMachine({}, (path) => files[path])).toMatchObject({
    openFilesSoft: 1024,
    openFilesHard: Number.POSITIVE_INFINITY,
    ephemeralPorts: { from: 32_768, to: 60_999 },
    acceptBacklog: 4096,
    freeMemoryBytes: 2048 * 1024,
    memoryLimitBytes: undefined,
  })
})

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import { cgroupQuotaCores } from '../base/cores.ts'

/** Reads a small file of the system; `undefined` when there is none. */
type ReadText = (path: string) => string | undefined

/** What `doctor` judges. `undefined` where the system does not tell. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly nodeVersion: string
  readonly cores: number
  /** CPU quota of the cgroup, in cores. */
  readonly quotaCores: number | undefined
  readonly openFilesSoft: number | undefined
  readonly openFilesHard: number | undefined
  readonly ephemeralPorts: { readonly from: number; readonly to: number } | undefined
  readonly acceptBacklog: number | undefined
  readonly freeMemoryBytes: number
  /** Memory limit of the cgroup. */
  readonly memoryLimitBytes: number | undefined
  /** Of the last minute. */
  readonly loadAverage: number
  readonly extraCertificates: string | undefined
}

/** Reads the machine's limits, without changing any. */
export function readMachine(env: Readonly<Record<string, string | undefined>>, read: ReadText = readText): Machine {
  const files = openFileLimits(read)
  return {
    platform: process.platform,
    nodeVersion: process.versions.node,
    cores: os.availableParallelism(),
    quotaCores: cgroupQuotaCores(),
    openFilesSoft: files.soft,
    openFilesHard: files.hard,
    ephemeralPorts: ephemeralPorts(read),
    acceptBacklog: numberIn(read('/proc/sys/net/core/somaxconn')) ?? sysctl('kern.ipc.somaxconn'),
    freeMemoryBytes: availableMemory(read) ?? os.freemem(),
    memoryLimitBytes: memoryLimit(read),
    loadAverage: os.loadavg()[0] ?? 0,
    extraCertificates: env['NODE_EXTRA_CA_CERTS'],
  }
}

/** Limits of processes that we start: Node raises its own soft limit, so /proc/self shows what counts. */
function openFileLimits(read: ReadText): { soft: number | undefined; hard: number | undefined } {
  const line = /Max open files\s+(\S+)\s+(\S+)/.exec(read('/proc/self/limits') ?? '')
  if (line) return { soft: limitOf(line[1]), hard: limitOf(line[2]) }
  if (process.platform === 'win32') return { soft: undefined, hard: undefined }
  return { soft: limitOf(ulimit('-Sn')), hard: limitOf(ulimit('-Hn')) }
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : numberIn(text)
}

function ulimit(flag: string): string | undefined {
  return outputOf('sh', ['-c', `ulimit ${flag}`])
}

function ephemeralPorts(read: ReadText): { from: number; to: number } | undefined {
  const line = read('/proc/sys/net/ipv4/ip_local_port_range')?.split(/\s+/).map(Number)
  if (line?.[0] !== undefined && line[1] !== undefined) return { from: line[0], to: line[1] }
  const from = sysctl('net.inet.ip.portrange.first')
  const to = sysctl('net.inet.ip.portrange.last')
  return from !== undefined && to !== undefined ? { from, to } : undefined
}

function availableMemory(read: ReadText): number | undefined {
  const kilobytes = numberIn(/MemAvailable:\s+(\d+) kB/.exec(read('/proc/meminfo') ?? '')?.[1])
  return kilobytes === undefined ? undefined : kilobytes * 1024
}

function memoryLimit(read: ReadText): number | undefined {
  const limit = numberIn(read('/sys/fs/cgroup/memory.max') ?? read('/sys/fs/cgroup/memory/memory.limit_in_bytes'))
  // cgroup version 1 writes "no limit" as a number near 2^63.
  return limit !== undefined && limit < 2 ** 60 ? limit : undefined
}

function sysctl(name: string): number | undefined {
  return process.platform === 'darwin' ? numberIn(outputOf('sysctl', ['-n', name])) : undefined
}

function outputOf(program: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 2000 }).trim()
  } catch {
    return undefined
  }
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined // not this kind of system
  }
}

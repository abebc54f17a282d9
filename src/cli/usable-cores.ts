import { readFileSync } from 'node:fs'
import os from 'node:os'

/** Reads a small file of the system; `undefined` when there is none. */
export type ReadText = (path: string) => string | undefined

/** Cores that this process may use, fractions included: the scheduler's affinity and the cgroup's quota, both versions. */
export function usableCores(read: ReadText = readText, availableCores: number = os.availableParallelism()): number {
  return Math.min(availableCores, cgroupCores(read) ?? availableCores)
}

/** The CPU quota of this process's cgroup in cores; `undefined` when there is none. */
export function cgroupCores(read: ReadText = readText): number | undefined {
  const folders = cgroupFolders(read('/proc/self/cgroup') ?? '')
  const quotas = folders.flatMap((folder) => quotaOf(folder, read) ?? [])
  return quotas.length === 0 ? undefined : Math.min(...quotas)
}

/** The text of a file, trimmed; `undefined` when it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** A quota may stand on any folder on the way up, and a container sees its own as the root. */
function cgroupFolders(selfCgroup: string): string[] {
  const folders = new Set<string>(['/sys/fs/cgroup', '/sys/fs/cgroup/cpu'])
  for (const line of selfCgroup.split('\n')) {
    const [hierarchy, controllers, path] = line.split(':')
    if (path === undefined) continue
    const isCpu = controllers?.split(',').includes('cpu')
    if (hierarchy !== '0' && !isCpu) continue
    const base = hierarchy === '0' ? '/sys/fs/cgroup' : '/sys/fs/cgroup/cpu'
    const steps = path.split('/').filter((step) => step !== '')
    for (let depth = steps.length; depth > 0; depth--) folders.add(`${base}/${steps.slice(0, depth).join('/')}`)
  }
  return [...folders]
}

function quotaOf(folder: string, read: ReadText): number | undefined {
  const [max, period] = read(`${folder}/cpu.max`)?.split(' ') ?? []
  if (max !== undefined && max !== 'max') return Number(max) / Number(period ?? 100_000)
  const quotaUs = Number(read(`${folder}/cpu.cfs_quota_us`) ?? -1)
  const periodUs = Number(read(`${folder}/cpu.cfs_period_us`) ?? 100_000)
  return quotaUs > 0 ? quotaUs / periodUs : undefined
}

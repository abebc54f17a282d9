import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** How many cores this process may use: what the scheduler allows, cut by the cgroup's CPU quota (v1 and v2). May be a fraction. */
export function usableCoreCount(): number {
  const quota = cgroupQuotaCores()
  const cores = availableParallelism()
  return quota === undefined ? cores : Math.min(cores, quota)
}

/** The cgroup's CPU quota in cores, or `undefined` when there is none. */
export function cgroupQuotaCores(): number | undefined {
  const v2 = readText(`/sys/fs/cgroup${ownCgroup('')}/cpu.max`) ?? readText('/sys/fs/cgroup/cpu.max')
  if (v2) {
    const [quota, period] = v2.split(' ').map(Number)
    return quota !== undefined && period && Number.isFinite(quota) ? quota / period : undefined
  }
  const folder = `/sys/fs/cgroup/cpu${ownCgroup('cpu')}`
  const quota = Number(readText(`${folder}/cpu.cfs_quota_us`) ?? readText('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') ?? -1)
  const period = Number(readText(`${folder}/cpu.cfs_period_us`) ?? readText('/sys/fs/cgroup/cpu/cpu.cfs_period_us') ?? 0)
  return quota > 0 && period > 0 ? quota / period : undefined
}

/** This process's cgroup path for a controller (`''` is the unified hierarchy), without a trailing slash. */
function ownCgroup(controller: string): string {
  for (const line of (readText('/proc/self/cgroup') ?? '').split('\n')) {
    const [, controllers = '', path = ''] = line.split(':')
    if (controllers.split(',').includes(controller)) return path === '/' ? '' : path
  }
  return ''
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined // not this kind of system
  }
}

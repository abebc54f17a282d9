import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** How many cores this process may use: what the scheduler allows, cut by the cgroup's CPU quota (v1 and v2). May be a fraction. */
export function usableCoreCount(): number {
  const quota = cgroupQuotaCores()
  const cores = availableParallelism()
  return quota === undefined ? cores : Math.min(cores, quota)
}

/** The cgroup's CPU quota in cores, the tightest of its own and those above it; `undefined` when there is none. */
export function cgroupQuotaCores(): number | undefined {
  const own = readText('/proc/self/cgroup') ?? ''
  const quotas = [
    ...foldersUpFrom(cgroupPathIn(own, '')).map((folder) => cpuMaxCores(readText(`/sys/fs/cgroup${folder}/cpu.max`))),
    ...foldersUpFrom(cgroupPathIn(own, 'cpu')).map((folder) =>
      cfsCores({
        quotaText: readText(`/sys/fs/cgroup/cpu${folder}/cpu.cfs_quota_us`),
        periodText: readText(`/sys/fs/cgroup/cpu${folder}/cpu.cfs_period_us`),
      }),
    ),
  ].filter((cores) => cores !== undefined)
  return quotas.length === 0 ? undefined : Math.min(...quotas)
}

/**
 * The path of a controller's cgroup in the text of `/proc/self/cgroup`, `''` for the root. The controller `''` is the
 * unified hierarchy (v2).
 */
export function cgroupPathIn(text: string, controller: string): string {
  for (const line of text.split('\n')) {
    // Only the first two colons separate: a path may hold more.
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (path !== '' && controllers.split(',').includes(controller)) return path === '/' ? '' : path
  }
  return ''
}

/** Cores in the text of a v2 `cpu.max` (`quota period` in microseconds, or `max period`); `undefined` without a quota. */
export function cpuMaxCores(text: string | undefined): number | undefined {
  const [quotaText, periodText] = (text ?? '').trim().split(/\s+/)
  return cfsCores({ quotaText, periodText })
}

/** Cores by the texts of a v1 quota and period, both in microseconds; `undefined` without a quota (-1) or a period. */
export function cfsCores(texts: { quotaText: string | undefined; periodText: string | undefined }): number | undefined {
  const [quotaUs, periodUs] = [Number(texts.quotaText), Number(texts.periodText)]
  return quotaUs > 0 && periodUs > 0 && Number.isFinite(quotaUs / periodUs) ? quotaUs / periodUs : undefined
}

/** `/a/b` gives `/a/b`, `/a` and the root, `''`: a quota binds all that is below it. */
function foldersUpFrom(path: string): readonly string[] {
  const names = path.split('/').filter((name) => name !== '')
  return Array.from({ length: names.length + 1 }, (_, up) =>
    names
      .slice(0, names.length - up)
      .map((name) => `/${name}`)
      .join(''),
  )
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined // not this kind of system
  }
}

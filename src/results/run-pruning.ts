import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'

/** Names that runs get: `20260131-235959-3f9a`. They sort by time. */
const runName = /^\d{8}-\d{6}-[0-9a-f]{4}$/

/**
 * Removes the oldest finished runs of `runsFolder` until `keepCount` are left. A folder with another name, or without
 * `outcome.json` because its run is under way or was killed, is neither counted nor touched. What cannot be removed
 * stays: nothing is thrown.
 */
export async function pruneRuns(runsFolder: string, keepCount: number): Promise<void> {
  const entries = await readdir(runsFolder, { withFileTypes: true }).catch(() => [])
  const names = entries.flatMap((entry) => (entry.isDirectory() && runName.test(entry.name) ? [entry.name] : [])).sort()
  if (names.length <= keepCount) return
  const finished: string[] = []
  for (const name of names) if (await isFinished(path.join(runsFolder, name))) finished.push(name)
  for (const name of finished.slice(0, Math.max(0, finished.length - keepCount))) {
    await rm(path.join(runsFolder, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

async function isFinished(folder: string): Promise<boolean> {
  return stat(path.join(folder, 'outcome.json')).then(
    () => true,
    () => false,
  )
}

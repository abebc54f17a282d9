import { access, constants, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../base/user-error.ts'

/** The absolute path of a script file. Throws SCRIPT_NOT_FOUND, SCRIPT_NOT_A_FILE or SCRIPT_UNREADABLE (exit code 255). */
export async function findScript(entry: string, cwd: string): Promise<string> {
  if (entry.includes('\0')) throw new UserError('SCRIPT_NOT_FOUND', 'the path of the script holds a NUL byte')
  const file = path.resolve(cwd, entry)
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) => cause)
  if (found instanceof Error) {
    if (found.code !== 'ENOENT' && found.code !== 'ENOTDIR') throw unreadable(entry, found)
    throw new UserError('SCRIPT_NOT_FOUND', `there is no script ${entry}`, { hint: await suggestion(file), cause: found })
  }
  if (found.isDirectory()) {
    throw new UserError('SCRIPT_NOT_A_FILE', `${entry} is a directory`, {
      hint: `name a script in it: ${await suggestion(path.join(file, '-'))}`,
    })
  }
  await access(file, constants.R_OK).catch((cause: Error) => {
    throw unreadable(entry, cause)
  })
  return file
}

function unreadable(entry: string, cause: Error): UserError {
  return new UserError('SCRIPT_UNREADABLE', `cannot read the script ${entry}: ${cause.message}`, {
    hint: 'check the permissions of the file',
    cause,
  })
}

/** What is there instead: at most five scripts of the folder, those with a like name first. */
async function suggestion(file: string): Promise<string> {
  const folder = path.dirname(file)
  const names = await readdir(folder).catch(() => undefined)
  if (!names) return `the folder ${folder} does not exist either`
  const stem = path.parse(file).name.toLowerCase()
  const isAlike = (name: string): boolean => path.parse(name).name.toLowerCase() === stem
  const scripts = names.filter((name) => /\.[cm]?[jt]s$/.test(name) && !name.endsWith('.d.ts')).sort()
  const listed = [...scripts.filter(isAlike), ...scripts.filter((name) => !isAlike(name))].slice(0, 5)
  return listed.length > 0 ? `scripts in ${folder}: ${listed.join(', ')}` : `there are no scripts in ${folder}`
}

import { closeSync, existsSync, mkdirSync, openSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { messageOf, UserError } from '../base/user-error.ts'
import type { TextSink } from './command.ts'

/** Writes a text to a file, `-` being standard output, and makes its folder. Throws FILE_UNWRITABLE. */
export function writeResultFile(file: string, text: string, stdout: TextSink): void {
  if (file === '-') {
    stdout.write(text)
    return
  }
  try {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
    writeFileSync(file, text)
  } catch (cause) {
    throw unwritable(file, cause)
  }
}

/** Throws FILE_UNWRITABLE now, instead of after an hour of load. Leaves no new file; `-` is standard output. */
export function requireWritable(file: string): void {
  if (file === '-') return
  try {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
    const isNew = !existsSync(file)
    closeSync(openSync(file, 'a'))
    if (isNew) unlinkSync(file)
  } catch (cause) {
    throw unwritable(file, cause)
  }
}

function unwritable(file: string, cause: unknown): UserError {
  return new UserError('FILE_UNWRITABLE', `"${file}" cannot be written: ${messageOf(cause)}`, {
    cause,
    hint: 'check the folder, its permissions and the disk',
  })
}

/** The same for each of several; the first error is thrown after all were tried. */
export function writeResultFiles(files: Iterable<readonly [file: string, text: string]>, stdout: TextSink): void {
  let first: unknown
  for (const [file, text] of files) {
    try {
      writeResultFile(file, text, stdout)
    } catch (error) {
      first ??= error
    }
  }
  if (first !== undefined) throw first
}

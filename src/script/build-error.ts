import type { Message } from 'esbuild'
import { exitCode } from '../base/exit-code.ts'
import { UserError } from '../base/user-error.ts'

const shownErrorCount = 5
const shownWidth = 140

/** Turns what esbuild complains about into one error that shows each place with its source line. */
export function buildError(errors: readonly Message[], context: { entry: string; folder: string }): UserError {
  const shown = errors.slice(0, shownErrorCount).map(formatMessage)
  if (errors.length > shownErrorCount) shown.push(`… and ${errors.length - shownErrorCount} more`)
  const first = errors[0]
  const { code, hint } = classify(first?.text ?? '', context)
  return new UserError(code, shown.join('\n') || `cannot bundle ${context.entry}`, { hint, exitCode: exitCode.scriptException })
}

/** `file:line:column: text` and the source line with a caret under the place. Columns count from 1. */
export function formatMessage(message: Message): string {
  const { location, text } = message
  if (!location) return text
  // esbuild counts columns in bytes.
  const column = Buffer.from(location.lineText).subarray(0, location.column).toString().length
  const place = `${location.file}:${location.line}:${column + 1}: ${text}`
  const from = Math.max(0, column - shownWidth / 2)
  const source = location.lineText.slice(from, from + shownWidth)
  const gutter = ` ${location.line} | `
  const padding = source.slice(0, column - from).replace(/[^\t]/g, ' ')
  const carets = '^'.repeat(Math.max(1, Math.min(location.length, source.length - (column - from))))
  return `${place}\n${gutter}${source}\n${' '.repeat(gutter.length - 2)}| ${padding}${carets}`
}

function classify(text: string, context: { folder: string }): { code: string; hint: string } {
  const missing = /^Could not resolve "(.*)"$/.exec(text)?.[1]
  if (missing !== undefined) return missingModule(missing, context.folder)
  if (text.startsWith('No matching export in')) {
    return { code: 'SCRIPT_EXPORT_MISSING', hint: 'check the spelling of the imported name and that the file exports it' }
  }
  if (/^No loader is configured for|^Do not know how to load/.test(text)) {
    return {
      code: 'SCRIPT_FILE_TYPE',
      hint: 'read data files with node:fs (readFileSync) instead of importing them; .json may be imported',
    }
  }
  return { code: 'SCRIPT_SYNTAX', hint: 'correct the script at the marked place' }
}

function missingModule(specifier: string, folder: string): { code: string; hint: string } {
  const code = 'SCRIPT_MODULE_NOT_FOUND'
  if (/^https?:/.test(specifier))
    return { code, hint: 'download the module and import the file: imports from the network are not supported' }
  if (/^\.|^\//.test(specifier)) return { code, hint: 'check the path; it is relative to the importing file' }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  return { code, hint: `install it where the script lies: (cd ${folder} && npm install ${name})` }
}

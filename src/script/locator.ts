import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ScriptBundle } from './bundle.ts'
import { SourceMap } from './source-map.ts'

/** The name that the compiled code of a bundle has in stacks and in the inspector. */
export function scriptUrl(bundle: Pick<ScriptBundle, 'hash'>): string {
  return `brunt:script/${bundle.hash.slice(0, 12)}`
}

/** Maps places in the compiled code to the user's files. Making one is cheap; the source map is read on first use. */
export interface Locator {
  /**
   * Any text that names places in the compiled code (a stack, the answer of `WorkerLink.interrupt`) with the user's
   * files and lines instead; in a stack, frames of Node and of the engine are left out.
   */
  locate: (text: string) => string
}

/** Root of the program's own compiled (or source) tree: frames from there are the engine's. */
const engineRoot = path.resolve(import.meta.dirname, '..') + path.sep

export function createLocator(bundle: Pick<ScriptBundle, 'hash' | 'sourceMap' | 'code'>): Locator {
  const url = scriptUrl(bundle)
  const place = new RegExp(`${url}:(\\d+):(\\d+)`, 'g')
  let map: SourceMap | undefined
  // The line of the imports has no place in the user's files: a failed import names its own.
  const isImportFrame = (line: string): boolean => /^\s+at /.test(line) && line.includes(`${url}:1:`)
  const original = (match: string, line: string, column: string): string => {
    map ??= new SourceMap(bundle.sourceMap)
    const found = map.originalOf(Number(line) - 1, Number(column) - 1)
    return found ? `${found.file}:${found.line + 1}:${found.column + 1}` : match
  }
  // esbuild names an anonymous default export after its file.
  const defaultName = /"default": ([\w$]+)[^\n]*$/.exec(bundle.code)?.[1]
  return {
    locate(text) {
      if (!text.includes('\n') && !text.includes(url)) return text
      const lines = text.split('\n').filter((line) => !isEngineFrame(line) && !isImportFrame(line))
      return lines.map((line) => readableFrame(line.replace(place, original), defaultName)).join('\n')
    },
  }
}

function isEngineFrame(line: string): boolean {
  if (!/^\s+at /.test(line)) return false
  if (/\(?node:|<anonymous>\)?$/.test(line)) return true
  const file = /(?:\(|at (?:async )?)((?:file:\/\/)?\/[^()]*?):\d+:\d+\)?$/.exec(line)?.[1]
  return file !== undefined && pathOf(file).startsWith(engineRoot)
}

function readableFrame(line: string, defaultName: string | undefined): string {
  const readable = line.replace(/file:\/\/\/[^\s()]+(?=:\d+:\d+\)?$)/, pathOf)
  if (!defaultName?.endsWith('_default')) return readable
  return readable.replace(` ${defaultName} (`, ' default (').replace(`Object.${defaultName} [as default] (`, 'default (')
}

function pathOf(file: string): string {
  if (!file.startsWith('file:')) return file
  try {
    return fileURLToPath(file)
  } catch {
    return file
  }
}

import { UserError } from '../base/user-error.ts'
import type { FlagSpec } from './arguments.ts'
import type { CommandContext } from './command.ts'
import { readConfigFile } from './config-file.ts'
import { optionsFromEnvironment, scriptEnvironment, variable } from './environment.ts'
import { optionsFromFlags, planFlags } from './flags.ts'
import { pairOf } from './option-values.ts'

/** Everything that a run takes from command line and environment, read once. */
export interface RunSettings {
  /** Options of the plan by layer; the script's own stand between the first and the second. */
  readonly config: Readonly<Record<string, unknown>> | undefined
  readonly environment: Readonly<Record<string, unknown>>
  readonly commandLine: Readonly<Record<string, unknown>>
  /** What scripts see as their environment. */
  readonly scriptEnv: Readonly<Record<string, string>>
  /** `--out` arguments as written. */
  readonly outputs: readonly string[]
  /** Files for the machine-readable result; `-` is standard output. */
  readonly summaryFiles: readonly string[]
  readonly isQuiet: boolean
  readonly isSummaryShown: boolean
  readonly hasColor: boolean
  /** Address for the inspector of worker 0; `undefined` without `--inspect`. */
  readonly inspectorAddress: string | undefined
  /** Folder under which results are left; `undefined` leaves none. */
  readonly storeFolder: string | undefined
}

/** Flags that every command that runs a test has, besides those of the plan. */
export const resultFlags: readonly FlagSpec[] = [
  {
    name: 'env',
    short: 'e',
    kind: 'values',
    placeholder: 'NAME=VALUE',
    group: 'Script',
    help: 'a variable for the script; may be repeated',
  },
  {
    name: 'include-system-env-vars',
    kind: 'switch',
    group: 'Script',
    help: 'let the script see the variables of this process (on; =false hides them)',
  },
  {
    name: 'config',
    short: 'c',
    kind: 'value',
    placeholder: 'FILE',
    group: 'Script',
    help: 'options as JSON, below those of the script',
  },
  {
    name: 'inspect',
    kind: 'optional',
    placeholder: 'HOST:PORT',
    group: 'Script',
    help: 'debug the script: one worker, which waits for a debugger',
  },
  {
    name: 'out',
    short: 'o',
    kind: 'values',
    placeholder: 'OUTPUT',
    group: 'Results',
    help: 'raw samples as json=FILE or csv=FILE, latency histograms as hdr=FILE; may be repeated',
  },
  { name: 'summary', kind: 'values', placeholder: 'FILE', group: 'Results', help: 'the result as JSON; - is standard output' },
  { name: 'json', kind: 'switch', group: 'Results', help: 'the same as --summary -' },
  { name: 'no-summary', kind: 'switch', group: 'Results', help: 'print no summary at the end' },
  {
    name: 'store',
    kind: 'value',
    placeholder: 'DIR',
    group: 'Results',
    help: 'where results are left and kept; none leaves nothing; by default .brunt with the newest 100',
  },
  { name: 'quiet', short: 'q', kind: 'switch', group: 'Results', help: 'no progress' },
  { name: 'no-color', kind: 'switch', group: 'Results', help: 'no colours; NO_COLOR does the same' },
  { name: 'no-usage-report', kind: 'switch', isHidden: true, help: 'accepted: there is no usage report' },
]

/** Flags of k6 that have no counterpart yet: better a clear word than "unknown flag". */
const notYet: Readonly<Record<string, string>> = {
  address: 'the REST interface',
  'compatibility-mode': 'the k6 dialect',
  'console-output': 'a file for console output',
  features: 'the k6 dialect',
  linger: 'the REST interface',
  'log-format': 'log formats',
  'log-output': 'log outputs',
  'new-machine-readable-summary': 'the k6 dialect',
  paused: 'the REST interface',
  'secret-source': 'secret sources',
  'summary-export': 'the k6 dialect',
  'summary-mode': 'the k6 dialect',
  'traces-output': 'traces',
  verbose: 'a log level',
}

const notYetShort: Readonly<Record<string, string>> = { address: 'a', linger: 'l', paused: 'p', verbose: 'v' }

const notYetFlags: readonly FlagSpec[] = Object.keys(notYet).map((name) => {
  const short = notYetShort[name]
  return { name, kind: 'optional', isHidden: true, help: '', ...(short === undefined ? {} : { short }) }
})

/** All flags of `brunt run`. */
export const runFlags: readonly FlagSpec[] = [...planFlags, ...resultFlags, ...notYetFlags]

/** Reads the settings of a run. Throws a UserError for a wrong value, wherever it stands. */
export function readRunSettings({ args, env, stderr }: CommandContext): RunSettings {
  for (const [name, what] of Object.entries(notYet)) {
    if (args.has(name))
      throw new UserError('FLAG_NOT_YET', `--${name} is not there yet`, {
        hint: `leave it out: ${what} comes with a later release`,
      })
  }
  const configFile = args.text('config') ?? variable(env, 'CONFIG')?.value
  const isEnvShown = !args.has('include-system-env-vars') || args.isOn('include-system-env-vars')
  const given = Object.fromEntries(
    args.texts('env').map((text) => pairOf(text, { spelled: '--env', code: 'FLAG_VALUE_INVALID', exitCode: 255 })),
  )
  const inspect = args.text('inspect')
  return {
    config: configFile === undefined ? undefined : readConfigFile(configFile),
    environment: optionsFromEnvironment(env),
    // Given by hand, BASE_URL wins over the script; found in the environment, it serves scripts that name none.
    commandLine: { ...(given['BASE_URL'] ? { baseUrl: given['BASE_URL'] } : {}), ...optionsFromFlags(args) },
    scriptEnv: { ...(isEnvShown ? scriptEnvironment(env) : {}), ...given },
    outputs: listOr(args.texts('out'), variable(env, 'OUT')?.value),
    summaryFiles: summaryFiles(listOr(args.texts('summary'), variable(env, 'SUMMARY')?.value), args.isOn('json')),
    isQuiet: args.isOn('quiet'),
    isSummaryShown: !args.isOn('no-summary'),
    hasColor:
      stderr.isTTY === true &&
      !args.isOn('no-color') &&
      !isSet(env['NO_COLOR']) &&
      variable(env, 'NO_COLOR') === undefined &&
      env['TERM'] !== 'dumb',
    inspectorAddress: inspect === '' ? '127.0.0.1:9229' : inspect,
    storeFolder: storeFolder(args.text('store') ?? variable(env, 'STORE')?.value ?? defaultStore),
  }
}

/** The layers that `parsePlan` merges, lowest first. */
export function planLayers(
  settings: RunSettings,
  scriptOptions: unknown,
): { source: 'config' | 'script' | 'environment' | 'command-line'; options: unknown }[] {
  return [
    ...(settings.config === undefined ? [] : [{ source: 'config' as const, options: settings.config }]),
    { source: 'script', options: scriptOptions },
    { source: 'environment', options: settings.environment },
    { source: 'command-line', options: settings.commandLine },
  ]
}

function listOr(given: readonly string[], variableValue: string | undefined): readonly string[] {
  return given.length > 0 || variableValue === undefined ? given : variableValue.split(',')
}

function summaryFiles(files: readonly string[], isJson: boolean): readonly string[] {
  return isJson && !files.includes('-') ? [...files, '-'] : files
}

/** Where results are left unless told. */
export const defaultStore = '.brunt'

function storeFolder(folder: string): string | undefined {
  return folder === 'none' || folder === '' ? undefined : folder
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}

/** The scripts of a command line; throws SCRIPT_MISSING when there is none. `-` is standard input. */
export function requireScripts(scripts: readonly string[], command: string): readonly [string, ...string[]] {
  const [first, ...more] = scripts
  if (first !== undefined) return [first, ...more]
  throw new UserError('SCRIPT_MISSING', `brunt ${command} needs a script`, {
    hint: `write  brunt ${command} script.ts  or make one with  brunt new`,
  })
}

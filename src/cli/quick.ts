import { readFileSync } from 'node:fs'
import { parseDurationMs } from '../base/duration.ts'
import { messageOf, UserError } from '../base/user-error.ts'
import type { FlagSpec, ParsedArguments } from './arguments.ts'
import { type Command, type CommandContext, refuseMoreThan } from './command.ts'
import { quickScript, type QuickRequest } from './quick-script.ts'
import { runFlags, readRunSettings } from './run-settings.ts'

const loadFlags: readonly FlagSpec[] = [
  {
    name: 'connections',
    short: 'c',
    kind: 'value',
    placeholder: 'N',
    group: 'Load',
    help: 'users, each with a connection of its own (10)',
  },
  { name: 'duration', short: 'd', kind: 'value', placeholder: 'TIME', group: 'Load', help: 'how long (10s)' },
  {
    name: 'requests',
    short: 'n',
    kind: 'value',
    placeholder: 'N',
    group: 'Load',
    help: 'this many requests instead of a duration',
  },
  {
    name: 'rate',
    short: 'r',
    kind: 'value',
    placeholder: 'N',
    group: 'Load',
    help: 'requests a second, however slow the target is',
  },
  { name: 'method', short: 'm', kind: 'value', placeholder: 'METHOD', group: 'Request', help: 'GET, or POST with a body' },
  { name: 'body', short: 'b', kind: 'value', placeholder: 'TEXT', group: 'Request', help: 'the body; @FILE reads a file' },
  {
    name: 'header',
    short: 'H',
    kind: 'values',
    placeholder: "'NAME: VALUE'",
    group: 'Request',
    help: 'a header; may be repeated',
  },
  {
    name: 'slo',
    kind: 'values',
    placeholder: 'CONDITION',
    group: 'Verdict',
    help: "a condition on the response time, as 'p(95)<300'; may be repeated",
  },
  {
    name: 'max-failed',
    kind: 'value',
    placeholder: 'RATIO',
    group: 'Verdict',
    help: 'most failed requests that still pass, 0 to 1 (0.01)',
  },
  { name: 'print-script', kind: 'switch', group: 'Script', help: 'print the script that would run, and stop' },
]

const own = new Set(loadFlags.flatMap(({ name, short }) => [`--${name}`, `-${short}`]))

/** Flags of `brunt run` that make sense without a script and do not clash with the short ones of wrk, hey and curl. */
const sharedFlags: readonly FlagSpec[] = runFlags
  .filter(
    ({ name, group }) =>
      !own.has(`--${name}`) && group !== 'Load' && group !== 'Lifecycle' && (group !== 'Script' || name === 'env'),
  )
  .map(({ short, ...flag }) => (short === undefined || own.has(`-${short}`) ? flag : { ...flag, short }))

/** `brunt quick`: a load on one URL. */
export const quickCommand: Command = {
  name: 'quick',
  usage: '<url> [options]',
  about:
    'Puts load on one URL, shows it live and judges it. Without --rate each user sends its next request when the last one is\nanswered; with --rate requests are due at fixed times, and one that finds all users busy waits: the wait counts.',
  flags: [...loadFlags, ...sharedFlags],
  examples: [
    { line: 'brunt quick http://localhost:8080/ -c 50 -d 30s', what: '50 users for 30 seconds' },
    { line: 'brunt quick http://localhost:8080/ --rate 200 -c 50', what: '200 requests a second, at most 50 at once' },
    { line: `brunt quick http://localhost:8080/login -b '{"user":"a"}' -H 'Content-Type: application/json'`, what: 'a POST' },
    { line: "brunt quick http://localhost:8080/ --slo 'p(99)<250' && echo fast enough", what: 'a verdict for scripts' },
    { line: 'brunt quick http://localhost:8080/ --print-script > test.ts', what: 'a script to go on with' },
  ],
  run: quick,
}

async function quick(context: CommandContext): Promise<number> {
  const text = quickScript(quickRequest(context.args))
  if (context.args.isOn('print-script')) {
    context.stdout.write(text)
    return 0
  }
  const settings = readRunSettings(context)
  // What the command line says here stands in the script: variables that set the load must not replace it.
  const environment = Object.fromEntries(Object.entries(settings.environment).filter(([option]) => !loadOptions.includes(option)))
  const commandLine = Object.fromEntries(Object.entries(settings.commandLine).filter(([option]) => !loadOptions.includes(option)))
  const { runScripts } = await import('./run-scripts.ts')
  return runScripts([{ entry: '-', text }], { ...settings, environment, commandLine }, context)
}

const loadOptions: readonly string[] = ['vus', 'duration', 'iterations', 'stages', 'scenarios', 'thresholds']

function quickRequest(args: ParsedArguments): QuickRequest {
  const body = bodyOf(args.text('body'))
  const duration = args.text('duration') ?? '10s'
  if (parseDurationMs(duration) === undefined) throw invalid('--duration', duration, 'a duration', '30s')
  if (args.has('requests') && (args.has('duration') || args.has('rate'))) {
    throw new UserError('FLAG_CONFLICT', '--requests cannot be combined with --duration or --rate', {
      hint: 'give a number of requests, or a time',
    })
  }
  return {
    url: urlOf(args),
    method: args.text('method')?.toUpperCase() ?? (body === undefined ? 'GET' : 'POST'),
    headers: Object.fromEntries(args.texts('header').map(headerOf)),
    body,
    connections: countOf(args, 'connections') ?? 10,
    duration,
    iterations: countOf(args, 'requests'),
    ratePerSecond: numberOf(args, 'rate', (value) => value > 0, 'a number over 0'),
    maxFailedRatio: numberOf(args, 'max-failed', (value) => value >= 0 && value <= 1, 'a number from 0 to 1') ?? 0.01,
    slo: args.texts('slo'),
  }
}

function urlOf(args: ParsedArguments): string {
  const [given] = args.positionals
  if (given === undefined)
    throw new UserError('URL_MISSING', 'brunt quick needs a URL', { hint: 'write  brunt quick http://localhost:8080/' })
  refuseMoreThan(1, args, 'brunt quick takes one URL; put it in quotes if it holds & or spaces')
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`
  const isGood = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
  if (!isGood)
    throw new UserError('URL_INVALID', `"${given}" is not an http or https URL`, { hint: 'write  http://host:port/path' })
  return url
}

function headerOf(text: string): [string, string] {
  const colon = text.indexOf(':')
  if (colon < 1) throw invalid('--header', text, 'NAME: VALUE', "'Accept: text/html'")
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()]
}

function bodyOf(given: string | undefined): Uint8Array | undefined {
  if (given === undefined || !given.startsWith('@')) return given === undefined ? undefined : Buffer.from(given)
  try {
    return readFileSync(given.slice(1))
  } catch (cause) {
    throw new UserError('FILE_UNREADABLE', `the body file "${given.slice(1)}" cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: 'check the path after @',
    })
  }
}

function countOf(args: ParsedArguments, name: string): number | undefined {
  return numberOf(args, name, (value) => Number.isInteger(value) && value > 0, 'a whole number over 0')
}

function numberOf(args: ParsedArguments, name: string, isGood: (value: number) => boolean, expected: string): number | undefined {
  const text = args.text(name)
  if (text === undefined) return undefined
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!Number.isFinite(value) || !isGood(value)) throw invalid(`--${name}`, text, expected, '10')
  return value
}

function invalid(spelled: string, text: string, expected: string, example: string): UserError {
  return new UserError('FLAG_VALUE_INVALID', `${spelled} must be ${expected}, not "${text}"`, {
    hint: `write for example  ${spelled} ${example}`,
  })
}

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { messageOf, UserError } from '../base/user-error.ts'
import { type Command, type CommandContext, refuseMoreThan } from './command.ts'
import { nearestOf } from './nearest.ts'

/** Templates are the project's own examples, copied here by the build, so that CI runs each of them. */
const folder = path.resolve(import.meta.dirname, 'templates')

/** `brunt new`: writes a script to start from. */
export const newCommand: Command = {
  name: 'new',
  usage: '[file] [options]',
  about:
    'Writes a script to start from; script.ts unless a file is named. An existing file is kept unless you add -f.\nTemplates: minimal (one request and a check), api (log in, then use the token), stages (ramp up and down), arrival (a fixed rate).',
  flags: [
    { name: 'template', short: 't', kind: 'value', placeholder: 'NAME', help: 'minimal (the default), api, stages or arrival' },
    { name: 'force', short: 'f', kind: 'switch', help: 'overwrite the file' },
  ],
  examples: [
    { line: 'brunt new', what: 'writes script.ts' },
    { line: 'brunt new checkout.ts --template api', what: 'a login and requests with its token' },
  ],
  run: (context) => Promise.resolve(scaffold(context)),
}

function scaffold({ args, stdout }: CommandContext): number {
  refuseMoreThan(1, args, 'brunt new writes one file')
  const [file = 'script.ts'] = args.positionals
  const template = args.text('template') ?? 'minimal'
  const text = templateText(template)
  if (existsSync(file) && !args.isOn('force')) {
    throw new UserError('FILE_EXISTS', `"${file}" exists already`, { hint: 'choose another name, or add -f to overwrite it' })
  }
  try {
    writeFileSync(file, text)
  } catch (cause) {
    throw new UserError('FILE_UNWRITABLE', `"${file}" cannot be written: ${messageOf(cause)}`, {
      cause,
      hint: 'check the folder and its permissions',
    })
  }
  stdout.write(
    `${file} written (template ${template}).\nRun it against your service:  BASE_URL=http://localhost:8080 brunt run ${file}\n`,
  )
  return 0
}

function templateText(name: string): string {
  const names = existsSync(folder) ? readdirSync(folder).map((file) => path.parse(file).name) : []
  if (!names.includes(name)) {
    const nearest = nearestOf(name, names)
    const hint = nearest === undefined ? `the templates are: ${names.join(', ')}` : `did you mean ${nearest}?`
    throw new UserError('TEMPLATE_UNKNOWN', `there is no template "${name}"`, { hint })
  }
  return readFileSync(path.join(folder, `${name}.ts`), 'utf8')
}

import path from 'node:path'
import { type Command, type CommandContext, refuseMoreThan } from './command.ts'
import { readRunSettings, resultFlags } from './run-settings.ts'
import { startTarget } from './target-process.ts'

const script = path.join(import.meta.dirname, 'demo/demo.ts')

/** `brunt demo`: a sample target, a load test of 20 seconds, a verdict, and what to do next. */
export const demoCommand: Command = {
  name: 'demo',
  usage: '[options]',
  about:
    'Starts a sample target on a free loopback port, puts 20 seconds of load on it at a fixed rate, prints the summary and\nleaves the result behind. Nothing leaves this machine; the target is stopped at the end.',
  flags: resultFlags.filter(({ group }) => group === 'Results'),
  examples: [{ line: 'brunt demo', what: 'see it work' }],
  run: demo,
}

async function demo(context: CommandContext): Promise<number> {
  const { stderr } = context
  refuseMoreThan(0, context.args, 'brunt demo takes none')
  const settings = readRunSettings(context)
  const target = await startTarget('httpbin', ['--port', '0'])
  try {
    const baseUrl = String(target.urls['http'])
    stderr.write(
      `The sample target listens on ${baseUrl}\nThe script is ${path.relative(process.cwd(), script)}: visitors at a fixed rate, and users who log in.\n\n`,
    )
    // Only what the demo says: variables of the user's own tests must not change it.
    const demoSettings = {
      ...settings,
      config: undefined,
      environment: {},
      commandLine: { targets: ['127.0.0.1'] },
      scriptEnv: { ...settings.scriptEnv, BASE_URL: baseUrl },
    }
    const { runScripts } = await import('./run-scripts.ts')
    const code = await runScripts([{ entry: script }], demoSettings, context)
    stderr.write(nextSteps())
    return code
  } finally {
    await target.stop()
  }
}

function nextSteps(): string {
  return [
    '',
    'Next:',
    '  brunt new test.ts && brunt run test.ts -e BASE_URL=http://localhost:8080   a test of your own',
    '  brunt quick http://localhost:8080/ -c 50 -d 30s                            a load without a script',
    '  brunt doctor                                                               is this machine fit for more?',
    '',
  ].join('\n')
}

import { type Command, type CommandContext, refuseMoreThan } from './command.ts'
import { listenForStops } from './stop-requests.ts'
import { startTarget } from './target-process.ts'

/** Flags handed on to the target program as they are. */
const handedOn = ['port', 'host', 'tls-port', 'h2-port', 'workers', 'token'] as const

/** `brunt target`: starts a sample target and keeps it until Ctrl-C. */
export const targetCommand: Command = {
  name: 'target',
  usage: '[name] [options]',
  about:
    'Starts a sample target on loopback and prints where it listens, as one line of JSON. Ctrl-C stops it.\nThe target is httpbin unless named: an HTTP API with injectable latency and errors. docs/targets.md lists its routes.',
  flags: [
    { name: 'port', short: 'p', kind: 'value', placeholder: 'PORT', help: 'for HTTP; a free one by default' },
    { name: 'tls-port', kind: 'value', placeholder: 'PORT', help: 'for HTTPS' },
    { name: 'h2-port', kind: 'value', placeholder: 'PORT', help: 'for HTTPS with HTTP/2' },
    { name: 'host', kind: 'value', placeholder: 'ADDRESS', help: 'where to listen (127.0.0.1)' },
    { name: 'workers', kind: 'value', placeholder: 'N', help: 'processes (1)' },
    { name: 'token', kind: 'value', placeholder: 'TOKEN', help: 'what its control routes ask for' },
  ],
  examples: [{ line: 'brunt target httpbin --port 8080', what: 'then: brunt quick http://127.0.0.1:8080/' }],
  run: target,
}

async function target({ args, stdout, stderr }: CommandContext): Promise<number> {
  refuseMoreThan(1, args, 'brunt target takes one name')
  const [name = 'httpbin'] = args.positionals
  const options = handedOn.flatMap((flag) => {
    const value = args.text(flag)
    return value === undefined ? [] : [`--${flag}`, value]
  })
  const stops = listenForStops()
  const running = await startTarget(name, options)
  stdout.write(`${JSON.stringify(running.urls)}\n`)
  stderr.write('Ctrl-C stops the target.\n')
  const asked = new Promise<'asked'>((resolve) => stops.onStop(() => resolve('asked')))
  const how = await Promise.race([asked, running.ended])
  await running.stop()
  stops.close()
  return how === 'asked' ? 0 : how
}

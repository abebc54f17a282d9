import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { HostileServer } from './server.ts'
import { hostileCases, listCases } from './table.ts'

const usage = `usage: main.js [options]
  --host ADDRESS       where to listen (127.0.0.1)
  --port N             the hostile port (0: any free one)
  --control-port N     the port of /index.json, the table of cases (0)
  --exit-with-parent   end when standard input closes
`

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '0' },
      'control-port': { type: 'string', default: '0' },
      'exit-with-parent': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(usage)
    return
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0))
  if (values['exit-with-parent']) {
    process.stdin.resume()
    for (const event of ['end', 'close', 'error'] as const) process.stdin.on(event, () => process.exit(0))
  }
  const server = new HostileServer(hostileCases, (name, error) =>
    process.stderr.write(`hostile target: ${name} broke: ${String(error)}\n`),
  )
  const port = await server.listen(portNumber('port', values.port), values.host)
  const controlPort = await listenControl(portNumber('control-port', values['control-port']), values.host)
  const host = values.host.includes(':') ? `[${values.host}]` : values.host
  const line = {
    http: `http://${host}:${port}`,
    control: `http://${host}:${controlPort}`,
    cases: hostileCases.length,
    pid: process.pid,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

async function listenControl(port: number, host: string): Promise<number> {
  const index = JSON.stringify(listCases(hostileCases))
  const server = http.createServer((request, response) => {
    const isIndex = request.url === '/index.json'
    response.writeHead(isIndex ? 200 : 404, { 'Content-Type': 'application/json; charset=utf-8' })
    response.end(isIndex ? index : '{"error":"there is only /index.json"}')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return (server.address() as AddressInfo).port
}

function portNumber(name: string, text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new Error(`--${name} ${text}: expected a whole number from 0 to 65535`)
}

try {
  await run()
} catch (error) {
  process.stderr.write(`hostile target: ${error instanceof Error ? error.message : String(error)}\n${usage}`)
  process.exit(1)
}

import cluster from 'node:cluster'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createTlsMaterial } from './certificate/certificate.ts'
import { startWorkers, WorkerChannel } from './cluster.ts'
import { answerQuestion } from './control/fleet.ts'
import type { Ports } from './listeners.ts'
import { OptionError, type Options, parseOptions, usage } from './options.ts'
import { startTarget, type TargetStart } from './start.ts'

/** The line on standard output that says where the target listens and what its clients need. */
interface ReadyLine {
  readonly http: string
  readonly https: string
  readonly h2: string
  readonly ca: string
  readonly clientCert: string
  readonly clientKey: string
  readonly token?: string
  readonly pid: number
}

async function runFirst(options: Options): Promise<void> {
  const isLocal = /^(?:127\.|localhost$|::1$)/.test(options.host)
  const token = options.token ?? (isLocal ? undefined : randomBytes(16).toString('hex'))
  const tls = createTlsMaterial(options.certificate, isLocal ? [] : [options.host])
  const start: TargetStart = { listen: options, tls, token, secret: randomBytes(16).toString('hex'), workerIndex: 0 }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0))
  if (options.exitsWithParent) {
    process.stdin.resume()
    for (const event of ['end', 'close', 'error'] as const) process.stdin.on(event, () => process.exit(0))
  }
  const ports =
    options.workers === 1
      ? (await startTarget(start)).ports
      : await startWorkers(start, options.workers, (reason) => stop(`${reason}; the others stop too`))
  if (options.caFile !== undefined) writeFileSync(options.caFile, tls.ca)
  const line: ReadyLine = {
    ...addresses(options.host, ports),
    ca: tls.ca,
    clientCert: tls.client.cert,
    clientKey: tls.client.key,
    ...(token === undefined ? {} : { token }),
    pid: process.pid,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

async function runWorker(): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => undefined) // the first process decides
  const channel = new WorkerChannel()
  const start = await channel.receiveStart()
  try {
    const running = await startTarget(start, channel)
    channel.ready(running.ports, (question) => answerQuestion(running.target, question))
  } catch (error) {
    channel.failed(error instanceof Error ? error.message : String(error))
  }
}

function addresses(host: string, ports: Ports): { http: string; https: string; h2: string } {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  return {
    http: `http://${reachable}:${ports.port}`,
    https: `https://${reachable}:${ports.tlsPort}`,
    h2: `https://${reachable}:${ports.h2Port}`,
  }
}

function stop(reason: string): never {
  process.stderr.write(`sample target: ${reason}\n`)
  process.exit(1)
}

try {
  if (cluster.isPrimary) {
    const options = parseOptions(process.argv.slice(2))
    if (options === undefined) process.stdout.write(usage)
    else await runFirst(options)
  } else await runWorker()
} catch (error) {
  if (error instanceof OptionError) stop(`${error.message}\n${usage}`)
  stop(error instanceof Error ? error.message : String(error))
}

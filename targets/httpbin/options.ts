import { parseArgs } from 'node:util'
import { type CertificateKind, certificateKinds } from './certificate/certificate.ts'
import type { ListenOptions } from './listeners.ts'

/** The parsed command line. */
export interface Options extends ListenOptions {
  readonly workers: number
  readonly token: string | undefined
  readonly certificate: CertificateKind
  readonly caFile: string | undefined
  readonly exitsWithParent: boolean
}

/** A command line that cannot be followed; the message says what was expected. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
}

/** Shown by --help. */
export const usage = `usage: main.js [options]
  --host ADDRESS         where to listen (127.0.0.1); control needs a token when this is not loopback
  --port N               plain HTTP/1.1 and WebSocket (0: any free port)
  --tls-port N           HTTP/1.1 over TLS (0)
  --h2-port N            HTTP/2 and HTTP/1.1 over TLS by ALPN (0)
  --workers N            processes that share the ports (1)
  --token TEXT           what control requests must send as x-brunt-token (made at start when needed)
  --certificate KIND     ${certificateKinds.join(', ')} (valid)
  --ca-file PATH         write the authority's certificate (PEM) there
  --client-certificate   refuse TLS clients without a certificate of the authority
  --exit-with-parent     end when standard input closes
`

/** Parses the command line; `undefined` asks for the usage. Throws OptionError. */
export function parseOptions(argv: readonly string[]): Options | undefined {
  const values = parse(argv)
  if (values.help === true) return undefined
  const certificate = values.certificate ?? 'valid'
  if (!isKind(certificate)) throw new OptionError(`--certificate ${certificate}: expected one of ${certificateKinds.join(', ')}`)
  return {
    host: values.host ?? '127.0.0.1',
    port: number('port', values.port ?? '0', 65_535),
    tlsPort: number('tls-port', values['tls-port'] ?? '0', 65_535),
    h2Port: number('h2-port', values['h2-port'] ?? '0', 65_535),
    workers: Math.max(1, number('workers', values.workers ?? '1', 256)),
    token: values.token,
    certificate,
    caFile: values['ca-file'],
    needsClientCertificate: values['client-certificate'] ?? false,
    exitsWithParent: values['exit-with-parent'] ?? false,
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        host: { type: 'string' },
        port: { type: 'string' },
        'tls-port': { type: 'string' },
        'h2-port': { type: 'string' },
        workers: { type: 'string' },
        token: { type: 'string' },
        certificate: { type: 'string' },
        'ca-file': { type: 'string' },
        'client-certificate': { type: 'boolean' },
        'exit-with-parent': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (cause) {
    throw new OptionError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function number(name: string, text: string, max: number): number {
  if (/^\d+$/.test(text) && Number(text) <= max) return Number(text)
  throw new OptionError(`--${name} ${text}: expected a whole number from 0 to ${max}`)
}

function isKind(text: string): text is CertificateKind {
  return (certificateKinds as readonly string[]).includes(text)
}

import { createTlsMaterial, type TlsMaterial } from '../httpbin/certificate/certificate.ts'
import { startTarget } from '../httpbin/start.ts'

/** A target in the test's own process. */
export interface TestTarget {
  readonly url: string
  readonly secureUrl: string
  readonly h2Url: string
  readonly tls: TlsMaterial
  close(): void
}

/** Starts the sample target on free loopback ports. */
export async function startTestTarget(options: { token?: string; needsClientCertificate?: boolean } = {}): Promise<TestTarget> {
  const tls = createTlsMaterial('valid')
  const running = await startTarget({
    listen: {
      host: '127.0.0.1',
      port: 0,
      tlsPort: 0,
      h2Port: 0,
      needsClientCertificate: options.needsClientCertificate ?? false,
    },
    tls,
    token: options.token,
    secret: 'test',
    workerIndex: 0,
  })
  const { port, tlsPort, h2Port } = running.ports
  return {
    url: `http://127.0.0.1:${port}`,
    secureUrl: `https://127.0.0.1:${tlsPort}`,
    h2Url: `https://127.0.0.1:${h2Port}`,
    tls,
    close: () => running.close(),
  }
}

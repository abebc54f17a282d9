import { isIP, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Random } from '../base/random.ts'
import { Attempt } from './attempt.ts'
import { Connection } from './connection.ts'
import type { Dialed, Dialer, DialTarget } from './dialer.ts'
import type { DialerSettings } from './dialer-settings.ts'
import { connectPlain, connectSecure, readFromStream, readInto, readUnlessHttp2, secureOver, type TlsHop } from './hop.ts'
import { canonicalHost } from './host-pattern.ts'
import { NameCache, type Resolve, systemResolve } from './name-cache.ts'
import { networkErrorOf } from './network-error.ts'
import { type Proxy, ProxyRules } from './proxy.ts'
import { openTunnel } from './proxy-tunnel.ts'
import { type Endpoint, TargetRules } from './target-rules.ts'
import { TimerWheel } from './timer-wheel.ts'
import { TlsContexts } from './tls-context.ts'

export interface DialerOptions {
  /** Chooses among several addresses of a name. */
  readonly random?: Random
  /** Any monotonic clock in ms; `performance.now()` by default. */
  readonly nowMs?: () => number
  /** Name resolution; the system's by default. */
  readonly resolve?: Resolve
}

/** No connection may take longer than this, whatever the caller's timeout is. */
const maxDialMs = 30_000
const readBufferBytes = 65_536

/** A dialer for one process, shared by all its VUs. Throws `UserError` for settings that cannot work. */
export function createDialer(settings: DialerSettings, options: DialerOptions = {}): Dialer {
  return new DirectDialer(settings, options)
}

/** Where the bytes of one dial go, once hosts, block lists and proxies have had their say. */
interface Route {
  readonly target: Endpoint
  /** Name or address of the next hop: the proxy or the target. */
  readonly hop: Endpoint
  readonly proxy: Proxy | undefined
  /** CONNECT through the proxy; else plain requests go to it in absolute form. */
  readonly isTunnel: boolean
}

class DirectDialer implements Dialer {
  readonly #rules: TargetRules
  readonly #proxies: ProxyRules
  readonly #names: NameCache
  readonly #contexts: TlsContexts
  readonly #isVerified: boolean
  readonly #nowMs: () => number
  readonly #wheel: TimerWheel
  /** Every socket of the process reads into this one: a read is over before the next begins. */
  readonly #readBuffer = Buffer.allocUnsafeSlow(readBufferBytes)

  constructor(
    settings: DialerSettings,
    { random = Math.random, nowMs = () => performance.now(), resolve = systemResolve }: DialerOptions,
  ) {
    this.#rules = new TargetRules(settings)
    this.#proxies = new ProxyRules(settings.proxy)
    this.#names = new NameCache(settings.dns, { resolve, random, nowMs })
    this.#contexts = new TlsContexts(settings.tls)
    this.#isVerified = !settings.tls.isVerificationSkipped
    this.#nowMs = nowMs
    this.#wheel = new TimerWheel({ tickMs: 20, nowMs })
  }

  permit(host: string, port: number): void {
    this.#rules.checkUnresolved({ host: canonicalHost(host), port })
  }

  httpProxyFor(host: string, port: number): Proxy | undefined {
    return this.#proxies.proxyFor(canonicalHost(host), port, false)
  }

  async dial(to: DialTarget, options: Parameters<Dialer['dial']>[1]): Promise<Dialed> {
    const attempt = new Attempt(this.#wheel, { timeoutMs: Math.min(options.timeoutMs, maxDialMs), signal: options.signal })
    try {
      const route = this.#route(to)
      const startedMs = this.#nowMs()
      const address = this.#addressOf(route.hop)
      const remote = address instanceof Promise ? await attempt.of(address, 'dial') : address
      if (route.proxy === undefined) this.#rules.checkAddress(route.target, remote)
      const lookupMs = address instanceof Promise ? this.#nowMs() - startedMs : 0
      const dial: Dial = { to, route, remote, lookupMs, attempt, localAddress: options.localAddress }
      return await (route.isTunnel ? this.#tunnel(dial) : this.#direct(dial))
    } catch (error) {
      attempt.socket?.destroy()
      throw networkErrorOf(error, attempt.phase === 'tls' ? 'tls' : 'dial')
    } finally {
      attempt.close()
    }
  }

  #route(to: DialTarget): Route {
    const target = { host: canonicalHost(to.host), port: to.port }
    // Who dials the proxy itself has learnt it from `httpProxyFor` and asked `permit` for the target.
    const self = this.#proxies.at(target.host, to.port)
    if (self !== undefined) return { target, hop: target, proxy: self, isTunnel: false }
    const proxy = this.#proxies.proxyFor(target.host, to.port, to.tls)
    if (proxy === undefined) {
      this.#rules.checkName(target.host)
      return { target, hop: target, proxy, isTunnel: false }
    }
    this.#rules.checkUnresolved(target)
    return { target, hop: proxy, proxy, isTunnel: to.tls || to.isTunnelWanted === true }
  }

  #addressOf({ host, port }: Endpoint): Endpoint | Promise<Endpoint> {
    const override = this.#rules.overrideOf(host, port)
    if (override !== undefined) return { host: override.address, port: override.port ?? port }
    if (isIP(host) !== 0) return { host, port }
    const address = this.#names.address(host)
    return typeof address === 'string' ? { host: address, port } : address.then((found) => ({ host: found, port }))
  }

  /** One hop: the target, or a proxy that takes requests in absolute form. */
  async #direct({ to, route, remote, lookupMs, attempt, localAddress }: Dial): Promise<Connection> {
    const startedMs = this.#nowMs()
    const { proxy } = route
    if (!(proxy?.tls ?? to.tls)) {
      const onread = readInto(this.#readBuffer, to.onRead)
      const socket = await connectPlain(attempt, { remote, localAddress, onread })
      const phases = { lookupMs, connectMs: this.#nowMs() - startedMs, tlsMs: 0 }
      return new Connection({ socket, wire: socket, remote, phases, tls: undefined })
    }
    const isHttp2Offered = to.alpn?.includes('h2') === true
    const onread = isHttp2Offered ? readUnlessHttp2(this.#readBuffer, to.onRead) : readInto(this.#readBuffer, to.onRead)
    let connectedMs = startedMs
    const tls = proxy === undefined ? this.#tlsHop(to) : this.#proxyTlsHop(proxy)
    const socket = await connectSecure(attempt, { remote, localAddress, onread }, tls, () => {
      connectedMs = this.#nowMs()
    })
    const phases = { lookupMs, connectMs: connectedMs - startedMs, tlsMs: this.#nowMs() - connectedMs }
    return new Connection({ socket, wire: socket, remote, phases, tls: socket })
  }

  /** Two hops: the proxy, and through it the target. Connecting lasts until the tunnel stands. */
  async #tunnel({ to, route, remote, lookupMs, attempt, localAddress }: Dial): Promise<Connection> {
    const startedMs = this.#nowMs()
    const proxy = route.proxy as Proxy
    const hop = { remote, localAddress, onread: undefined }
    const wire: Socket = proxy.tls
      ? await connectSecure(attempt, hop, this.#proxyTlsHop(proxy), () => undefined)
      : await connectPlain(attempt, hop)
    attempt.phase = 'proxy'
    const { host, port } = route.target
    await openTunnel(attempt, wire, {
      authority: `${isIP(host) === 6 ? `[${host}]` : host}:${port}`,
      authorization: proxy.authorization,
    })
    const connectedMs = this.#nowMs()
    const tls: TLSSocket | undefined = to.tls ? await secureOver(attempt, wire, this.#tlsHop(to)) : undefined
    const socket = tls ?? wire
    if (tls?.alpnProtocol !== 'h2') readFromStream(socket, to.onRead)
    const phases = { lookupMs, connectMs: connectedMs - startedMs, tlsMs: tls === undefined ? 0 : this.#nowMs() - connectedMs }
    return new Connection({ socket, wire, remote, phases, tls })
  }

  #tlsHop(to: DialTarget): TlsHop {
    const name = canonicalHost(to.serverName ?? to.host)
    return { name, context: this.#contexts.contextFor(canonicalHost(to.host)), isVerified: this.#isVerified, alpn: to.alpn }
  }

  #proxyTlsHop(proxy: Proxy): TlsHop {
    return { name: proxy.host, context: this.#contexts.contextFor(proxy.host), isVerified: this.#isVerified, alpn: undefined }
  }
}

/** What one dial carries from step to step. */
interface Dial {
  readonly to: DialTarget
  readonly route: Route
  readonly remote: Endpoint
  readonly lookupMs: number
  readonly attempt: Attempt
  readonly localAddress: string | undefined
}

import { lookup } from 'node:dns/promises'
import type { LookupAddress } from 'node:dns'
import type { Random } from '../base/random.ts'
import { NetworkError } from './dialer.ts'
import type { DnsSettings } from './dialer-settings.ts'
import { networkErrorCode, networkErrorOf } from './network-error.ts'

/** Asks the system for the addresses of a name, in the system's order; `family` 0 is both. */
export type Resolve = (host: string, family: 0 | 4 | 6) => Promise<readonly LookupAddress[]>

/** getaddrinfo, as every other program on the host does it: hosts file, search domains and all. */
export const systemResolve: Resolve = (host, family) => lookup(host, { all: true, family, verbatim: true })

interface Entry {
  /** Addresses that the policy allows, or why there are none. */
  readonly found: readonly string[] | NetworkError
  readonly expiresAtMs: number
  turn: number
}

const failureTtlMs = 1000
const maxNames = 10_000

/**
 * Name resolution for one process: one look-up per name at a time, answers kept for the plan's TTL, failures for at most
 * one second, so that a name server's hiccup does not fail a whole test.
 */
export class NameCache {
  readonly #settings: DnsSettings
  readonly #resolve: Resolve
  readonly #random: Random
  readonly #nowMs: () => number
  readonly #entries = new Map<string, Entry>()
  readonly #pending = new Map<string, Promise<Entry>>()

  constructor(
    settings: DnsSettings,
    ports: { readonly resolve: Resolve; readonly random: Random; readonly nowMs: () => number },
  ) {
    this.#settings = settings
    this.#resolve = ports.resolve
    this.#random = ports.random
    this.#nowMs = ports.nowMs
  }

  /** An address for a new connection, chosen as `select` says; at once when it is cached. Throws or rejects with a `NetworkError`. */
  address(host: string): string | Promise<string> {
    const cached = this.#entries.get(host)
    if (cached !== undefined && cached.expiresAtMs > this.#nowMs()) return this.#choose(cached)
    return this.#lookup(host).then((entry) => this.#choose(entry))
  }

  #lookup(host: string): Promise<Entry> {
    const pending = this.#pending.get(host)
    if (pending !== undefined) return pending
    const asked = this.#ask(host).finally(() => this.#pending.delete(host))
    this.#pending.set(host, asked)
    return asked
  }

  async #ask(host: string): Promise<Entry> {
    const { ttlMs, policy } = this.#settings
    const previousTurn = this.#entries.get(host)?.turn ?? 0
    let found: Entry['found']
    try {
      const family = policy === 'onlyIPv4' ? 4 : policy === 'onlyIPv6' ? 6 : 0
      found = allowedAddresses(await this.#resolve(host, family), policy)
      if (found.length === 0) found = new NetworkError(networkErrorCode.noSuchHost, 'lookup: no such host')
    } catch (error) {
      found = networkErrorOf(error, 'dial')
    }
    const keptMs = found instanceof NetworkError ? Math.min(ttlMs, failureTtlMs) : ttlMs
    const entry: Entry = { found, expiresAtMs: this.#nowMs() + keptMs, turn: previousTurn }
    if (this.#entries.size >= maxNames && !this.#entries.has(host)) this.#forgetOldest()
    this.#entries.set(host, entry)
    return entry
  }

  #choose(entry: Entry): string {
    const { found } = entry
    if (found instanceof NetworkError) throw found
    const { select } = this.#settings
    const index = select === 'first' ? 0 : select === 'random' ? Math.floor(this.#random() * found.length) : entry.turn++
    return found[index % found.length] as string
  }

  #forgetOldest(): void {
    for (const name of this.#entries.keys()) {
      this.#entries.delete(name)
      return
    }
  }
}

function allowedAddresses(all: readonly LookupAddress[], policy: DnsSettings['policy']): readonly string[] {
  const v4 = all.filter(({ family }) => family === 4).map(({ address }) => address)
  const v6 = all.filter(({ family }) => family === 6).map(({ address }) => address)
  switch (policy) {
    case 'onlyIPv4':
      return v4
    case 'onlyIPv6':
      return v6
    case 'preferIPv4':
      return v4.length > 0 ? v4 : v6
    case 'preferIPv6':
      return v6.length > 0 ? v6 : v4
    case 'any':
      return all.map(({ address }) => address)
  }
}

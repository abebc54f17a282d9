import { isIP } from 'node:net'
import { UserError } from '../base/user-error.ts'
import { AddressRanges } from './address-ranges.ts'
import { NetworkError } from './dialer.ts'
import type { DialerSettings } from './dialer-settings.ts'
import { HostTable, splitHostPort } from './host-pattern.ts'
import { networkErrorCode } from './network-error.ts'

export interface Endpoint {
  /** A canonical name, or an address. */
  readonly host: string
  readonly port: number
}

interface Override {
  readonly address: string
  readonly port: number | undefined
}

/** Whether a connection may be made: host overrides, block lists, the allow-list. Hosts are canonical everywhere. */
export class TargetRules {
  readonly #overrides = new HostTable<Override>()
  readonly #portOverrides = new Map<number, HostTable<Override>>()
  readonly #blocked = new HostTable<string>()
  readonly #blacklist = new AddressRanges()
  /** Allowed names and addresses, by port; `undefined` is any port. Without an allow-list there is no map. */
  readonly #allowed: Map<number | undefined, { readonly names: HostTable<true>; readonly addresses: AddressRanges }> | undefined

  /** Throws `UserError` for patterns and addresses that are none. */
  constructor(settings: Pick<DialerSettings, 'hosts' | 'blockHostnames' | 'blacklistIps' | 'targets'>) {
    for (const [pattern, target] of Object.entries(settings.hosts)) this.#override(pattern, target)
    for (const pattern of settings.blockHostnames) {
      if (!this.#blocked.add(pattern, pattern)) throw invalidPattern('blockHostnames', pattern)
    }
    for (const range of settings.blacklistIps) {
      if (!this.#blacklist.add(range)) throw invalidRange('blacklistIPs', range)
    }
    if (settings.targets !== undefined) {
      this.#allowed = new Map()
      for (const target of settings.targets) this.#allow(target)
    }
  }

  /** The address that `hosts` prescribes; the port as well when it says so. */
  overrideOf(host: string, port: number): Override | undefined {
    return this.#portOverrides.get(port)?.find(host) ?? this.#overrides.find(host)
  }

  /** Throws when the name is blocked. */
  checkName(host: string): void {
    const pattern = this.#blocked.find(host)
    if (pattern !== undefined) {
      throw new NetworkError(networkErrorCode.blockedHostname, `hostname (${host}) is in a blocked pattern (${pattern})`)
    }
  }

  /** Throws when the address is blacklisted, or when the allow-list has neither the name (with its port) nor the address (with the port dialled). */
  checkAddress(target: Endpoint, dialled: Endpoint): void {
    const range = this.#blacklist.find(dialled.host)
    if (range !== undefined) {
      throw new NetworkError(networkErrorCode.blacklistedIp, `IP (${dialled.host}) is in a blacklisted range (${range})`)
    }
    if (!this.#isNameAllowed(target) && !this.#isAddressAllowed(dialled)) throw refused(target)
  }

  /** For hosts whose address somebody else will find out: throws unless the name alone (or the address that it is) may be dialled. */
  checkUnresolved(target: Endpoint): void {
    this.checkName(target.host)
    const override = this.overrideOf(target.host, target.port)
    const address = override?.address ?? (isIP(target.host) === 0 ? undefined : target.host)
    if (address !== undefined) this.checkAddress(target, { host: address, port: override?.port ?? target.port })
    else if (!this.#isNameAllowed(target)) throw refused(target)
  }

  #isNameAllowed({ host, port }: Endpoint): boolean {
    if (this.#allowed === undefined) return true
    return this.#allowed.get(port)?.names.find(host) === true || this.#allowed.get(undefined)?.names.find(host) === true
  }

  #isAddressAllowed({ host, port }: Endpoint): boolean {
    const at = (key: number | undefined): boolean => this.#allowed?.get(key)?.addresses.find(host) !== undefined
    return at(port) || at(undefined)
  }

  #override(pattern: string, target: string): void {
    const key = splitHostPort(pattern.trim())
    const to = splitHostPort(target.trim())
    if (key === undefined) throw invalidPattern('hosts', pattern)
    if (to === undefined || isIP(to.host) === 0) {
      throw new UserError('NET_HOSTS_INVALID', `hosts: "${pattern}" points to "${target}", which is not an IP address`, {
        hint: 'write an address such as 127.0.0.1, 127.0.0.1:8080 or [::1]:8080',
      })
    }
    let table: HostTable<Override> | undefined = this.#overrides
    if (key.port !== undefined) {
      table = this.#portOverrides.get(key.port) ?? new HostTable<Override>()
      this.#portOverrides.set(key.port, table)
    }
    if (!table.add(key.host, { address: to.host, port: to.port })) throw invalidPattern('hosts', pattern)
  }

  #allow(target: string): void {
    const text = target.trim()
    const asRange = new AddressRanges()
    const split = asRange.add(text) ? { host: text, port: undefined } : splitHostPort(text)
    if (split === undefined) throw invalidPattern('targets', target)
    const allowed = this.#allowed?.get(split.port) ?? { names: new HostTable<true>(), addresses: new AddressRanges() }
    this.#allowed?.set(split.port, allowed)
    if (allowed.addresses.add(split.host)) return
    if (!allowed.names.add(split.host, true)) throw invalidPattern('targets', target)
  }
}

function refused({ host, port }: Endpoint): NetworkError {
  return new NetworkError(networkErrorCode.blockedHostname, `host (${host}:${port}) is not in the allow-list (option targets)`)
}

function invalidPattern(option: string, pattern: string): UserError {
  return new UserError('NET_PATTERN_INVALID', `${option}: "${pattern}" is not a host pattern`, {
    hint: 'write a name such as api.example.com, a wildcard at the start such as *.example.com, or an address',
  })
}

function invalidRange(option: string, range: string): UserError {
  return new UserError('NET_RANGE_INVALID', `${option}: "${range}" is not a range of IP addresses`, {
    hint: 'write CIDR such as 10.0.0.0/8 or fd00::/8, or a single address',
  })
}

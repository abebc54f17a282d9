import { isIP } from 'node:net'
import { parseDurationMs } from '../base/duration.ts'
import type { Tags } from '../metrics/definition.ts'
import { expandLocalAddresses } from './local-addresses.ts'
import { invalidOption, OptionBag } from './option-bag.ts'
import { parseTls } from './parse-tls.ts'
import type { DnsPlan, NetworkPlan } from './plan.ts'

/** The options of whatever opens connections. `environment` may hold HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case. */
export function parseNetwork(bag: OptionBag, environment: Tags, reportUnknown: (bag: OptionBag) => void): NetworkPlan {
  return {
    hosts: parseHosts(bag),
    blockHostnames: parseHostnames(bag),
    blacklistIps: parseRanges(bag),
    targets: parseTargets(bag),
    dns: parseDns(bag, reportUnknown),
    localIps: expandLocalAddresses(bag.texts('localIPs') ?? [], 'localIPs'),
    tls: parseTls(bag, reportUnknown),
    proxy: {
      http: variable(environment, 'http_proxy'),
      https: variable(environment, 'https_proxy'),
      noProxy: (variable(environment, 'no_proxy') ?? '').split(',').flatMap((entry) => entry.trim() || []),
    },
  }
}

/** Whether the text is an address or an address and prefix length. */
export function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || address.includes('%') || rest.length > 0) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32))
}

function variable(environment: Tags, name: string): string | undefined {
  return environment[name] || environment[name.toUpperCase()] || undefined
}

function parseHosts(bag: OptionBag): Tags {
  const hosts = bag.map('hosts') ?? {}
  for (const [host, to] of Object.entries(hosts)) {
    const hint = `write  hosts: { 'api.example.com': '127.0.0.1:8080' }`
    if (!isAddressWithPort(to))
      throw invalidOption({ path: `hosts.${host}`, value: to, expected: 'an IP address, with a port if need be', hint })
    if (!isHostPattern(host.replace(/:\d+$/, '')))
      throw invalidOption({ path: 'hosts', value: host, expected: 'a host name, or one with * in front', hint })
  }
  return hosts
}

function isAddressWithPort(text: string): boolean {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text)
  if (!match) return isIP(text) === 6
  return isIP(match[1] ?? match[2] ?? '') !== 0 && Number(match[3] ?? 0) <= 65_535
}

function isHostPattern(text: string): boolean {
  return /^(?:\*\.?)?[^\s*/:]*$/.test(text) && text !== ''
}

function parseHostnames(bag: OptionBag): readonly string[] {
  const names = bag.texts('blockHostnames') ?? []
  const wrong = names.findIndex((name) => !isHostPattern(name))
  if (wrong === -1) return names
  throw invalidOption({
    path: `blockHostnames[${wrong}]`,
    value: names[wrong],
    expected: 'a host name, or one with * in front',
    hint: `write  blockHostnames: ['*.example.com']`,
  })
}

function parseRanges(bag: OptionBag): readonly string[] {
  const ranges = bag.texts('blacklistIPs') ?? []
  const wrong = ranges.findIndex((range) => !isAddressRange(range.trim()))
  if (wrong === -1) return ranges.map((range) => range.trim())
  throw invalidOption({
    path: `blacklistIPs[${wrong}]`,
    value: ranges[wrong],
    expected: 'an address or a CIDR range',
    hint: `write  blacklistIPs: ['10.0.0.0/8']`,
  })
}

function parseTargets(bag: OptionBag): readonly string[] | undefined {
  const targets = bag.texts('targets')?.map((target) => target.trim())
  const wrong = targets?.findIndex(
    (target) => !isAddressRange(target) && !isAddressWithPort(target) && !isHostPattern(target.replace(/:\d{1,5}$/, '')),
  )
  if (wrong === undefined || wrong === -1) return targets
  const expected = 'a host name, *.name, an address or a CIDR range'
  throw invalidOption({
    path: `targets[${wrong}]`,
    value: targets?.[wrong],
    expected,
    hint: `write  targets: ['api.example.com', '10.0.0.0/8']`,
  })
}

/** An object, or a text: `ttl=5m,select=random,policy=preferIPv4`. A ttl of `inf` keeps names for the whole run. */
function parseDns(bag: OptionBag, reportUnknown: (bag: OptionBag) => void): DnsPlan {
  const value = bag.raw('dns')
  const hint = `write  dns: { ttl: '5m', select: 'random', policy: 'preferIPv4' }`
  const fields =
    typeof value === 'string' ? Object.fromEntries(value.split(',').map((field) => field.trim().split('='))) : (value ?? {})
  const dns = new OptionBag('dns', fields, hint)
  const plan = {
    ttlMs: parseTtlMs(dns.raw('ttl'), hint),
    select: dns.oneOf('select', ['first', 'random', 'roundRobin']) ?? 'random',
    policy: dns.oneOf('policy', ['preferIPv4', 'preferIPv6', 'onlyIPv4', 'onlyIPv6', 'any']) ?? 'preferIPv4',
  }
  reportUnknown(dns)
  return plan
}

function parseTtlMs(value: unknown, hint: string): number {
  if (value === undefined || value === '') return 300_000
  if (value === 'inf') return Number.POSITIVE_INFINITY
  const ttlMs = parseDurationMs(value)
  if (ttlMs !== undefined && ttlMs >= 0) return ttlMs
  throw invalidOption({ path: 'dns.ttl', value, expected: `a duration, 0 or 'inf'`, hint })
}

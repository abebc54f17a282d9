import { BlockList, isIP } from 'node:net'

/** A set of IP addresses given as single addresses and CIDR ranges, IPv4 and IPv6. IPv4 also matches as `::ffff:a.b.c.d`. */
export class AddressRanges {
  readonly #ranges: { readonly text: string; readonly list: BlockList }[] = []

  /** `false` when the text is neither an address nor a CIDR range. */
  add(text: string): boolean {
    const trimmed = text.trim()
    const slash = trimmed.indexOf('/')
    const address = slash === -1 ? trimmed : trimmed.slice(0, slash)
    const family = isIP(address)
    if (family === 0 || address.includes('%')) return false
    const list = new BlockList()
    if (slash === -1) {
      list.addAddress(address, family === 6 ? 'ipv6' : 'ipv4')
    } else {
      const prefix = trimmed.slice(slash + 1)
      if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > (family === 6 ? 128 : 32)) return false
      list.addSubnet(address, Number(prefix), family === 6 ? 'ipv6' : 'ipv4')
    }
    this.#ranges.push({ text: trimmed, list })
    return true
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0
  }

  /** The range, as it was written, that an address falls into. */
  find(address: string): string | undefined {
    if (this.#ranges.length === 0) return undefined
    const zone = address.indexOf('%')
    const bare = zone === -1 ? address : address.slice(0, zone)
    const mapped = mappedIpv4(bare)
    const family = isIP(bare) === 6 ? 'ipv6' : 'ipv4'
    for (const { text, list } of this.#ranges) {
      if (list.check(bare, family) || (mapped !== undefined && list.check(mapped, 'ipv4'))) return text
    }
    return undefined
  }
}

/** The IPv4 address inside an IPv4-mapped IPv6 one, in dotted or in hexadecimal writing. */
function mappedIpv4(address: string): string | undefined {
  const dotted = /^(?:0*:)*:?(?:0*:)*ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (dotted) return dotted[1]
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address)
  if (!hex) return undefined
  const high = Number.parseInt(hex[1] ?? '', 16)
  const low = Number.parseInt(hex[2] ?? '', 16)
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

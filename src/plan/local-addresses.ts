import { isIP, isIPv4 } from 'node:net'
import { invalidOption } from './option-bag.ts'

/** More source addresses than this are a typing mistake in a prefix. */
const maxAddressCount = 65_536

/**
 * Expands `10.0.0.5`, `10.0.0.10-10.0.0.25` and `10.0.0.0/24` (without network and broadcast address) to single addresses;
 * IPv6 ones stand for themselves. Throws UserError `PLAN_OPTION_INVALID`.
 */
export function expandLocalAddresses(texts: readonly string[], path: string): readonly string[] {
  const addresses: string[] = []
  texts.forEach((text, index) => {
    const span = spanOf(text.trim())
    const count = typeof span === 'object' ? span.last - span.first + 1 : 1
    if (span === undefined || count < 1 || addresses.length + count > maxAddressCount) {
      throw invalidOption({
        path: `${path}[${index}]`,
        value: text,
        expected: `an address, a range or CIDR, at most ${maxAddressCount} addresses in all`,
        hint: `write  localIPs: ['127.0.0.2', '127.0.0.10-127.0.0.25', '127.0.1.0/28']`,
      })
    }
    if (typeof span === 'string') return addresses.push(span)
    for (let address = span.first; address <= span.last; address++) addresses.push(formatIpv4(address))
  })
  return addresses
}

function spanOf(text: string): { first: number; last: number } | string | undefined {
  if (isIP(text) !== 0) return text
  const [from = '', to = '', ...moreEnds] = text.split('-')
  if (isIPv4(from) && isIPv4(to) && moreEnds.length === 0) return { first: numberOf(from), last: numberOf(to) }
  const [base = '', prefixText = '', ...moreParts] = text.split('/')
  const prefix = /^\d{1,2}$/.test(prefixText) ? Number(prefixText) : Number.NaN
  if (!isIPv4(base) || !(prefix <= 32) || moreParts.length > 0) return undefined
  const size = 2 ** (32 - prefix)
  const first = Math.floor(numberOf(base) / size) * size
  return size <= 2 ? { first, last: first + size - 1 } : { first: first + 1, last: first + size - 2 }
}

function numberOf(address: string): number {
  return address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0)
}

function formatIpv4(number: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.')
}

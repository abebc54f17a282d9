import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AddressRanges } from './address-ranges.ts'

test.each([
  { range: '10.0.0.0/8', address: '10.255.0.1', isIn: true },
  { range: '10.0.0.0/8', address: '11.0.0.1', isIn: false },
  { range: '10.1.2.3', address: '10.1.2.3', isIn: true },
  { range: '10.1.2.3', address: '10.1.2.4', isIn: false },
  { range: '0.0.0.0/0', address: '8.8.8.8', isIn: true },
  { range: '0.0.0.0/0', address: '2001:db8::1', isIn: false },
  { range: 'fd00::/8', address: 'fd12::1', isIn: true },
  { range: 'fd00::/8', address: 'fe80::1', isIn: false },
  { range: '::1', address: '0:0:0:0:0:0:0:1', isIn: true },
  { range: '127.0.0.0/8', address: '::ffff:127.0.0.1', isIn: true },
  { range: '127.0.0.0/8', address: '::ffff:7f00:1', isIn: true },
  { range: 'fe80::/10', address: 'fe80::1%eth0', isIn: true },
])('is $address in $range? $isIn', ({ range, address, isIn }) => {
  const ranges = new AddressRanges()
  expect(ranges.add(range)).toBe(true)
  expect(ranges.find(address)).toBe(isIn ? range : undefined)
})

test.each(['', 'example.com', '10.0.0.0/33', '10.0.0.0/', '10.0.0/8', 'fd00::/129', '10.0.0.0/-1', 'fe80::1%eth0'])(
  '"%s" is no range',
  (text) => {
    const ranges = new AddressRanges()
    expect(ranges.add(text)).toBe(false)
    expect(ranges.isEmpty).toBe(true)
  },
)

test('an IPv4 address is in a range exactly when the leading bits agree', () => {
  const bits = fc.integer({ min: 0, max: 0xffffffff })
  const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
  fc.assert(
    fc.property(bits, bits, fc.nat(32), fc.boolean(), (network, other, prefix, isNear) => {
      // Half of the addresses differ from the network in the low bits only: unrelated ones almost never share a prefix.
      const address = isNear ? (network ^ (other >>> 16)) >>> 0 : other
      const isIn = prefix === 0 || network >>> (32 - prefix) === address >>> (32 - prefix)
      const ranges = new AddressRanges()
      ranges.add(`${dotted(network)}/${prefix}`)
      expect(ranges.find(dotted(address)) !== undefined).toBe(isIn)
    }),
  )
})

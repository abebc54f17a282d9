import { expect, test } from 'vitest'
import { type Endpoint, TargetRules } from './target-rules.ts'

type Settings = ConstructorParameters<typeof TargetRules>[0]

function rulesWith(settings: Partial<Settings>): TargetRules {
  return new TargetRules({ hosts: {}, blockHostnames: [], blacklistIps: [], targets: undefined, ...settings })
}

/** Name and address, both with a port: `api.test:443 10.0.0.1:443`. */
function check(rules: TargetRules, target: Endpoint, address: string): string {
  try {
    rules.checkName(target.host)
    rules.checkAddress(target, { host: address, port: target.port })
    return 'allowed'
  } catch (error) {
    const { code, message } = error as { code: number; message: string }
    return `${code} ${message}`
  }
}

test.each([
  { host: 'a.test', port: 80, expected: { address: '10.0.0.1', port: undefined } },
  { host: 'a.test', port: 443, expected: { address: '10.0.0.2', port: 8443 } },
  { host: 'b.wild.test', port: 443, expected: { address: '::1', port: 9000 } },
  { host: 'wild.test', port: 443, expected: undefined },
])('$host:$port is overridden by $expected', ({ host, port, expected }) => {
  const hosts = { 'A.test': '10.0.0.1', 'a.test:443': '10.0.0.2:8443', '*.wild.test': '[::1]:9000' }
  expect(rulesWith({ hosts }).overrideOf(host, port)).toEqual(expected)
})

test('a blocked name is error 1111 and names the pattern', () => {
  const rules = rulesWith({ blockHostnames: ['*.Evil.test', 'bad.test'] })
  const expected = '1111 hostname (a.evil.test) is in a blocked pattern (*.Evil.test)'
  expect(check(rules, { host: 'a.evil.test', port: 80 }, '10.0.0.1')).toBe(expected)
  expect(check(rules, { host: 'bad.test', port: 80 }, '10.0.0.1')).toMatch(/^1111 /)
  expect(check(rules, { host: 'good.test', port: 80 }, '10.0.0.1')).toBe('allowed')
})

test('a blacklisted address is error 1110 and names the range', () => {
  const rules = rulesWith({ blacklistIps: ['10.0.0.0/8', '::1'] })
  expect(check(rules, { host: 'a.test', port: 80 }, '10.1.1.1')).toBe('1110 IP (10.1.1.1) is in a blacklisted range (10.0.0.0/8)')
  expect(check(rules, { host: 'a.test', port: 80 }, '::1')).toMatch(/^1110 /)
  expect(check(rules, { host: 'a.test', port: 80 }, '192.168.0.1')).toBe('allowed')
})

test.each([
  { targets: ['API.test'], host: 'api.test', address: '8.8.8.8', isAllowed: true },
  { targets: ['api.test'], host: 'other.test', address: '8.8.8.8', isAllowed: false },
  { targets: ['*.api.test'], host: 'x.api.test', address: '8.8.8.8', isAllowed: true },
  { targets: ['*'], host: 'anything', address: '8.8.8.8', isAllowed: true },
  { targets: ['10.0.0.0/8'], host: 'other.test', address: '10.1.1.1', isAllowed: true },
  { targets: ['10.0.0.1'], host: '10.0.0.1', address: '10.0.0.1', isAllowed: true },
  { targets: ['::1'], host: '::1', address: '::1', isAllowed: true },
  { targets: ['api.test:443'], host: 'api.test', address: '8.8.8.8', isAllowed: true },
  { targets: ['api.test:80'], host: 'api.test', address: '8.8.8.8', isAllowed: false },
  { targets: ['10.0.0.1:443'], host: 'api.test', address: '10.0.0.1', isAllowed: true },
  { targets: ['10.0.0.1:80'], host: 'api.test', address: '10.0.0.1', isAllowed: false },
  { targets: ['[::1]:443'], host: 'api.test', address: '::1', isAllowed: true },
  { targets: [], host: 'api.test', address: '10.0.0.1', isAllowed: false },
])('with targets $targets, is $host at $address and port 443 allowed? $isAllowed', ({ targets, host, address, isAllowed }) => {
  const refusal = `1111 host (${host}:443) is not in the allow-list (option targets)`
  expect(check(rulesWith({ targets }), { host, port: 443 }, address)).toBe(isAllowed ? 'allowed' : refusal)
})

test('what nobody has resolved yet is allowed by name, by the address that it is, or by the address it is mapped to', () => {
  const rules = rulesWith({ targets: ['api.test', '10.0.0.0/8'], hosts: { 'mapped.test': '10.0.0.1', 'far.test': '8.8.8.8' } })
  for (const host of ['api.test', '10.1.1.1', 'mapped.test'])
    expect(() => rules.checkUnresolved({ host, port: 80 })).not.toThrow()
  for (const host of ['other.test', '11.1.1.1', 'far.test']) {
    expect(() => rules.checkUnresolved({ host, port: 80 })).toThrow('is not in the allow-list')
  }
})

test.each([
  { settings: { hosts: { 'a.test': 'b.test' } }, code: 'NET_HOSTS_INVALID' },
  { settings: { hosts: { 'a.test': '1.2.3.4:0' } }, code: 'NET_HOSTS_INVALID' },
  { settings: { hosts: { 'a.*.test': '1.2.3.4' } }, code: 'NET_PATTERN_INVALID' },
  { settings: { hosts: { 'a.test:x': '1.2.3.4' } }, code: 'NET_PATTERN_INVALID' },
  { settings: { blockHostnames: [''] }, code: 'NET_PATTERN_INVALID' },
  { settings: { blacklistIps: ['10.0.0.0/99'] }, code: 'NET_RANGE_INVALID' },
  { settings: { targets: ['http://a.test/'] }, code: 'NET_PATTERN_INVALID' },
  { settings: { targets: ['a b'] }, code: 'NET_PATTERN_INVALID' },
])('$settings is refused with $code and a hint', ({ settings, code }) => {
  expect(() => rulesWith(settings as Partial<Settings>)).toThrow(
    expect.objectContaining({ code, hint: expect.any(String) as string }),
  )
})

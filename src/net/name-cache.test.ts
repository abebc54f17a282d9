import type { LookupAddress } from 'node:dns'
import { expect, test } from 'vitest'
import { deferred } from '../base/deferred.ts'
import { seededRandom } from '../base/random.ts'
import type { DnsSettings } from './dialer-settings.ts'
import { NameCache, type Resolve, systemResolve } from './name-cache.ts'

const both: readonly LookupAddress[] = [
  { address: '::1', family: 6 },
  { address: '10.0.0.1', family: 4 },
  { address: '10.0.0.2', family: 4 },
  { address: '::2', family: 6 },
]

function cacheWith(settings: Partial<DnsSettings>, resolve: Resolve): { cache: NameCache; clock: { nowMs: number } } {
  const clock = { nowMs: 0 }
  const dns: DnsSettings = { ttlMs: 1000, select: 'first', policy: 'preferIPv4', ...settings }
  return { cache: new NameCache(dns, { resolve, random: seededRandom(1), nowMs: () => clock.nowMs }), clock }
}

function counting(answer: () => Promise<readonly LookupAddress[]>): Resolve & { count: number } {
  const resolve = Object.assign(
    async () => {
      resolve.count++
      return await answer()
    },
    { count: 0 },
  )
  return resolve
}

function failing(code: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(code), { code, syscall: 'getaddrinfo' }))
}

test.each([
  { policy: 'preferIPv4', first: '10.0.0.1', family: 0 },
  { policy: 'preferIPv6', first: '::1', family: 0 },
  { policy: 'onlyIPv4', first: '10.0.0.1', family: 4 },
  { policy: 'onlyIPv6', first: '::1', family: 6 },
  { policy: 'any', first: '::1', family: 0 },
] as const)('policy $policy takes $first first and asks for family $family', async ({ policy, first, family }) => {
  let asked: number | undefined
  const { cache } = cacheWith({ policy }, (_host, wanted) => {
    asked = wanted
    return Promise.resolve(both)
  })
  expect(await cache.address('a.test')).toBe(first)
  expect(asked).toBe(family)
})

test.each([
  { policy: 'preferIPv4', expected: '::1' },
  { policy: 'onlyIPv4', expected: 'lookup: no such host' },
] as const)('with IPv6 alone, policy $policy gives "$expected"', async ({ policy, expected }) => {
  const { cache } = cacheWith({ policy }, () => Promise.resolve([{ address: '::1', family: 6 }]))
  const result = await Promise.resolve(cache.address('a.test')).catch((error: Error) => error.message)
  expect(result).toBe(expected)
})

test('roundRobin takes turns, also across a new look-up', async () => {
  const { cache, clock } = cacheWith({ select: 'roundRobin' }, () => Promise.resolve(both))
  const taken = [await cache.address('a.test'), await cache.address('a.test')]
  clock.nowMs = 5000
  taken.push(await cache.address('a.test'))
  expect(taken).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.1'])
})

test('random takes all addresses sooner or later', async () => {
  const { cache } = cacheWith({ select: 'random' }, () => Promise.resolve(both))
  const taken = new Set<string>()
  for (let index = 0; index < 50; index++) taken.add(await cache.address('a.test'))
  expect([...taken].sort()).toEqual(['10.0.0.1', '10.0.0.2'])
})

test('an answer is kept for the TTL and comes at once', async () => {
  const resolve = counting(() => Promise.resolve(both))
  const { cache, clock } = cacheWith({ ttlMs: 1000 }, resolve)
  await cache.address('a.test')
  clock.nowMs = 999
  expect(cache.address('a.test')).toBe('10.0.0.1')
  clock.nowMs = 1000
  await cache.address('a.test')
  expect(resolve.count).toBe(2)
})

test.each([
  { ttlMs: 0, count: 3 },
  { ttlMs: Number.POSITIVE_INFINITY, count: 1 },
])('a TTL of $ttlMs makes $count look-ups for 3 connections', async ({ ttlMs, count }) => {
  const resolve = counting(() => Promise.resolve(both))
  const { cache, clock } = cacheWith({ ttlMs }, resolve)
  for (let index = 0; index < 3; index++) {
    await cache.address('a.test')
    clock.nowMs += 1e9
  }
  expect(resolve.count).toBe(count)
})

test('look-ups of one name at the same time are one', async () => {
  const answer = deferred<readonly LookupAddress[]>()
  const resolve = counting(() => answer.promise)
  const { cache } = cacheWith({ select: 'roundRobin' }, resolve)
  const waiting = ['a.test', 'a.test', 'b.test'].map(async (host) => await cache.address(host))
  answer.resolve(both)
  expect(await Promise.all(waiting)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.1'])
  expect(resolve.count).toBe(2)
})

test('a failure is kept for one second at most', async () => {
  let isDown = true
  const resolve = counting(() => (isDown ? failing('EAI_AGAIN') : Promise.resolve(both)))
  const { cache, clock } = cacheWith({ ttlMs: 60_000 }, resolve)
  await expect(cache.address('a.test')).rejects.toMatchObject({ code: 1100 })
  isDown = false
  clock.nowMs = 999
  expect(() => cache.address('a.test')).toThrow('lookup: temporary failure in name resolution')
  clock.nowMs = 1000
  expect(await cache.address('a.test')).toBe('10.0.0.1')
  expect(resolve.count).toBe(2)
})

test('names without end do not fill the memory', async () => {
  const resolve = counting(() => Promise.resolve(both))
  const { cache } = cacheWith({ ttlMs: Number.POSITIVE_INFINITY }, resolve)
  for (let index = 0; index < 10_001; index++) await cache.address(`${index}.test`)
  expect(cache.address('10000.test')).toBe('10.0.0.1')
  await cache.address('0.test')
  expect(resolve.count).toBe(10_002)
})

test('the system knows localhost, and not a name under .invalid', async () => {
  const { cache } = cacheWith({}, systemResolve)
  expect(await cache.address('localhost')).toMatch(/^127\.|^::1$/)
  await expect(cache.address('nobody.invalid')).rejects.toMatchObject({ name: 'NetworkError' })
})

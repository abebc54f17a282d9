import { expect, test } from 'vitest'
import { soloWorld } from '../../../vu/world.conformance.ts'
import { boundModule } from './bound-module.conformance.ts'

interface Data {
  SharedArray: new (name: unknown, make?: unknown) => unknown[]
}

test('all VUs of a worker share the rows that the first one made', () => {
  const world = soloWorld()
  let callCount = 0
  const make = (): unknown[] => {
    callCount += 1
    return [{ user: 'a', roles: ['x'] }, { user: 'b' }]
  }
  const [first, second] = [1, 2].map(() => new (boundModule<Data>('k6/data', world).module.SharedArray)('users', make))
  expect(second).toBe(first)
  expect(callCount).toBe(1)
  expect(first?.map((row) => (row as { user: string }).user)).toEqual(['a', 'b'])
  expect(first).toHaveLength(2)
  expect([...(first ?? [])]).toEqual([{ user: 'a', roles: ['x'] }, { user: 'b' }])
})

test('rows are JSON and cannot be changed, however deep', () => {
  const { module } = boundModule<Data>('k6/data')
  const source = { when: new Date(0), call: () => 1, deep: [{ n: 1 }] }
  const rows = new module.SharedArray('rows', () => [source, undefined])
  expect(rows).toEqual([{ when: '1970-01-01T00:00:00.000Z', deep: [{ n: 1 }] }, null])
  expect(() => rows.push(1)).toThrow(TypeError)
  expect(() => Object.assign((rows[0] as typeof source).deep[0] ?? {}, { n: 2 })).toThrow(TypeError)
  expect(() => Object.assign(source, { n: 2 })).not.toThrow()
})

test('names keep arrays apart', () => {
  const { module } = boundModule<Data>('k6/data')
  expect(new module.SharedArray('a', () => [1])).toEqual([1])
  expect(new module.SharedArray('b', () => [2])).toEqual([2])
})

const cycle: unknown[] = []
cycle.push(cycle)
test.each([
  { what: 'no name', args: ['', () => []], message: /no name/ },
  { what: 'no function', args: ['a'], message: /no function/ },
  { what: 'an object', args: ['a', () => ({})], message: /returned no array/ },
  { what: 'a promise', args: ['a', () => Promise.resolve([])], message: /blocking call/ },
  { what: 'a cycle', args: ['a', () => cycle], message: /no JSON/ },
])('$what is refused', ({ args, message }) => {
  const { module } = boundModule<Data>('k6/data')
  expect(() => new module.SharedArray(args[0], args[1])).toThrow(message)
})

test('what the function throws comes out, and the next VU tries anew', () => {
  const { module } = boundModule<Data>('k6/data')
  const fail = (): never => {
    throw new Error('no file')
  }
  expect(() => new module.SharedArray('a', fail)).toThrow('no file')
  expect(new module.SharedArray('a', () => [1])).toEqual([1])
})

test('shared arrays are made in init only', () => {
  const { module, vu } = boundModule<Data>('k6/data')
  vu.phase = 'iteration'
  expect(() => new module.SharedArray('a', () => [])).toThrow(expect.objectContaining({ code: 'K6_CALL_INVALID' }))
})

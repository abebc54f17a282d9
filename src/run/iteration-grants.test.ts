import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IterationGrants, SharedGrants } from './iteration-grants.ts'

test('grants cover every number once, in order, whatever the number of workers', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 16 }), (total, workers) => {
      const grants = new IterationGrants(total, workers)
      let next = 0
      for (let ranges = grants.take(); ranges.length > 0; ranges = grants.take()) {
        for (const [from, to] of ranges) {
          expect(from).toBe(next)
          expect(to).toBeGreaterThan(from)
          next = to
        }
      }
      expect(next).toBe(total)
      expect(grants.leftCount).toBe(0)
    }),
  )
})

test('one worker gets all at once', () => {
  expect(new IterationGrants(1000, 1).take()).toEqual([[0, 1000]])
})

test('two workers share 1,000 iterations in a few dozen shrinking grants', () => {
  const grants = new IterationGrants(1000, 2)
  const sizes: number[] = []
  for (let ranges = grants.take(); ranges.length > 0; ranges = grants.take())
    for (const [from, to] of ranges) sizes.push(to - from)
  expect(sizes[0]).toBe(250)
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
  expect(sizes.length).toBeLessThan(40)
})

test('workers without VUs of the scenario get none', () => {
  const grants = new SharedGrants(10, ['a', 'b'])
  expect(grants.takeFor('c')).toEqual([])
  expect(grants.takeFor('a')).toEqual([[0, 2]])
  expect(grants.takeFor('b')).toEqual([[2, 4]])
  expect(grants.leftCount).toBe(6)
})

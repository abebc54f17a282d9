import { expect, test } from 'vitest'
import { DueQueue } from './due-queue.ts'

test('gives back in the order of arrival, through any number of pushes between', () => {
  const queue = new DueQueue()
  const given: (number | undefined)[] = []
  for (let time = 0; time < 20_000; time++) {
    queue.push(time)
    if (time % 2 === 0) given.push(queue.shift())
  }
  while (queue.length > 0) given.push(queue.shift())
  expect(given).toEqual(Array.from({ length: 20_000 }, (_, index) => index))
  expect(queue.shift()).toBeUndefined()
})

test('clearing says how many waited', () => {
  const queue = new DueQueue()
  queue.push(1)
  queue.push(2)
  queue.shift()
  expect([queue.clear(), queue.length, queue.shift()]).toEqual([1, 0, undefined])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Vu } from '../vu/vu.ts'
import { VuStore } from './vu-store.ts'

/** The store looks at ids only. */
const vuOf = (id: number): Vu => ({ id }) as Vu

test('VUs come out lowest id first, whatever the order of giving back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 200 }), async (moves) => {
      const store = new VuStore((index) => Promise.resolve(vuOf(index + 1)))
      const idle = new Set<number>()
      const taken: Vu[] = []
      for (const isTake of moves) {
        if (!isTake && taken.length > 0) {
          const [vu] = taken.splice(Math.floor(taken.length / 2), 1)
          store.give(vu as Vu)
          idle.add((vu as Vu).id)
        } else if (!isTake) {
          await store.add()
          idle.add(store.count)
        } else {
          const vu = store.take()
          expect(vu?.id).toBe(idle.size === 0 ? undefined : Math.min(...idle))
          if (vu) {
            idle.delete(vu.id)
            taken.push(vu)
          }
        }
      }
    }),
  )
})

test('a VU whose init throws is not counted', async () => {
  const store = new VuStore(() => Promise.reject(new Error('init')))
  await expect(store.add()).rejects.toThrow('init')
  expect([store.count, store.take()]).toEqual([0, undefined])
})

import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createRegistry } from '../../metrics/registry.ts'
import { testSettings } from './client-harness.conformance.ts'
import { Exchange } from './exchange.ts'
import { ResolutionQueue } from './resolution-queue.ts'
import { createHttpShared } from './shared.ts'

test('responses wait for the end of the poll, keep their order, and are resolved in slices when they are thousands', async () => {
  const registry = createRegistry({ selectors: [], groupings: [], keepAllTags: false })
  const { templates } = createHttpShared(testSettings, registry)
  const template = templates.of('GET', 'http://127.0.0.1/', undefined, () => undefined)
  const queue = new ResolutionQueue()
  const resolved: number[] = []
  for (let index = 0; index < 2000; index++) {
    const spec = { method: 'GET', url: 'http://127.0.0.1/' }
    queue.push(
      new Exchange(
        spec,
        template,
        registry.root,
        0,
        () => void resolved.push(index),
        () => undefined,
      ),
    )
  }
  expect(resolved).toEqual([])
  const perTurn: number[] = []
  while (resolved.length < 2000) {
    const before = resolved.length
    await nextTurn()
    perTurn.push(resolved.length - before)
  }
  expect(Math.max(...perTurn)).toBeLessThanOrEqual(512)
  expect(resolved).toEqual(Array.from({ length: 2000 }, (_, index) => index))
})

import { expect, test } from 'vitest'
import { VuRuntime } from '../runtime.ts'
import { Vu } from '../../../vu/vu.ts'
import { soloWorld } from '../../../vu/world.conformance.ts'
import { timersModule } from './timers.ts'

type Start = (callback: (...args: unknown[]) => unknown, delayMs?: number, ...args: unknown[]) => number
interface Timers {
  setTimeout: Start
  clearTimeout(id?: number): void
  setInterval: Start
  clearInterval(id?: number): void
}

function boundTimers(): { vu: Vu; runtime: VuRuntime; timers: Timers } {
  const vu = new Vu({ id: 1, idInInstance: 1 }, soloWorld())
  const runtime = new VuRuntime(vu)
  return { vu, runtime, timers: timersModule(vu, runtime) as unknown as Timers }
}

test('the iteration ends after the last timer, in the order of their times', async () => {
  const { runtime, timers } = boundTimers()
  const seen: unknown[] = []
  await runtime.run(() => {
    timers.setTimeout((...args) => seen.push(args), 2, 'a', 1)
    const id = timers.setInterval(() => {
      seen.push('tick')
      if (seen.filter((each) => each === 'tick').length === 3) timers.clearInterval(id)
    }, 1)
    timers.clearTimeout(timers.setTimeout(() => seen.push('never'), 1))
  }, [])
  expect(seen).toContainEqual(['a', 1])
  expect(seen.filter((each) => each === 'tick')).toHaveLength(3)
  expect(seen).not.toContain('never')
})

test('the globals are the very same functions', () => {
  const { runtime, timers } = boundTimers()
  const globals = runtime.$g as Timers
  expect(globals.setTimeout).toBe(timers.setTimeout)
  expect(globals.clearInterval).toBe(timers.clearInterval)
})

test('what a timer throws is the exception of its iteration', async () => {
  const { runtime, timers } = boundTimers()
  const run = async (): Promise<unknown> =>
    await runtime.run(() => {
      timers.setTimeout(() => {
        throw new Error('late')
      }, 0)
    }, [])
  await expect(run()).rejects.toThrow('late')
})

test('what cannot be called is refused', () => {
  expect(() => boundTimers().timers.setTimeout('code' as unknown as () => void)).toThrow(TypeError)
})

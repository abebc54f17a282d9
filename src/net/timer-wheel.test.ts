import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Expirable, TimerWheel, WheelEntry } from './timer-wheel.ts'

const tickMs = 10

function wheelAt(startMs = 0): {
  wheel: TimerWheel
  goTo: (ms: number) => void
  sleepUntil: (ms: number) => void
  now: () => number
} {
  let nowMs = startMs
  const wheel = new TimerWheel({ tickMs, nowMs: () => nowMs })
  const goTo = (ms: number): void => {
    nowMs = ms
    wheel.advance()
  }
  const sleepUntil = (ms: number): void => {
    nowMs = ms
  }
  return { wheel, goTo, sleepUntil, now: () => nowMs }
}

function recorder(names: string[], name: string): Expirable {
  return { expired: () => void names.push(name) }
}

test('an entry expires once, not before its delay is over', () => {
  const { wheel, goTo } = wheelAt(5000)
  const names: string[] = []
  const entry = wheel.add(100, recorder(names, 'a'))
  goTo(5099)
  expect(names).toEqual([])
  expect(entry.isArmed).toBe(true)
  goTo(5110)
  expect(names).toEqual(['a'])
  expect(entry.isArmed).toBe(false)
  goTo(99_999)
  expect(names).toEqual(['a'])
})

test('a cancelled entry never expires, and cancelling twice does nothing', () => {
  const { wheel, goTo } = wheelAt()
  const names: string[] = []
  const entry = wheel.add(50, recorder(names, 'a'))
  wheel.cancel(entry)
  wheel.cancel(entry)
  goTo(1000)
  expect(names).toEqual([])
  expect(wheel.armedCount).toBe(0)
})

test('an entry can be armed again and again; arming an armed one moves it', () => {
  const { wheel, goTo } = wheelAt()
  const names: string[] = []
  const entry = new WheelEntry(recorder(names, 'a'))
  wheel.arm(entry, 50)
  wheel.arm(entry, 500)
  expect(wheel.armedCount).toBe(1)
  goTo(100)
  expect(names).toEqual([])
  goTo(600)
  wheel.arm(entry, 50)
  goTo(700)
  expect(names).toEqual(['a', 'a'])
})

test('entries farther away than one turn of the wheel stay for their turn', () => {
  const { wheel, goTo } = wheelAt()
  const names: string[] = []
  wheel.add(tickMs * 512 * 3 + 5, recorder(names, 'far'))
  wheel.add(5, recorder(names, 'near'))
  for (let turn = 1; turn <= 3; turn++) goTo(tickMs * 512 * turn)
  expect(names).toEqual(['near'])
  goTo(tickMs * 512 * 3 + 20)
  expect(names).toEqual(['near', 'far'])
})

test('after a long stall everything due expires in one go', () => {
  const { wheel, goTo } = wheelAt()
  const names: string[] = []
  for (let index = 0; index < 100; index++) wheel.add(index * 100, recorder(names, String(index)))
  goTo(1_000_000)
  expect(names).toHaveLength(100)
  expect(wheel.armedCount).toBe(0)
})

test('a target may cancel and arm others while it expires', () => {
  const { wheel, goTo } = wheelAt()
  const names: string[] = []
  const second = new WheelEntry(recorder(names, 'second'))
  const third = new WheelEntry(recorder(names, 'third'))
  wheel.add(10, {
    expired: () => {
      names.push('first')
      wheel.cancel(second)
      wheel.arm(third, 10)
    },
  })
  wheel.arm(second, 10)
  goTo(20)
  expect(names).toEqual(['first'])
  goTo(60)
  expect(names).toEqual(['first', 'third'])
})

test('an idle time before the first entry does not make it expire early', () => {
  const { wheel, goTo, sleepUntil, now } = wheelAt()
  const names: string[] = []
  wheel.cancel(wheel.add(10, recorder(names, 'early')))
  goTo(20)
  sleepUntil(100_000)
  wheel.add(50, recorder(names, 'late'))
  goTo(now() + 49)
  expect(names).toEqual([])
  goTo(now() + 31)
  expect(names).toEqual(['late'])
})

test('any mixture of arming, cancelling and waiting expires exactly what is due, at most two ticks late', () => {
  const step = fc.record({ entry: fc.nat(9), delayMs: fc.nat(20_000), cancel: fc.boolean(), waitMs: fc.nat(3000) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { wheel, goTo, now } = wheelAt(123)
      const dueMs = new Map<number, number>()
      const entries = Array.from({ length: 10 }, (_, index) => {
        const expired = (): void => {
          expect(now()).toBeGreaterThanOrEqual(dueMs.get(index) ?? Number.POSITIVE_INFINITY)
          dueMs.delete(index)
        }
        return new WheelEntry({ expired })
      })
      for (const { entry, delayMs, cancel, waitMs } of steps) {
        if (cancel) {
          wheel.cancel(entries[entry] as WheelEntry)
          dueMs.delete(entry)
        } else {
          wheel.arm(entries[entry] as WheelEntry, delayMs)
          dueMs.set(entry, now() + delayMs)
        }
        goTo(now() + waitMs)
        for (const due of dueMs.values()) expect(due).toBeGreaterThan(now() - 2 * tickMs)
        expect(wheel.armedCount).toBe(dueMs.size)
      }
    }),
  )
})

test('the real interval runs by itself', async () => {
  const wheel = new TimerWheel({ tickMs: 2, nowMs: () => performance.now() })
  const keepAlive = setInterval(() => undefined, 1000)
  await new Promise<void>((resolve) => {
    wheel.add(10, { expired: resolve })
  })
  clearInterval(keepAlive)
  expect(wheel.armedCount).toBe(0)
})

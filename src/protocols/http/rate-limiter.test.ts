import { expect, test } from 'vitest'
import { RateLimiter } from './rate-limiter.ts'

/** A limiter whose clock the test moves; due callbacks run when time reaches them. */
function limiterAt(perSecond: number): { limiter: RateLimiter; advance: (ms: number) => void; nowMs: () => number } {
  let now = 1000
  const timers: { dueMs: number; callback: () => void }[] = []
  const limiter = new RateLimiter(perSecond, {
    nowMs: () => now,
    later: (callback, delayMs) => void timers.push({ dueMs: now + delayMs, callback }),
  })
  return {
    limiter,
    nowMs: () => now,
    advance(ms) {
      const endMs = now + ms
      for (;;) {
        const due = timers.filter((each) => each.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0]
        if (due === undefined) break
        timers.splice(timers.indexOf(due), 1)
        now = due.dueMs
        due.callback()
      }
      now = endMs
    },
  }
}

test('the first goes at once, the others at the rate and in order', () => {
  const { limiter, advance, nowMs } = limiterAt(100)
  const gone: [number, number][] = []
  for (let index = 0; index < 4; index++) limiter.enter(() => void gone.push([index, nowMs()]))
  expect(gone).toEqual([[0, 1000]])
  advance(100)
  expect(gone).toEqual([
    [0, 1000],
    [1, 1010],
    [2, 1020],
    [3, 1030],
  ])
})

test('a rate above the timer resolution holds over time', () => {
  const { limiter, advance } = limiterAt(5000)
  let count = 0
  for (let index = 0; index < 10_000; index++) limiter.enter(() => count++)
  advance(1000)
  expect(count).toBeGreaterThanOrEqual(4990)
  expect(count).toBeLessThanOrEqual(5001)
})

test('idle time is not saved up for a burst', () => {
  const { limiter, advance, nowMs } = limiterAt(10)
  advance(5000)
  const gone: number[] = []
  for (let index = 0; index < 3; index++) limiter.enter(() => void gone.push(nowMs() - 6000))
  advance(1000)
  expect(gone).toEqual([0, 100, 200])
})

import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { hostClock, hostNowMs } from './clock.ts'

const { signal: calm } = new AbortController()

test('a clock reads zero at its zero, and is negative before', () => {
  const early = hostClock(hostNowMs() + 1_000_000)
  expect(early.nowMs()).toBeLessThan(0)
  const zeroMs = hostNowMs()
  const readMs = hostClock(zeroMs).nowMs()
  expect(readMs).toBeGreaterThanOrEqual(-0.001)
  expect(readMs).toBeLessThanOrEqual(hostNowMs() - zeroMs + 0.001)
})

test('clocks with zeros apart differ by just that', () => {
  const zeroMs = hostNowMs()
  const [first, second, third] = [hostClock(zeroMs).nowMs(), hostClock(zeroMs + 500).nowMs(), hostClock(zeroMs).nowMs()]
  expect(second + 500).toBeGreaterThanOrEqual(first - 0.001)
  expect(second + 500).toBeLessThanOrEqual(third + 0.001)
})

test('another process of this host reads the same clock', () => {
  const beforeMs = hostNowMs()
  const program = `import { transform } from 'esbuild'; import { readFileSync } from 'node:fs'
const { code } = await transform(readFileSync(new URL(${JSON.stringify(new URL('./clock.ts', import.meta.url).href)}), 'utf8'), { loader: 'ts' })
const { hostNowMs } = await import('data:text/javascript,' + encodeURIComponent(code)); console.log(hostNowMs())`
  const otherMs = Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }))
  expect(otherMs).toBeGreaterThan(beforeMs)
  expect(otherMs).toBeLessThan(hostNowMs())
})

test('until never resolves before its time', async () => {
  const clock = hostClock(hostNowMs())
  for (const waitMs of [0.1, 0.9, 1.5, 2.0001, 3.7]) {
    const dueMs = clock.nowMs() + waitMs
    await clock.until(dueMs, calm)
    expect(clock.nowMs()).toBeGreaterThanOrEqual(dueMs)
  }
})

test('a time that is past resolves without a turn of the event loop', async () => {
  const clock = hostClock(hostNowMs())
  const order: string[] = []
  setImmediate(() => order.push('turn'))
  await clock.until(-1, calm)
  order.push('resolved')
  expect(order).toEqual(['resolved'])
})

test('an abort rejects with its reason, at once or while waiting, and a late one changes nothing', async () => {
  const clock = hostClock(hostNowMs())
  const reason = new Error('enough')
  await expect(clock.until(1, AbortSignal.abort(reason))).rejects.toBe(reason)
  const abort = new AbortController()
  const waiting = clock.until(1_000_000_000, abort.signal)
  abort.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  const late = new AbortController()
  await clock.until(0, late.signal)
  late.abort(reason)
})

import { expect, test } from 'vitest'
import { RecentTexts } from './recent-texts.ts'

test('a text is new once and known from then on', () => {
  const recent = new RecentTexts()
  expect(recent.isRepeated('http://a/1')).toBe(false)
  expect(recent.isRepeated('http://a/2')).toBe(false)
  expect(recent.isRepeated('http://a/1')).toBe(true)
  expect(recent.isRepeated('http://a/1')).toBe(true)
})

test('texts that never repeat are hardly ever taken for known', () => {
  const recent = new RecentTexts()
  let wrongCount = 0
  for (let index = 0; index < 100_000; index++) if (recent.isRepeated(`http://host/items/${String(index)}?page=1`)) wrongCount++
  expect(wrongCount).toBeLessThan(100)
})

import { expect, test } from 'vitest'
import { nearestOf } from './nearest.ts'

const names = ['--vus', '--duration', '--iterations', '--http-debug', '--no-setup']

test.each([
  { word: '--vsu', nearest: '--vus' },
  { word: '--duraton', nearest: '--duration' },
  { word: '--ITERATIONS', nearest: '--iterations' },
  { word: '--httpdebug', nearest: '--http-debug' },
  { word: '--colour', nearest: undefined },
  { word: '', nearest: undefined },
])('$word was meant to be $nearest', ({ word, nearest }) => {
  expect(nearestOf(word, names)).toBe(nearest)
})

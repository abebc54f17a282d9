import { expect, test } from 'vitest'
import { sparkline } from './sparkline.ts'

test.each([
  { values: [], columns: 5, bars: '' },
  { values: [0, 4, 8], columns: 5, bars: '▁▄█' },
  { values: [1, undefined, 1], columns: 5, bars: '█ █' },
  { values: [9, 1, 8], columns: 2, bars: '▁█' },
  { values: [1], columns: 0, bars: '' },
])('$values on $columns columns is drawn as "$bars"', ({ values, columns, bars }) => {
  expect(sparkline(values, columns)).toBe(bars)
})

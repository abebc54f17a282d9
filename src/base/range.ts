/** Whole numbers from `from` (included) to `to` (excluded). */
export type Range = readonly [from: number, to: number]

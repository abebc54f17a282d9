import type { CookieStore } from './types.ts'

/** An empty jar as RFC 6265 describes it. `nowMs` is the wall clock (Unix epoch, ms). Costs next to nothing until a cookie comes. */
export function createCookieJar(options: { readonly nowMs?: () => number } = {}): CookieStore {
  throw new Error(`not written yet ${String(options.nowMs)}`)
}

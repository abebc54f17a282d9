import type { Random } from '../base/random.ts'
import type { Dialer } from './dialer.ts'
import type { DialerSettings } from './dialer-settings.ts'

/** A dialer for one process, shared by all its VUs. Throws `UserError` for settings that cannot work. */
export function createDialer(
  settings: DialerSettings,
  options: { readonly random?: Random; readonly nowMs?: () => number } = {},
): Dialer {
  throw new Error(`not written yet ${String(settings.targets)} ${typeof options.random}`)
}

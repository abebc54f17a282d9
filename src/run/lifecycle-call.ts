import type { ScriptFailure } from '../wire/messages.ts'
import type { Seat } from './seat.ts'

/** A worker's own timer cannot fire while its script loops: we allow it so much more, then end the loop from outside. */
const graceMs = 3000

export type LifecycleResult = { readonly json: string | undefined } | { readonly failure: ScriptFailure }

/** Calls setup, teardown or handleSummary in one worker. Rejects when that worker is lost. */
export async function callLifecycle(
  seat: Seat,
  call: { name: 'setup' | 'teardown' | 'handleSummary'; input: string | undefined; timeoutMs: number },
): Promise<LifecycleResult> {
  seat.send({ type: 'call', callId: seat.nextCallId(), ...call })
  seat.openCallCount += 1
  let stuckAt: string | undefined
  let isOver = false
  const overdue = setTimeout(() => {
    void (async () => {
      stuckAt = await seat.link.interrupt({ terminate: true })
      setTimeout(() => {
        if (!isOver) seat.link.kill()
      }, graceMs).unref()
    })()
  }, call.timeoutMs + graceMs)
  try {
    const { json, error } = await seat.expect('result')
    return error ? { failure: error } : { json }
  } catch (error) {
    if (stuckAt === undefined) throw error
    return {
      failure: {
        kind: 'timeout',
        message: `${call.name}() did not end within its limit of ${call.timeoutMs} ms: it loops in ${stuckAt}`,
        stack: stuckAt,
      },
    }
  } finally {
    isOver = true
    seat.openCallCount -= 1
    clearTimeout(overdue)
  }
}

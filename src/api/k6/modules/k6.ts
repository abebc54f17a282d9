import type { Tags } from '../../../metrics/definition.ts'
import { bindCheck } from '../../check.ts'
import { bindFail, bindGroup, bindSleep } from '../../flow.ts'
import type { K6Host, K6Module } from '../host.ts'

type Callback = (value: unknown) => unknown

/** The module `k6`: sleep, check, group, fail. */
export const k6Module: K6Module = (vu, host) => {
  const wait = bindSleep(vu)
  const members = {
    sleep: (seconds: unknown) => {
      const duration = Number(seconds)
      // Nothing to wait for: no turn of the event loop either.
      if (!(duration > 0)) return host.enter('sleep')
      return host.block('sleep', wait(duration))
    },
    check: checkOf(bindCheck(vu), host),
    group: groupOf(bindGroup(vu), host),
    fail: bindFail(),
  }
  return { ...members, default: members }
}

function checkOf(record: ReturnType<typeof bindCheck>, host: K6Host): (...args: never[]) => unknown {
  return (value: unknown, conditions: Readonly<Record<string, unknown>>, tags?: Tags) => {
    host.enter('check')
    return host.drive(
      (function* () {
        let haveAllHeld = true
        for (const name in conditions) {
          const condition = conditions[name]
          let held: unknown = condition
          if (typeof condition === 'function') {
            try {
              held = yield (condition as Callback)(value)
            } catch (error) {
              record(value, { [name]: false }, tags)
              throw error
            }
          }
          haveAllHeld = record(value, { [name]: Boolean(held) }, tags) && haveAllHeld
        }
        return haveAllHeld
      })(),
    )
  }
}

function groupOf(enter: ReturnType<typeof bindGroup>, host: K6Host): (...args: never[]) => unknown {
  return (name: unknown, body: () => unknown) => {
    host.enter('group')
    return enter(String(name), body)
  }
}

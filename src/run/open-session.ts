import type { TestPlan } from '../plan/plan.ts'
import type { FromWorker, Inspection } from '../wire/messages.ts'
import { Conductor } from './conductor.ts'
import type { ActiveRun } from './control.ts'
import { Crew } from './crew.ts'
import { logWorkerEvents } from './worker-log.ts'
import type { RunSession, SessionOptions } from './session.ts'
import { whileInitRuns } from './slow-init.ts'

/** Opens worker 0 for a script; the other workers follow when a run needs them. */
export function openSession(options: SessionOptions): RunSession {
  const crew = new Crew(options)
  let inspected: Promise<Inspection> | undefined
  let inspection: Inspection | undefined

  const inspect = async (): Promise<Inspection> => {
    const [seat] = await crew.open(1)
    if (!seat) throw new Error('no worker was opened')
    seat.onMessage = (message: FromWorker) => {
      if (message.type === 'log') logWorkerEvents(options.log, message.entries)
    }
    const answer = seat.expect('inspected')
    seat.send({ type: 'inspect' })
    inspection = (await whileInitRuns(seat, options.log, answer)).inspection
    return inspection
  }

  return {
    inspect() {
      inspected ??= inspect()
      return inspected
    },
    start(plan: TestPlan): ActiveRun {
      return new Conductor({
        session: options,
        crew,
        plan,
        metrics: inspection?.metrics ?? [],
        exports: inspection?.exports ?? [],
      })
    },
    close: () => crew.close(),
  }
}

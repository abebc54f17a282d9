import type { Target } from '../target.ts'
import type { ControlRequest } from './control-request.ts'
import type { TrafficSnapshot } from './traffic.ts'

/** What one process asks of all. */
export type Question =
  | { readonly kind: 'control'; readonly request: ControlRequest; readonly atEpochMs: number }
  | { readonly kind: 'counters' }
  | { readonly kind: 'latencies'; readonly routeIndex: number | undefined }

/** One process's answer to a question of the same kind. */
export type Answer =
  | { readonly kind: 'control' }
  | { readonly kind: 'counters'; readonly snapshot: TrafficSnapshot }
  | { readonly kind: 'latencies'; readonly ms: Float64Array; readonly droppedCount: number }

/** All processes of one target. Resolves to one answer of each. */
export interface Fleet {
  ask(question: Question): Promise<readonly Answer[]>
}

/** The fleet of a target that is one process. */
export function fleetOfOne(target: Target): Fleet {
  return { ask: (question) => Promise.resolve([answerQuestion(target, question)]) }
}

/** What this process has to say. */
export function answerQuestion(target: Target, question: Question): Answer {
  switch (question.kind) {
    case 'control':
      target.control(question.request, question.atEpochMs)
      return { kind: 'control' }
    case 'counters':
      return { kind: 'counters', snapshot: target.trafficSnapshot }
    case 'latencies':
      return { kind: 'latencies', ms: target.latencies.read(question.routeIndex), droppedCount: target.latencies.droppedCount }
    default:
      throw new Error(`no such question: ${String(question satisfies never)}`)
  }
}

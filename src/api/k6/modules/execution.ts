import { VuExecution } from '../../execution.ts'
import { executionOptions } from '../execution-options.ts'
import { scriptMetadata, scriptTags } from '../execution-tags.ts'
import { GoError } from '../go-error.ts'
import type { K6Module } from '../host.ts'

/** The module `k6/execution`: what runs the script, and how to end it. All workers of a run are one instance. */
export const executionModule: K6Module = (vu, host) => {
  const execution = new VuExecution(vu)
  const tags = scriptTags(execution.vu.tags)
  const metadata = scriptMetadata(vu)
  let options: Readonly<Record<string, unknown>> | undefined
  const members = {
    instance: {
      get currentTestRunDuration() {
        return execution.run.elapsedMs
      },
      get iterationsCompleted() {
        return execution.run.iterationsCompleted
      },
      get iterationsInterrupted() {
        return execution.run.iterationsInterrupted
      },
      get vusActive() {
        return execution.run.vusActive
      },
      get vusInitialized() {
        return execution.run.vusInitialized
      },
    },
    scenario: {
      get name() {
        return execution.scenario.name
      },
      get executor() {
        return execution.scenario.executor
      },
      get startTime() {
        return execution.scenario.startTime
      },
      get progress() {
        return execution.scenario.progress
      },
      get iterationInInstance() {
        return execution.scenario.iterationInTest
      },
      get iterationInTest() {
        return execution.scenario.iterationInTest
      },
    },
    test: {
      abort: (message: unknown = 'the script called test.abort()'): never => {
        host.enter('test.abort')
        return execution.abort(String(message))
      },
      fail: (message: unknown = 'the script called test.fail()'): void => {
        host.enter('test.fail')
        execution.fail(String(message))
      },
      get options() {
        const { plan } = vu.world
        if (vu.phase === 'init' || !plan) {
          throw new GoError('test.options is not known in init', 'read it in setup() or in an iteration')
        }
        options ??= executionOptions(plan, vu.exports['options'])
        return options
      },
    },
    vu: {
      get idInInstance() {
        return vu.id
      },
      get idInTest() {
        return vu.id
      },
      get iterationInInstance() {
        return Math.max(0, vu.iterationInInstance)
      },
      get iterationInScenario() {
        return Math.max(0, vu.iterationInScenario)
      },
      tags,
      metrics: { tags, metadata },
    },
  }
  return { ...members, default: members }
}

import { usableCoreCount } from '../base/cores.ts'
import type { Logger } from '../base/logger.ts'
import { seededRandom } from '../base/random.ts'
import { UserError, messageOf } from '../base/user-error.ts'
import { createRegistry } from '../metrics/registry.ts'
import type { MetricRegistry } from '../metrics/registry.ts'
import { createDialer } from '../net/direct-dialer.ts'
import type { TestPlan } from '../plan/plan.ts'
import type { Vu } from '../vu/vu.ts'
import type { WorkerView } from '../vu/world.ts'
import type { WorkerChannel } from '../wire/channel.ts'
import type { Assignment, ToWorker, WorkerRequest } from '../wire/messages.ts'
import { AssignedRun, RunView } from './assigned-run.ts'
import { channelLogger } from './channel-logger.ts'
import { RunClock } from './run-clock.ts'
import { ScriptHost } from './script-host.ts'
import { seriesWanted } from './series-wanted.ts'
import { warmUpSnapshots } from './warm-up.ts'
import { WorkerWorld } from './worker-world.ts'

/** What the process of a worker tells it. */
export interface WorkerProcess {
  /** A promise of the script was rejected and nobody handled it: told like an exception of an iteration, the run goes on. */
  rejected(reason: unknown): void
}

/** Serves one coordinator until the channel closes: load, inspect, assign, call, start, and again. */
export function runWorker(channel: WorkerChannel): WorkerProcess {
  const worker = new Worker(channel)
  channel.onMessage((message) => {
    worker.receive(message).catch((error: unknown) => worker.fail('run', error))
  })
  worker.hello()
  return worker
}

class Worker implements WorkerProcess {
  readonly #channel: WorkerChannel
  readonly #id = process.env['BRUNT_WORKER_ID'] ?? `pid-${process.pid}`
  readonly #log: Logger
  #env: Readonly<Record<string, string>> = {}
  #host: ScriptHost | undefined
  #run: AssignedRun | undefined
  #inspected: { vu: Vu; world: WorkerWorld } | undefined
  #nextRequestId = 1

  constructor(channel: WorkerChannel) {
    this.#channel = channel
    this.#log = channelLogger(channel)
  }

  hello(): void {
    this.#channel.send({ type: 'hello', protocol: 1, workerId: this.#id, cores: usableCoreCount(), token: '' })
  }

  rejected(reason: unknown): void {
    const problems = this.#run?.world.problems
    if (problems) return problems.add(reason)
    const text = this.#host ? this.#host.describe(reason) : messageOf(reason)
    this.#log.log({ level: 'error', source: 'engine', message: `a rejected promise was not handled: ${text}` })
  }

  async receive(message: ToWorker): Promise<void> {
    switch (message.type) {
      case 'load':
        return this.#load(message)
      case 'inspect':
        return this.#inspect()
      case 'assign':
        return this.#assign(message.assignment)
      case 'call':
        return this.#call(message)
      case 'start':
        return this.#run?.start(message)
      case 'command':
        return this.#run?.segment.command(message.scenario, message.command)
      case 'totals':
        return this.#run?.setTotals(message)
      case 'stop':
        return this.#run?.segment.stop(message.now)
      case 'answer':
        return
      case 'close':
        await this.#channel.flush()
        return this.#channel.close()
      default:
        message satisfies never
    }
  }

  async #load(message: ToWorker & { type: 'load' }): Promise<void> {
    this.#env = message.env
    // Native scripts are Node programs: they read their variables where every Node program does.
    Object.assign(process.env, message.env)
    try {
      this.#host = await ScriptHost.load(message.bundle)
      this.#run = undefined
      this.#inspected = undefined
      this.#channel.send({ type: 'loaded' })
    } catch (error) {
      this.fail('load', error)
    }
  }

  async #inspect(): Promise<void> {
    const host = this.#loaded()
    const world = this.#world(
      undefined,
      createRegistry({ ...seriesWanted(undefined), keepAllTags: false }),
      new RunClock(),
      undefined,
    )
    try {
      const vu = await host.makeVu({ id: 0, idInInstance: 0 }, world)
      this.#inspected = { vu, world }
      this.#channel.send({ type: 'inspected', inspection: host.inspect(vu, world.registry.metrics) })
    } catch (error) {
      this.fail('init', error)
    }
  }

  async #assign(assignment: Assignment): Promise<void> {
    const host = this.#loaded()
    const { plan } = assignment
    const clock = new RunClock()
    const registry = createRegistry({
      ...seriesWanted(plan),
      keepAllTags: assignment.taps.length > 0,
      nowMs: () => clock.nowMs(),
    })
    const view = new RunView(clock, (request) => this.#request(request))
    const world = this.#world(plan, registry, clock, view)
    const run = new AssignedRun({ assignment, host, world, clock, view, channel: this.#channel, id: this.#id })
    this.#run = run
    try {
      const vus = await run.segment.prepare()
      warmUpSnapshots()
      this.#channel.send({ type: 'ready', vus })
    } catch (error) {
      this.fail('init', error)
    }
  }

  async #call(message: ToWorker & { type: 'call' }): Promise<void> {
    const host = this.#loaded()
    try {
      const vu = await this.#lifecycleVu(host)
      const result = await host.call(vu, message.name, message.input, message.timeoutMs)
      this.#run?.sendSnapshot()
      this.#channel.send(
        'kind' in result
          ? { type: 'result', callId: message.callId, json: undefined, error: result }
          : { type: 'result', callId: message.callId, json: result.json, error: undefined },
      )
    } catch (error) {
      this.#channel.send({ type: 'result', callId: message.callId, json: undefined, error: host.failureOf(error) })
    }
  }

  /** VU 0 of the assigned run: made once, for setup, teardown and handleSummary. */
  async #lifecycleVu(host: ScriptHost): Promise<Vu> {
    const run = this.#run
    if (!run) {
      if (!this.#inspected) throw new Error('a lifecycle call before inspect or assign')
      return this.#inspected.vu
    }
    run.lifecycleVu ??= await host.makeVu({ id: 0, idInInstance: 0 }, run.world)
    return run.lifecycleVu
  }

  #world(plan: TestPlan | undefined, registry: MetricRegistry, clock: RunClock, view: WorkerView | undefined): WorkerWorld {
    return new WorkerWorld({
      plan,
      registry,
      clock,
      dialer: createDialer(plan?.network ?? closedNetwork, { random: seededRandom(plan?.seed ?? 0) }),
      log: this.#log,
      env: this.#env,
      view: view ?? new RunView(clock, (request) => this.#request(request)),
      describe: (error) => this.#host?.describe(error) ?? messageOf(error),
    })
  }

  #request(request: WorkerRequest): void {
    this.#channel.send({ type: 'request', requestId: this.#nextRequestId++, request })
  }

  #loaded(): ScriptHost {
    if (!this.#host) throw new Error('no script is loaded')
    return this.#host
  }

  fail(phase: 'load' | 'init' | 'run', error: unknown): void {
    const isUser = error instanceof UserError
    this.#channel.send({
      type: 'failed',
      phase,
      code: isUser ? error.code : phase === 'run' ? 'WORKER_CRASHED' : 'SCRIPT_INIT_FAILED',
      message: messageOf(error),
      hint: isUser ? error.hint : undefined,
      stack: this.#host ? this.#host.describe(error) : error instanceof Error ? (error.stack ?? '') : String(error),
    })
  }
}

/** While a script is only inspected nothing may be dialled. */
const closedNetwork: TestPlan['network'] = {
  hosts: {},
  blockHostnames: [],
  blacklistIps: [],
  targets: [],
  dns: { ttlMs: 0, select: 'first', policy: 'preferIPv4' },
  localIps: [],
  tls: { isVerificationSkipped: false, minVersion: undefined, maxVersion: undefined, cipherSuites: [], auth: [], ca: [] },
  proxy: { http: undefined, https: undefined, noProxy: [] },
}

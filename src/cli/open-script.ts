import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { usableCoreCount } from '../base/cores.ts'
import { exitCode } from '../base/exit-code.ts'
import type { Logger } from '../base/logger.ts'
import { UserError } from '../base/user-error.ts'
import { startGuard } from '../distribution/guard.ts'
import { processWorkers } from '../distribution/process-workers.ts'
import { parsePlan } from '../plan/parse.ts'
import type { PlanDialect } from '../plan/parse.ts'
import type { TestPlan } from '../plan/plan.ts'
import { openSession } from '../run/open-session.ts'
import type { BoundOutput, RunSession } from '../run/session.ts'
import { bundleScript, endBundling } from '../script/bundle-script.ts'
import { createLocator } from '../script/locator.ts'
import { scriptEnvironment } from './environment.ts'
import { type RunSettings, planLayers } from './run-settings.ts'
import type { StopRequests } from './stop-requests.ts'

/** A script to run: a file, or `-` with its text. */
export interface ScriptSource {
  readonly entry: string
  readonly text?: string
}

/** A script whose init ran as VU 0 in worker 0, and the plan that came of it. */
export interface OpenScript {
  readonly session: RunSession
  readonly plan: TestPlan
  readonly runId: string
  /** Ends the workers and their guard. */
  close(): Promise<void>
}

export interface OpenScriptOptions {
  readonly settings: RunSettings
  readonly outputs: readonly BoundOutput[]
  readonly log: Logger
  readonly runId: string
  /** A stop before the run has begun rejects with INTERRUPTED. */
  readonly stops: StopRequests | undefined
}

/** Bundles a script, starts worker 0, runs the script's init there and parses the plan. Leaves nothing behind when it throws. */
export async function openScript(source: ScriptSource, options: OpenScriptOptions): Promise<OpenScript> {
  const { settings, log, stops } = options
  const bundle = await bundleScript(source.entry, {
    provided: (specifier) => /^(?:brunt|k6)(?:\/|$)/.test(specifier),
    cwd: process.cwd(),
    log,
    // Loaded on use: native scripts do without the parser.
    rewriting: async () => (await import('../script/k6/compat-script.ts')).compatRewriting,
    ...(source.entry === '-' ? { stdin: source.text ?? (await text(process.stdin)) } : {}),
  })
  await endBundling()
  const guard = startGuard()
  const locator = createLocator(bundle)
  const workers = processWorkers({
    program: path.join(import.meta.dirname, 'worker-main.js'),
    execArgv: settings.inspectorAddress === undefined ? [] : [`--inspect-brk=${settings.inspectorAddress}`],
    env: process.env,
    log,
    guard,
    locate: (places) => locator.locate(places),
  })
  const session = openSession({
    bundle,
    env: settings.scriptEnv,
    source: workers,
    outputs: options.outputs,
    log,
    coreCount: usableCoreCount(),
    runId: options.runId,
  })
  const close = async (): Promise<void> => {
    await session.close()
    await workers.close()
    guard.close()
  }
  try {
    const inspection = await unlessStopped(session.inspect(), stops)
    const plan = parsePlan({
      layers: layersOf(settings, inspection.options),
      exports: inspection.exports,
      metrics: inspection.metrics,
      dialect: bundle.dialect === 'native' ? nativePlan : compatPlan,
      environment: { ...proxiesOf(process.env), ...settings.scriptEnv },
      warn: (message) => log.log({ level: 'warn', source: 'engine', message }),
    })
    return { session, plan, runId: options.runId, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A short id that sorts by time: `20260131-235959-3f9a`. */
export function newRunId(now: Date): string {
  const digits = now.toISOString().replace(/[-:]/g, '')
  return `${digits.slice(0, 8)}-${digits.slice(9, 15)}-${randomBytes(2).toString('hex')}`
}

/** Defaults of native scripts. */
const nativePlan: PlanDialect = { whenBusy: 'queue', userAgent: 'brunt', isNoDataAPass: false }

/** Defaults of k6 scripts. */
const compatPlan: PlanDialect = { whenBusy: 'drop', userAgent: 'Grafana k6/2.2.0', isNoDataAPass: true }

/** With a debugger there is one worker, whatever the script says. */
function layersOf(settings: RunSettings, scriptOptions: unknown): ReturnType<typeof planLayers> {
  const commandLine = settings.inspectorAddress === undefined ? settings.commandLine : { ...settings.commandLine, workers: 1 }
  return planLayers({ ...settings, commandLine }, scriptOptions)
}

/** Proxies hold for the whole process, also when the script may not see its variables. */
function proxiesOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return scriptEnvironment(Object.fromEntries(Object.entries(env).filter(([name]) => /^(?:https?|no|all)_proxy$/i.test(name))))
}

function unlessStopped<T>(work: Promise<T>, stops: StopRequests | undefined): Promise<T> {
  if (!stops) return work
  const stopped = new Promise<never>((_resolve, reject) => {
    stops.onStop(() => {
      reject(new UserError('INTERRUPTED', 'interrupted before the run had begun', { exitCode: exitCode.interrupted }))
    })
  })
  return Promise.race([work, stopped])
}
